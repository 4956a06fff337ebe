import ServiceConfiguration
import Testing

@Suite("Unknown configuration keys")
struct UnknownKeyTests {
    @Test(
        "in the file, with the place and what was probably meant",
        arguments: [
            ("servre: {port: 1}", #"latchkey.yaml:3:1: unknown key "servre" (did you mean "server"?)"#),
            ("server: {prot: 1}", #"latchkey.yaml:3:10: unknown key "server.prot" (did you mean "server.port"?)"#),
            (
                "server.port: 1",
                #"latchkey.yaml:3:1: unknown key "server.port": keys are nested here, write each part on its own line"#
            ),
            (
                "statement_timeout: 1s",
                #"latchkey.yaml:3:1: unknown key "statement_timeout" (did you mean "database.statement_timeout"?)"#
            ),
            ("frobnicate: 1", #"latchkey.yaml:3:1: unknown key "frobnicate""#),
            (
                "providers: {google: {clientid: a}}",
                #"latchkey.yaml:3:22: unknown key "providers.google.clientid" (did you mean "providers.google.client_id"?)"#
            ),
            (
                "providers: {Google: {client_id: a}}",
                #"latchkey.yaml:3:13: "Google" cannot be a provider's id: 1 to 32 of a-z, 0-9 and -, and not "directory""#
            ),
            ("\"postgres://u:p@h\": 1", "latchkey.yaml:3:1: unknown key"),
        ]
    )
    func inFile(_ line: String, _ message: String) {
        #expect(load(minimum + line).faults == [message])
    }

    @Test(
        "in the environment",
        arguments: [
            ("LATCHKEY_DATABSE_URL", #"LATCHKEY_DATABSE_URL: unknown setting (did you mean "LATCHKEY_DATABASE_URL"?)"#),
            (
                "LATCHKEY_PROVIDERS_OIDC_EXAMPLE_CLIENTID",
                "LATCHKEY_PROVIDERS_OIDC_EXAMPLE_CLIENTID: unknown setting"
                    + #" (did you mean "LATCHKEY_PROVIDERS_OIDC_EXAMPLE_CLIENT_ID"?)"#
            ),
            ("LATCHKEY_FROBNICATE", "LATCHKEY_FROBNICATE: unknown setting"),
            ("LATCHKEY_server_port", "LATCHKEY_server_port: unknown setting"),
            ("LATCHKEY_SERVER_PORT_FILE", "LATCHKEY_SERVER_PORT_FILE: unknown setting"),
            ("LATCHKEY_PROVIDERS_GOOGLE", "LATCHKEY_PROVIDERS_GOOGLE: unknown setting"),
            ("LATCHKEY_PROVIDERS__CLIENT", "LATCHKEY_PROVIDERS__CLIENT: unknown setting"),
            ("LATCHKEY_", "LATCHKEY_: unknown setting"),
            (
                "LATCHKEY_DEVELOPMENT_ORIGINS",
                #"LATCHKEY_DEVELOPMENT_ORIGINS: "development.origins" can only be written in the file"#
            ),
        ]
    )
    func inEnvironment(_ name: String, _ message: String) {
        #expect(load(environment: [name: "1"]).faults == [message])
    }

    @Test(
        "on the command line, without repeating what may be a secret",
        arguments: [
            ("databse.url=x", #"--set databse.url: unknown key (did you mean "database.url"?)"#),
            ("server=x", "--set server: is a group of settings; name one of them"),
            ("server.port", "--set #1: has to be key=value"),
            ("=x", "--set #1: unknown key"),
            (".=x", "--set .: unknown key"),
            ("postgres://u:p@h/d?a=b", "--set #1: unknown key"),
        ]
    )
    func onCommandLine(_ option: String, _ message: String) {
        #expect(load(set: [option]).faults == [message])
    }

    @Test("other variables are nobody's business, and Kubernetes' service variables are not typos")
    func ignored() throws {
        let environment = [
            "PATH": "/bin", "LATCHKEYS": "1", "LATCHKEY_TEST_VECTORS": "/x",
            "LATCHKEY_SERVICE_HOST": "10.0.0.7", "LATCHKEY_SERVICE_PORT": "80", "LATCHKEY_SERVICE_PORT_HTTP": "80",
            "LATCHKEY_PORT": "tcp://10.0.0.7:80", "LATCHKEY_PORT_80_TCP": "tcp://10.0.0.7:80",
            "LATCHKEY_PORT_80_TCP_PROTO": "tcp", "LATCHKEY_PORT_80_TCP_PORT": "80",
            "LATCHKEY_PORT_80_TCP_ADDR": "10.0.0.7", "LATCHKEY_DB_PORT": "tcp://10.0.0.8:5432",
        ]
        #expect(load(environment: environment).faults == [])
        #expect(load(environment: ["LATCHKEY_SERVRE_PORT": "80"]).codes == [.unknownKey])
    }

    @Test("no two settings share a variable")
    func uniqueVariables() {
        let names = ConfigurationKey.all.flatMap { key in
            key.environmentName.map { key.isSecret ? [$0, $0 + "_FILE"] : [$0] } ?? []
        }
        #expect(Set(names).count == names.count)
        #expect(Set(ConfigurationKey.all.map(\.pattern)).count == ConfigurationKey.all.count)
    }
}
