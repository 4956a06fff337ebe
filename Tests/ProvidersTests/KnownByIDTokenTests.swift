import Providers
import Testing

@Suite("What an ID token alone says")
struct KnownByIDTokenTests {
    private static func isEnough(_ text: String, _ id: String) throws -> Bool {
        let (catalog, diagnostics) = ProviderCatalog.load(
            files: [(name: "\(id).yaml", text: text)],
            issuers: ["oidc-example": "https://issuer.example"]
        )
        return try #require(catalog.providers.first, "\(diagnostics)").isKnownByIDToken
    }

    @Test("enough where every rule reads the ID token, and nowhere else")
    func files() throws {
        for (id, expected) in [("google", true), ("github", false), ("twitter", false), ("oidc-example", false)] {
            #expect(try Self.isEnough(try ProviderFiles.text(id), id) == expected, "\(id)")
        }
    }

    @Test(
        "one rule that reads another answer is one too many",
        arguments: [
            ("name: id_token.name", "name: claims.name", true),
            ("name: id_token.name", "name: userinfo.name", false),
            ("picture: id_token.picture", "picture: claims.picture", false),
            ("address: id_token.email", "address: claims.email", false),
            ("hosted_domain: id_token.hd", "hosted_domain: claims.hd", false),
            ("identity:", "identity:", true),
        ]
    )
    func rules(rule: String, changed: String, staysWithoutUserInfo: Bool) throws {
        var text = try ProviderFiles.text("google")
        if let examples = text.firstRange(of: "\nexamples:") { text.removeSubrange(examples.lowerBound...) }
        text = text.replacing(rule, with: changed)
        if changed.contains("claims.email") {
            text = text.replacing("id_token.email_verified", with: "claims.email_verified")
        }
        let asking = text.replacing("\nidentity:", with: "\nuserinfo: true\nidentity:")
        if changed.contains("claims.") {
            // Without userinfo, `claims` is the ID token.
            #expect(try Self.isEnough(text, "google"))
            #expect(try !Self.isEnough(asking, "google"))
        } else if changed.contains("userinfo.") {
            #expect(try !Self.isEnough(asking, "google"))
        } else {
            // It is asked, and nothing is read from it.
            #expect(try Self.isEnough(asking, "google") == staysWithoutUserInfo)
        }
    }
}
