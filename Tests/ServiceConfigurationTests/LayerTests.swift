import Accounts
import ServiceConfiguration
import Testing

@Suite("Configuration layers")
struct LayerTests {
    /// Sound together with every key's example.
    static let base = [
        "public_url": "https://other.example.org",
        "mode": "development",
        "database.url": "\"host=db\"",
        "providers.acme.client_id": "acme",
        "providers.acme.client_secret": "other",
        "providers.acme.keep_tokens": "true",
        "outbound.allow_loopback_http": "true",
        "mail.from": "other@example.org",
        "mail.username": "other",
        "mail.password": "other",
    ]

    static func path(_ key: ConfigurationKey) -> String {
        key.pattern.replacing("<id>", with: "acme").replacing("<origin>", with: "https://x.com")
    }

    static func inYAML(_ key: ConfigurationKey) -> String {
        key.isList
            ? "[" + key.example.split(separator: ",").map { "\"\($0)\"" }.joined(separator: ", ") + "]"
            : "\"\(key.example)\""
    }

    /// Base without the key itself and without its `_file` form.
    static func base(without path: String) -> [String: String] { base.filter { $0.key != path } }

    static func shown(_ key: ConfigurationKey) -> String {
        if key.isSecret { return "<redacted>" }
        return key.isList ? "[\(key.example.replacing(",", with: ", "))]" : key.example
    }

    static func expect(
        _ loaded: Result<LoadedConfiguration, ConfigurationFaults>,
        _ key: ConfigurationKey,
        from place: String
    ) throws {
        let loaded = try loaded.get()
        let value = try #require(loaded.values.first { $0.path == path(key) })
        #expect(value.text == shown(key))
        #expect(value.source.label.hasPrefix(place))
    }

    @Test("every key is read from the file", arguments: ConfigurationKey.all)
    func fromFile(_ key: ConfigurationKey) throws {
        var settings = Self.base(without: Self.path(key))
        settings[Self.path(key)] = Self.inYAML(key)
        try Self.expect(load(yaml(settings)), key, from: "latchkey.yaml:")
    }

    @Test("every key is read from the environment", arguments: ConfigurationKey.all.filter { !$0.isFileOnly })
    func fromEnvironment(_ key: ConfigurationKey) throws {
        let name = try #require(key.environmentName).replacing("<ID>", with: "ACME")
        try Self.expect(load(yaml(Self.base), environment: [name: key.example]), key, from: name)
    }

    @Test("every key is read from the command line", arguments: ConfigurationKey.all.filter { !$0.isFileOnly })
    func fromCommandLine(_ key: ConfigurationKey) throws {
        let option = "\(Self.path(key))=\(key.example)"
        try Self.expect(load(yaml(Self.base), set: [option]), key, from: "--set \(Self.path(key))")
    }

    @Test("every secret is read from a file, in each layer", arguments: ConfigurationKey.all.filter(\.isSecret))
    func fromSecretFile(_ key: ConfigurationKey) throws {
        let path = Self.path(key)
        let files = ["/run/secrets/it": file(key.example + "\n")]
        var settings = Self.base(without: path)
        settings[path + "_file"] = "/run/secrets/it"
        try Self.expect(load(yaml(settings), files: files), key, from: "latchkey.yaml:")
        let name = try #require(key.environmentName).replacing("<ID>", with: "ACME") + "_FILE"
        let fromEnvironment = load(yaml(Self.base), environment: [name: "/run/secrets/it"], files: files)
        try Self.expect(fromEnvironment, key, from: name)
        let option = "\(path)_file=/run/secrets/it"
        try Self.expect(load(yaml(Self.base), set: [option], files: files), key, from: "--set \(path)_file")
    }

