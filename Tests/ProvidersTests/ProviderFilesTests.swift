import Accounts
import Foundation
import Providers
import Testing
import YAML

/// The files people run with. A new file is tested by being there.
enum ProviderFiles {
    static let directory = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "providers").path()

    static let loaded = ProviderCatalog.load(
        directory: directory,
        issuers: ["oidc-example": "https://issuer.example"]
    )

    static func provider(_ id: String) throws -> Provider {
        try #require(loaded.catalog.providers.first { $0.id.description == id })
    }

    /// A file's text, to be changed in a test.
    static func text(_ id: String) throws -> String {
        try String(contentsOfFile: directory + "/\(id).yaml", encoding: .utf8)
    }
}

@Suite("Files in providers/")
struct ProviderFilesTests {
    @Test("every file is without a fault")
    func noFaults() {
        #expect(ProviderFiles.loaded.diagnostics.map(\.description) == [])
        #expect(ProviderFiles.loaded.catalog.awaitingIssuer.isEmpty)
        let ids = ProviderFiles.loaded.catalog.providers.map(\.id.description)
        #expect(["github", "google", "oidc-example", "twitter"].allSatisfy(ids.contains))
    }

    @Test(
        "L-13 every example of every file comes out as the file says",
        arguments: ProviderFiles.loaded.catalog.providers
    )
    func examples(provider: Provider) {
        #expect(!provider.examples.isEmpty)
        for example in provider.examples {
            let failure = example.failure(with: provider)
            #expect(failure == nil, "\(provider.id): \(example.name): \(failure ?? "")")
        }
    }

    @Test("the linking policy and its recipes are nobody's provider; any other file is")
    func linkingPolicy() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "providers-\(UUID())")
        let recipes = directory.appending(path: "recipes")
        try FileManager.default.createDirectory(at: recipes, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let policy = Data("version: 1\n".utf8)
        try policy.write(to: directory.appending(path: "linking-policy.yaml"))
        try policy.write(to: recipes.appending(path: "strict.yaml"))
        #expect(ProviderCatalog.load(directory: directory.path()).diagnostics == [])
        try policy.write(to: directory.appending(path: "linking-policy-new.yaml"))
        let faults = ProviderCatalog.load(directory: directory.path()).diagnostics
        #expect(!faults.isEmpty)
        #expect(faults.allSatisfy { $0.location.file.hasSuffix("/linking-policy-new.yaml") })
    }

    @Test("a file whose issuer nobody configured is off, not faulty")
    func awaitingIssuer() {
        let (catalog, diagnostics) = ProviderCatalog.load(directory: ProviderFiles.directory)
        #expect(diagnostics.isEmpty)
        #expect(catalog.awaitingIssuer.map(\.description) == ["oidc-example"])
        #expect(!catalog.providers.contains { $0.id.description == "oidc-example" })
    }
}
