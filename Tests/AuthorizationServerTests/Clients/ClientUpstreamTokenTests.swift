import Accounts
import Testing

@testable import AuthorizationServer

@Suite("Providers' tokens in files of apps")
struct ClientUpstreamTokenTests {
    @Test("C16 an app gets no provider's tokens unless its file says which, and with which scopes")
    func allowed() throws {
        let (registry, faults) = try ClientFileTests.load([
            "desk.yaml": """
            id: desk
            name: Desk
            first_party: true
            secret_hashes: [\(ClientFileTests.hash)]
            redirect_uris: [https://desk.example/callback]
            grants: [authorization_code, "\(GrantType.tokenExchange.rawValue)"]
            upstream_tokens: {github: ["user:email", repo], google: ["https://www.googleapis.com/auth/calendar.readonly"]}
            """,
            "shop.yaml": """
            id: shop
            name: Shop
            first_party: true
            secret_hashes: [\(ClientFileTests.hash)]
            redirect_uris: [https://shop.example/callback]
            """,
        ])
        #expect(faults == [])
        let desk = try #require(ClientID("desk").flatMap { registry[$0] })
        let (github, google) = (try #require(ProviderID("github")), try #require(ProviderID("google")))
        #expect(
            desk.upstreamTokens == [
                github: ["user:email", "repo"], google: ["https://www.googleapis.com/auth/calendar.readonly"],
            ]
        )
        #expect(ClientID("shop").flatMap { registry[$0] }?.upstreamTokens == [:])
    }

    @Test("C16 every fault at once: without the grant, without a secret, for somebody else's app, for another provider")
    func faults() throws {
        let (registry, faults) = try ClientFileTests.load([
            "desk.yaml": """
            id: desk
            name: Desk
            first_party: false
            public: true
            redirect_uris: [https://desk.example/callback]
            providers: [google]
            upstream_tokens: {github: [repo], 'Git Hub': [repo], google: ["a b", "a\\"b", repo]}
            """
        ])
        #expect(registry.all.isEmpty)
        let expected = [
            "needs the grant", "a public client cannot have", "is for apps with \"first_party: true\"",
            "\"providers\" does not have \"github\"", "a provider's id is 1 to 32",
            "a provider's scope is of visible ASCII",
        ]
        for message in expected { #expect(faults.contains { $0.contains(message) }, "\(message) in \(faults)") }
        #expect(faults.count == expected.count + 1, "\(faults)")
    }
}
