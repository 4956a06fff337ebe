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
        "one rule that reads another answer is one too many; claims are the ID token where userinfo is not asked",
        arguments: [
            ("name: id_token.name", "name: id_token.name", true),
            ("name: id_token.name", "name: claims.name", false),
            ("name: id_token.name", "name: userinfo.name", false),
            ("picture: id_token.picture", "picture: claims.picture", false),
            (
                "address: id_token.email\n  verified: id_token.email_verified",
                "address: claims.email\n  verified: claims.email_verified", false
            ),
            ("hosted_domain: id_token.hd", "hosted_domain: claims.hd", false),
        ]
    )
    func rules(rule: String, changed: String, isEnoughWithUserInfo: Bool) throws {
        var text = try ProviderFiles.text("google")
        let examples = try #require(text.firstRange(of: "\nexamples:"))
        text.removeSubrange(examples.lowerBound...)
        text += "\nexamples:\n  - { name: somebody, id_token: '{\"sub\":\"1\"}', expect: { subject: \"1\" } }\n"
        #expect(text.contains(rule))
        text = text.replacing(rule, with: changed)
        let asking = text.replacing("\nidentity:", with: "\nuserinfo: true\nidentity:")
        #expect(try Self.isEnough(asking, "google") == isEnoughWithUserInfo)
        if !changed.contains("userinfo.") { #expect(try Self.isEnough(text, "google")) }
    }
}