    @Test("every key is shown, with its default where nobody wrote it")
    func defaults() throws {
        let loaded = try load(
            yaml(Self.base.merging(["development.origins.https://x.com": "http://127.0.0.1:1"]) { $1 })
        ).get()
        #expect(loaded.values.map(\.path) == ConfigurationKey.all.map(Self.path))
        let unset = try load().get()
        for key in ConfigurationKey.all where !key.pattern.contains("<") && !key.isRequired {
            let value = try #require(unset.values.first { $0.path == key.pattern })
            #expect(value.text == key.defaultText)
            #expect(value.source.label == "default")
        }
    }

    @Test("the file is weaker than the environment, the environment weaker than the command line")
    func precedence() throws {
        let yaml = minimum + "server: {port: 1001}\n"
        #expect(try load().get().configuration.server.port == 8080)
        #expect(try load(yaml).get().configuration.server.port == 1001)
        let environment = ["LATCHKEY_SERVER_PORT": "1002"]
        #expect(try load(yaml, environment: environment).get().configuration.server.port == 1002)
        let all = load(yaml, environment: environment, set: ["server.port=1003"])
        #expect(try all.get().configuration.server.port == 1003)
        let twice = load(yaml, environment: environment, set: ["server.port=1003", "server.port=1004"])
        #expect(try twice.get().configuration.server.port == 1004)
    }

    @Test("a list replaces the list of a weaker layer, and can empty it")
    func listsReplace() throws {
        let yaml = minimum + "linking: {privileged_roles: [admin, owner]}\n"
        let name = "LATCHKEY_LINKING_PRIVILEGED_ROLES"
        #expect(try load(yaml).get().configuration.linking.privilegedRoles == ["admin", "owner"])
        #expect(try load(yaml, environment: [name: "a, b"]).get().configuration.linking.privilegedRoles == ["a", "b"])
        #expect(try load(yaml, environment: [name: ""]).get().configuration.linking.privilegedRoles == [])
        #expect(
            load(yaml, environment: [name: "a,,b"]).faults == [#"\#(name): "linking.privileged_roles[1]" is empty"#]
        )
    }

    @Test("a wrong value in a weaker layer is not read when a stronger one wins")
    func shadowed() throws {
        let yaml = minimum + "server: {port: eighty}\n"
        #expect(load(yaml).codes == [.invalidValue])
        #expect(try load(yaml, set: ["server.port=80"]).get().configuration.server.port == 80)
    }

    @Test("a provider's id may have hyphens in every layer")
    func hyphens() throws {
        let environment = ["LATCHKEY_PROVIDERS_OIDC_EXAMPLE_CLIENT_ID": "one"]
        let loaded = try load(environment: environment, set: ["providers.a-b.client_id=two"]).get()
        let providers = loaded.configuration.providers
        #expect(providers.enabled.map(\.description) == ["a-b", "oidc-example"])
        #expect(providers.byID.values.compactMap(\.clientID).sorted() == ["one", "two"])
    }

    @Test("the file is the option's, else the variable's, else latchkey.yaml; a named one has to exist")
    func whichFile() throws {
        func port(file option: String?, _ environment: [String: String]) -> Int? {
            let loaded = ServiceConfiguration.load(file: option, environment: environment) { path in
                let ports = ["a.yaml": 1, "b.yaml": 2, "latchkey.yaml": 3]
                guard let port = ports[path] else { return .failure(.notFound) }
                return .success(file(minimum + "server: {port: \(port)}"))
            }
            return try? loaded.get().configuration.server.port
        }
        #expect(port(file: "a.yaml", ["LATCHKEY_CONFIG": "b.yaml"]) == 1)
        #expect(port(file: nil, ["LATCHKEY_CONFIG": "b.yaml"]) == 2)
        #expect(port(file: nil, [:]) == 3)
        #expect(port(file: "c.yaml", [:]) == nil)
        let none = load(
            nil,
            environment: ["LATCHKEY_PUBLIC_URL": "https://a.example", "LATCHKEY_DATABASE_URL": "host=db"]
        )
        #expect(try none.get().file == nil)
    }
}
