import Accounts
import Cryptography
import InternetAddress
import ServiceConfiguration
import Testing

@Suite("Configuration fields")
struct FieldTests {
    /// Everything at its example, which differs from the default.
    private func everything() throws -> ServiceConfiguration {
        var settings: [String: String] = [:]
        for key in ConfigurationKey.all { settings[LayerTests.path(key)] = LayerTests.inYAML(key) }
        return try load(yaml(settings)).get().configuration
    }

    @Test("every key reaches its own field: mail")
    func mail() throws {
        let mail = try everything().mail
        #expect(mail.server?.description == "smtp://mail.example.org:587")
        #expect(mail.username == "latchkey")
        #expect(mail.password?.reveal() == "password-at-the-mail-server")
        #expect(mail.from?.description == "accounts@example.org")
        #expect(mail.fromName == "Example Accounts")
        #expect(mail.tls == .none)
        #expect(mail.caFile == "/etc/ssl/certs/company-ca.pem")
        #expect(mail.isCaught)
        #expect(mail.timeout == .seconds(20))
    }

    @Test("every key reaches its own field: service, server, metrics, database")
    func service() throws {
        let all = try everything()
        #expect(all.publicURL.description == "https://login.example.org")
        #expect(all.serviceName == "Example Accounts")
        #expect(all.mode == .development)
        #expect(all.server.host == "0.0.0.0")
        #expect(all.server.port == 8443)
        #expect(all.server.maximumBodyBytes == 131_072)
        #expect(all.server.maximumConnections == 10_000)
        #expect(all.server.requestTimeout == .seconds(20))
        #expect(all.server.idleTimeout == .seconds(75))
        #expect(all.server.shutdownTimeout == .seconds(30))
        #expect(all.server.trustedProxies.map(\.description) == ["10.0.0.0/8", "fd00::/8"])
        #expect(all.server.threads == 4)
        #expect(all.metrics.host == "0.0.0.0")
        #expect(all.metrics.port == 9100)
        #expect(all.database.url.reveal() == "postgresql://latchkey:password@db/latchkey")
        #expect(all.database.sharedConnections == 3)
        #expect(all.database.transactionConnections == 16)
        #expect(all.database.connectTimeout == .seconds(3))
        #expect(all.database.leaseTimeout == .seconds(4))
        #expect(all.database.statementTimeout == .seconds(2))
        #expect(all.templates.directory == "/etc/latchkey/templates")
        #expect(all.log.level == .debug)
        #expect(all.log.format == .text)
        #expect(all.administration.keys.map(\.name) == ["ada"])
        #expect(all.administration.keys.map { Hex.encode($0.hash.bytes).prefix(8) } == ["9f86d081"])
        #expect(all.encryption.keys.map(\.id) == ["2026-11"])
        #expect(all.encryption.keys.map { $0.material.reveal() } == ["AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"])
    }

    @Test("every key reaches its own field: session, sign-in, linking")
    func signIn() throws {
        let all = try everything()
        #expect(all.session.idleTimeout == .seconds(12 * 3600))
        #expect(all.session.absoluteTimeout == .seconds(60 * 86_400))
        #expect(all.session.freshFor == .seconds(300))
        #expect(all.session.cookieSameSite == .strict)
        #expect(all.session.touchInterval == .seconds(120))
        #expect(all.signIn.transactionLifetime == .seconds(300))
        #expect(all.signIn.returnTo == ["https://app.example.org/welcome"])
        #expect(all.signIn.defaultReturnTo == "/welcome")
        #expect(all.linking.policyFile == "/etc/latchkey/linking-policy.yaml")
        #expect(all.linking.privilegedRoles == ["admin", "support"])
    }

    @Test("every key reaches its own field: providers, outbound, development")
    func providers() throws {
        let all = try everything()
        #expect(all.providers.directory == "/etc/latchkey/providers")
        #expect(all.providers.byID.keys.map(\.description) == ["acme"])
        #expect(all.providers.enabled.isEmpty)
        let acme = try #require(all.providers.byID.values.first)
        #expect(!acme.isEnabled)
        #expect(acme.clientID == "1234.apps.example.org")
        #expect(acme.clientSecrets.map { $0.reveal() } == ["from-the-provider", "the-one-before"])
        #expect(acme.issuer == "https://id.example.org/realms/staff")
        #expect(acme.name == "Staff login")
        #expect(acme.authoritativeFor == ["example.org", "example.com"])
        #expect(all.outbound.allowLoopbackHTTP)
        #expect(all.outbound.allowedNetworks.map(\.description) == ["10.20.0.0/16"])
        #expect(all.outbound.caFile == "/etc/ssl/certs/company-ca.pem")
        #expect(all.outbound.proxy?.description == "http://proxy.example.org:3128")
        #expect(all.outbound.timeout == .seconds(5))
        #expect(all.outbound.maximumConcurrentPerProvider == 64)
        #expect(all.development.origins.map { "\($0.key) \($0.value)" } == ["https://x.com http://127.0.0.1:9401"])
    }

    @Test("metrics.port 0 turns metrics off, a client id turns a provider on")
    func switches() throws {
        #expect(try load(set: ["metrics.port=0"]).get().configuration.metrics.port == nil)
        let acme = try load(set: ["providers.acme.client_id=a"]).get().configuration.providers
        #expect(acme.enabled == [ProviderID("acme")])
        let off = try load(set: ["providers.acme.client_id=a", "providers.acme.enabled=false"]).get()
        #expect(off.configuration.providers.enabled == [])
    }

    @Test("examples differ from the defaults")
    func examplesDiffer() {
        for key in ConfigurationKey.all { #expect(key.example != key.defaultText) }
    }
}
