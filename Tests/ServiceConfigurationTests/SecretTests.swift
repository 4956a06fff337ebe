import Cryptography
import Foundation
import ServiceConfiguration
import Testing

@Suite("Secrets in the configuration")
struct SecretTests {
    private static let acme = ["providers.a.client_id=a", "providers.a.client_secret_file=/s"]

    private func secret(_ contents: ConfigurationFile) -> Result<String?, ConfigurationFaults> {
        load(set: Self.acme, files: ["/s": contents]).map {
            $0.configuration.providers.byID.values.first?.clientSecret?.reveal()
        }
    }

    @Test("one line break at the end of a secret's file is not part of it", arguments: ["", "\n", "\r\n"])
    func lineBreak(_ end: String) throws {
        #expect(try secret(file("s3cr3t" + end)).get() == "s3cr3t")
        #expect(throws: ConfigurationFaults.self) { try secret(file("s3cr3t\n" + "\n")).get() }
    }

    @Test("a secret's file has to be there, not empty, text, and not everybody's")
    func refusedFiles() {
        func codes(_ file: ConfigurationFile?) -> [ConfigurationFault.Code] {
            load(set: Self.acme, files: file.map { ["/s": $0] } ?? [:]).codes
        }
        let text = Array("s3cr3t".utf8)
        #expect(codes(nil) == [.unreadableFile])
        #expect(codes(file("")) == [.invalidValue])
        #expect(codes(file("\n")) == [.invalidValue])
        #expect(codes(ConfigurationFile(contents: [0xFF, 0xFE])) == [.unreadableFile])
        #expect(codes(ConfigurationFile(contents: text, isReadableByEveryone: true)) == [.exposedSecret])
        #expect(codes(ConfigurationFile(contents: text, isWritableByEveryone: true)) == [.exposedSecret])
        #expect(codes(ConfigurationFile(contents: text)) == [])
    }

