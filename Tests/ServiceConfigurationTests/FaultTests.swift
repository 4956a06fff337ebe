import ServiceConfiguration
import Testing

@Suite("Configuration faults")
struct FaultTests {
    @Test("everything wrong in any layer is reported at once, each with its place")
    func allAtOnce() {
        let yaml = """
            public_url: https://login.example.org/path
            server:
              port: 80a
              trusted_proxies:
                - 10.0.0.0/8
                - 10.0.0.1/8
              colour: red
            database: host
            session: {idle_timeout: 7 days, absolute_timeout: [1d]}
            linking:
              sign_up: maybe
              dormant_after:
              policy_file:
            """
        let environment = ["LATCHKEY_LOG_LEVEL": "loud", "LATCHKEY_LOGLEVEL": "info"]
        let loaded = load(yaml, environment: environment, set: ["server.threads=-1", "nonsense"])
        #expect(
            loaded.faults == [
                #"latchkey.yaml:1:13: "public_url" has to be an origin such as https://login.example.org, without path, query, fragment or user (http only for localhost, 127.0.0.1 and [::1])"#,
                #"latchkey.yaml:3:9: "server.port" has to be a whole number from 0 to 65535"#,
                #"latchkey.yaml:6:7: "server.trusted_proxies[1]" has to be a range of addresses such as 10.0.0.0/8 or fd00::/8, without bits behind the prefix and not /0"#,
                #"latchkey.yaml:7:3: unknown key "server.colour""#,
                #"latchkey.yaml:8:11: "database" has to be a mapping (key: value)"#,
                #"latchkey.yaml:9:25: "session.idle_timeout" has to be a duration from 1m to 400d"#,
                #"latchkey.yaml:9:51: "session.absolute_timeout" has to be a single value"#,
                #"latchkey.yaml:11:3: "linking.sign_up" is not a setting any more: it is sign_up in the policy's file now, see linking.policy_file"#,
                #"latchkey.yaml:12:3: "linking.dormant_after" is not a setting any more: it is dormant_after in the policy's file now, see linking.policy_file"#,
                #"latchkey.yaml:13:3: "linking.policy_file" has no value; leave the key out or give it one"#,
                #"LATCHKEY_LOGLEVEL: unknown setting (did you mean "LATCHKEY_LOG_LEVEL"?)"#,
                #"LATCHKEY_LOG_LEVEL: "log.level" has to be trace or debug or info or notice or warning or error or critical"#,
                "--set #2: has to be key=value",
                #"--set server.threads: "server.threads" has to be a whole number from 0 to 1024"#,
                "database.url: is required: write it in the file, as LATCHKEY_DATABASE_URL or with --set database.url=…; as a file: database.url_file",
            ]
        )
    }

    @Test("settings that went into the policy's file say so in every layer")
    func retired() {
        let moved =
            "\"linking.sign_up\" is not a setting any more: it is sign_up in the policy's file now, "
            + "see linking.policy_file"
        let loaded = load(
            minimum,
            environment: ["LATCHKEY_LINKING_SIGN_UP": "open"],
            set: ["linking.sign_up=open"]
        )
        #expect(loaded.faults == ["LATCHKEY_LINKING_SIGN_UP: \(moved)", "--set linking.sign_up: \(moved)"])
    }

    @Test("nothing configured: the two required settings")
    func nothing() {
        #expect(load(nil).codes == [.missing, .missing])
    }

    @Test(
        "a file that is no configuration",
        arguments: [
            ("", "latchkey.yaml:1:1: the file is empty"),
            ("- a", "latchkey.yaml:1:1: the file has to be a mapping (key: value)"),
            ("public_url: &a https://a.example", "latchkey.yaml:1:13: anchors"),
            ("server: {port: 1}\nserver: {port: 2}", "latchkey.yaml:1:1: written more than once"),
        ]
    )
    func malformed(_ text: String, _ beginning: String) throws {
        let first = try #require(load(text).faults.first)
        #expect(first.hasPrefix(beginning))
    }

    @Test("a list where one value belongs, and the other way round")
    func shapes() {
        #expect(
            load(minimum + "server: {port: [1], trusted_proxies: 10.0.0.0/8}").faults == [
                #"latchkey.yaml:3:16: "server.port" has to be a single value"#,
                #"latchkey.yaml:3:38: "server.trusted_proxies" has to be a list, such as [a, b]"#,
            ]
        )
        #expect(
            load(minimum + "linking: {privileged_roles: [{a: b}]}").faults == [
                #"latchkey.yaml:3:30: "linking.privileged_roles" has to be a list of texts"#
            ]
        )
    }

    @Test("headings without settings are fine")
    func emptySections() {
        #expect(load(minimum + "server:\nproviders:\n").faults == [])
    }

    @Test("control characters are refused in every setting")
    func controlCharacters() {
        #expect(load(set: ["service_name=a\u{7}b"]).codes == [.invalidValue])
        #expect(load(set: ["providers.a.client_id=a", "providers.a.client_secret=a\nb"]).codes == [.invalidValue])
        #expect(load(set: ["server.host=a\u{0}b"]).codes == [.invalidValue])
    }

    @Test("a file that everybody can change is refused; not UTF-8 is refused")
    func fileItself() {
        func codes(_ file: ConfigurationFile) -> [ConfigurationFault.Code] {
            ServiceConfiguration.load(
                environment: ["LATCHKEY_PUBLIC_URL": "https://a.example", "LATCHKEY_DATABASE_URL": "host=db"]
            ) { _ in .success(file) }.codes
        }
        #expect(
            codes(ConfigurationFile(contents: Array("log:\n".utf8), isWritableByEveryone: true)) == [.exposedSecret]
        )
        #expect(codes(ConfigurationFile(contents: [0x61, 0xFF])) == [.malformed])
        #expect(codes(ConfigurationFile(contents: Array("log:\n".utf8), isReadableByEveryone: true)) == [])
    }

    @Test("every kind of unreadable file is a sentence", arguments: ConfigurationFileFault.allCases)
    func unreadable(_ fault: ConfigurationFileFault) throws {
        let loaded = ServiceConfiguration.load(file: "a.yaml", environment: [:]) { _ in .failure(fault) }
        #expect(try #require(loaded.faults.first).hasPrefix("a.yaml:1:1: the file "))
        #expect(loaded.codes.first == .unreadableFile)
    }
}
