import Accounts
import Cryptography
import OAuth
import Testing

@testable import Flows

@Suite("Sealed tokens of providers")
struct UpstreamVaultTests {
    private static let tokens =
        #"{"access_token":"access","refresh_token":"refresh","token_type":"bearer","expires_in":60}"#

    private func answer() throws -> TokenResponse {
        try TokenResponse.parse(
            OutboundResponse(
                status: 200,
                headers: [(name: "content-type", value: "application/json")],
                body: Array(Self.tokens.utf8)
            )
        )
    }

    private func key(_ issuer: String, _ subject: String) throws -> FederatedIdentityKey {
        try #require(FederatedIdentityKey(issuer: issuer, subject: subject))
    }

    @Test("C13 a sealed token opens for its provider, person and purpose, and for nothing else")
    func bound() throws {
        let ring = try #require(KeyRing(keys: [(id: "k1", key: Random.bytes(32))], current: "k1"))
        let vault = UpstreamVault(keys: ring)
        let google = try #require(ProviderID("google"))
        let github = try #require(ProviderID("github"))
        let ada = try key("https://p.example", "1")
        let sealed = vault.seal(try answer(), scope: ["a"], of: ada, at: google)
        let refresh = try #require(sealed.refreshToken)
        #expect(sealed.scope == ["a"] && sealed.expiresIn == 60)
        #expect(vault.open(sealed.accessToken, .accessToken, of: ada, at: google) == Secret("access"))
        #expect(vault.open(refresh, .refreshToken, of: ada, at: google) == Secret("refresh"))
        for (bytes, purpose) in [(refresh, UpstreamVault.Purpose.accessToken), (sealed.accessToken, .refreshToken)] {
            #expect(vault.open(bytes, purpose, of: ada, at: google) == nil)
        }
        for (other, provider) in [
            (try key("https://p.example", "2"), google), (try key("https://q.example", "1"), google), (ada, github),
        ] {
            #expect(vault.open(sealed.accessToken, .accessToken, of: other, at: provider) == nil)
        }
    }

    @Test("C13 what an older key sealed opens as long as that key is in the ring")
    func rotated() throws {
        let (old, new) = (Random.bytes(32), Random.bytes(32))
        let before = try #require(KeyRing(keys: [(id: "k1", key: old)], current: "k1"))
        let after = try #require(KeyRing(keys: [(id: "k2", key: new), (id: "k1", key: old)], current: "k2"))
        let without = try #require(KeyRing(keys: [(id: "k2", key: new)], current: "k2"))
        let google = try #require(ProviderID("google"))
        let ada = try key("https://p.example", "1")
        let sealed = UpstreamVault(keys: before).seal(try answer(), scope: [], of: ada, at: google).accessToken
        #expect(UpstreamVault(keys: after).open(sealed, .accessToken, of: ada, at: google) == Secret("access"))
        #expect(UpstreamVault(keys: without).open(sealed, .accessToken, of: ada, at: google) == nil)
    }
}
