import Accounts
import Cryptography
import Foundation
import ServiceConfiguration
import Testing

@Suite("Configuration files and pages of the project")
struct ShippedFilesTests {
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    private static func example(_ text: String) -> Result<LoadedConfiguration, ConfigurationFaults> {
        let key = "current:ISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0-P0A"
        return load(
            text,
            files: [
                "/run/secrets/latchkey-database-url": file("postgresql://latchkey:password@db/latchkey\n"),
                "/run/secrets/latchkey-google": file("one\n"),
                "/run/secrets/latchkey-google-previous": file("two\n"),
                "/run/secrets/latchkey-github": file("three\n"),
                "/run/secrets/latchkey-staff": file("four\n"),
                "/run/secrets/latchkey-mail": file("five\n"),
                "/run/secrets/latchkey-keys": file(key + "\n"),
            ]
        )
    }

    @Test("docs/configuration.md is the table of settings")
    func reference() throws {
        let page = ConfigurationReference.markdown()
        if ProcessInfo.processInfo.environment["LATCHKEY_REGENERATE"] == "1" {
            try Data(page.utf8).write(to: Self.root.appending(path: "docs/configuration.md"))
        }
        // Not shown as a difference: the page is long, and one command mends it.
        let isCurrent = try Data(contentsOf: Self.root.appending(path: "docs/configuration.md")) == Data(page.utf8)
        #expect(isCurrent, "run the tests once with LATCHKEY_REGENERATE=1")
    }

    @Test("latchkey.example.yaml is sound, without warnings")
    func exampleIsSound() throws {
        let loaded = try Self.example(Self.text("latchkey.example.yaml")).get()
        #expect(loaded.warnings == [])
        #expect(loaded.configuration.providers.enabled.map(\.description) == ["github", "google"])
        #expect(loaded.configuration.database.url.reveal() == "postgresql://latchkey:password@db/latchkey")
    }

    @Test("latchkey.example.yaml with everything uncommented has every setting, the defaults as they are")
    func exampleIsComplete() throws {
        let lines = try Self.text("latchkey.example.yaml").split(separator: "\n").map { line -> String in
            let indent = line.prefix { $0 == " " }
            let rest = line.dropFirst(indent.count)
            guard rest.hasPrefix("#"), let next = rest.dropFirst().first, next != " " else { return String(line) }
            return String(indent) + rest.dropFirst()
        }
        let loaded = try Self.example(lines.joined(separator: "\n")).get()
        for key in ConfigurationKey.all where !key.isFileOnly {
            let pattern = key.pattern.split(separator: "<id>", omittingEmptySubsequences: false)
            let written = loaded.values.filter { value in
                value.path.hasPrefix(pattern[0]) && value.path.hasSuffix(pattern[pattern.count - 1])
                    && value.source.label != "default"
            }
            #expect(!written.isEmpty, "\(key.pattern) is missing")
            if let fallback = key.defaultText { #expect(written.first?.text == fallback) }
        }
    }

    @Test("dev/development.yaml is sound once it is told where Postgres is")
    func development() throws {
        let yaml = try Self.text("dev/development.yaml")
        let loaded = try load(yaml, environment: ["LATCHKEY_DATABASE_URL": "host=/tmp/pg dbname=latchkey"]).get()
        #expect(loaded.warnings.map(\.message) == ["development mode: never use it for real accounts"])
        let configuration = loaded.configuration
        #expect(configuration.publicURL.description == "http://localhost:8080")
        #expect(configuration.log.format == .text)
        #expect(configuration.providers.enabled.map(\.description) == ["github", "google", "twitter"])
        let secrets = configuration.providers.byID.values.compactMap { $0.clientSecret?.reveal() }
        #expect(secrets.sorted() == ["github-secret", "google-secret", "x-secret"])
        let origins = configuration.development.origins.map { "\($0.key) \($0.value.port)" }.sorted()
        #expect(
            origins == [
                "https://accounts.google.com 9401", "https://api.github.com 9402", "https://api.x.com 9403",
                "https://github.com 9402", "https://oauth2.googleapis.com 9401",
                "https://openidconnect.googleapis.com 9401", "https://www.googleapis.com 9401", "https://x.com 9403",
            ]
        )
    }
}