    @Test("value and file in one layer contradict each other; over two layers the later one wins")
    func bothForms() throws {
        let yaml = minimum + "providers: {a: {client_id: a, client_secret: one, client_secret_file: /s}}"
        #expect(
            load(yaml, files: ["/s": file("two")]).faults == [
                #"latchkey.yaml:3:71: write either "providers.a.client_secret" or "providers.a.client_secret_file", not both"#
            ]
        )
        let environment = [
            "LATCHKEY_PROVIDERS_A_CLIENT_SECRET": "one", "LATCHKEY_PROVIDERS_A_CLIENT_SECRET_FILE": "/s",
        ]
        #expect(load(environment: environment, files: ["/s": file("two")]).codes.contains(.conflict))
        #expect(
            load(set: Self.acme + ["providers.a.client_secret=one"], files: ["/s": file("two")]).codes == [.conflict]
        )

        let inFile = minimum + "providers: {a: {client_id: a, client_secret_file: /missing}}"
        let direct = try load(inFile, environment: ["LATCHKEY_PROVIDERS_A_CLIENT_SECRET": "two"]).get()
        #expect(direct.configuration.providers.byID.values.first?.clientSecret?.reveal() == "two")
    }

    @Test("a list of secrets has one on each line of its file")
    func secretList() throws {
        let key = "ISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0-P0A"
        let loaded = load(set: ["encryption.keys_file=/k"], files: ["/k": file("new:\(key)\n\nold:\(key)\n")])
        #expect(try loaded.get().configuration.encryption.keys.map(\.id) == ["new", "old"])
        let twice = load(set: ["encryption.keys_file=/k"], files: ["/k": file("a:\(key)\na:\(key)\n")])
        #expect(twice.faults == ["--set encryption.keys_file: two keys have the same id"])
    }

    @Test("the key of the documentation's example is refused in production")
    func publishedKey() throws {
        let example = try #require(ConfigurationKey.all.first { $0.pattern == "encryption.keys" }).example
        #expect(load(environment: ["LATCHKEY_ENCRYPTION_KEYS": example]).codes == [.notAllowed])
        #expect(load(environment: ["LATCHKEY_ENCRYPTION_KEYS": example], set: ["mode=development"]).codes == [])
    }

    @Test("the configuration library's own access log, which anybody can switch on, shows no secret")
    func accessLog() async {
        await #expect(processExitsWith: .success) {
            let path = FileManager.default.temporaryDirectory.appending(path: "latchkey-\(UUID().uuidString).log").path
            setenv("CONFIG_ACCESS_LOG_FILE", path, 1)
            let secrets = [
                "LATCHKEY_DATABASE_URL": "host=db password=hunter2", "LATCHKEY_PROVIDERS_A_CLIENT_SECRET": "hunter2",
                "LATCHKEY_ENCRYPTION_KEYS": "hunter2", "LATCHKEY_PROVIDERS_A_CLIENT_ID": "visible",
            ]
            _ = load(environment: secrets)
            let log = try String(contentsOfFile: path, encoding: .utf8)
            try FileManager.default.removeItem(atPath: path)
            #expect(log.contains("visible"))
            #expect(!log.contains("hunter2"))
        }
    }

    @Test(
        "a bad encryption key says what is wrong with it and not what it is",
        arguments: [
            ("hunter2hunter2", "there is no colon"), ("A B:AAEC", "1 to 32 of a-z, 0-9 and -"),
            (":AAEC", "1 to 32 of a-z, 0-9 and -"), ("a:AAE=", "base64url without padding"),
            ("a:+/+/", "base64url without padding"), ("a:AAEC", "exactly 32 bytes, not 3"),
        ]
    )
    func badKeys(_ text: String, _ reason: String) throws {
        let faults = load(environment: ["LATCHKEY_ENCRYPTION_KEYS": text]).faults
        #expect(faults.count == 1)
        let fault = try #require(faults.first)
        #expect(fault.hasPrefix(#"LATCHKEY_ENCRYPTION_KEYS: "encryption.keys[0]" has to be a key"#))
        #expect(fault.contains(reason))
        #expect(!fault.contains(text))
    }

    @Test("no way of printing a configuration shows a secret")
    func redaction() throws {
        var settings: [String: String] = [:]
        for key in ConfigurationKey.all { settings[LayerTests.path(key)] = LayerTests.inYAML(key) }
        let loaded = try load(yaml(settings)).get()
        var dumped = ""
        dump(loaded, to: &dumped)
        var printed = ""
        print(loaded, loaded.configuration, to: &printed)
        let shown = loaded.values.map(\.description).joined(separator: "\n")
        let texts = [
            dumped, printed, shown, String(reflecting: loaded), String(describing: loaded.configuration),
            "\(loaded.configuration.providers)", "\(loaded.configuration.encryption.keys)",
        ]
        let secrets = [
            "latchkey:password", "at-the-mail-server", "from-the-provider", "the-one-before",
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
        ]
        for text in texts {
            for secret in secrets { #expect(!text.contains(secret)) }
        }
        #expect(dumped.contains("Example Accounts"))
        #expect(shown.contains("database.url = <redacted>"))
        // What cannot be encoded cannot end up in JSON by accident.
        #expect(!((loaded.configuration as Any) is any Encodable))
        #expect(!((loaded as Any) is any Encodable))
    }

    @Test("no fault repeats what was written: a secret may stand in the wrong place")
    func faultsAreSilent() {
        let secret = "hunter2 hunter2"
        for key in ConfigurationKey.all where !key.isFileOnly {
            let path = LayerTests.path(key)
            for option in ["\(path)=\(secret)\u{1}", "\(path)_file=\(secret)", "\(secret)=\(path)", "\(path)\(secret)"]
            {
                let faults = load(set: [option]).faults
                #expect(!faults.isEmpty)
                #expect(!faults.contains { $0.contains("hunter2") })
            }
            let name = (key.environmentName ?? "").replacing("<ID>", with: "A")
            let faults = load(environment: [name: secret + "\u{1}"]).faults
            #expect(!faults.contains { $0.contains("hunter2") })
        }
    }

    @Test("secrets in a file that everybody can read are a warning in production")
    func exposedFile() throws {
        let yaml = minimum + "providers: {a: {client_id: a, client_secret: one}}\nserver: {host: 0.0.0.0}\n"
        func warnings(_ text: String) throws -> [String] {
            try ServiceConfiguration.load(environment: [:]) { _ in
                .success(ConfigurationFile(contents: Array(text.utf8), isReadableByEveryone: true))
            }.get().warnings.map(\.description)
        }
        #expect(
            try warnings(yaml) == [
                "latchkey.yaml:2:17: every user of the machine can read this file, and there is a secret in it; chmod o-r it"
            ]
        )
        #expect(try warnings(yaml + "mode: development").count == 1)
    }

    @Test("the file system's permissions are those of the file that was read")
    func fileSystem() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "latchkey-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "secret").path
        func read(mode: Int) throws -> ConfigurationFile {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            return try ConfigurationFile.read(path).get()
        }
        try Data("s3cr3t\n".utf8).write(to: URL(filePath: path))
        let own = try read(mode: 0o640)
        #expect(own.contents == Array("s3cr3t\n".utf8))
        #expect(!own.isReadableByEveryone && !own.isWritableByEveryone)
        #expect(try read(mode: 0o644).isReadableByEveryone)
        #expect(try read(mode: 0o602).isWritableByEveryone)
        let link = folder.appending(path: "link").path
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
        #expect(try ConfigurationFile.read(link).get().isWritableByEveryone)

        func fault(_ path: String) -> ConfigurationFileFault? {
            if case .failure(let fault) = ConfigurationFile.read(path) { fault } else { nil }
        }
        #expect(fault(folder.path) == .isFolder)
        #expect(fault(folder.path + "/none") == .notFound)
        #expect(fault("") == .notFound)
        try Data(count: ConfigurationFile.maximumBytes + 1).write(to: URL(filePath: path))
        #expect(fault(path) == .tooLarge)
    }
}
