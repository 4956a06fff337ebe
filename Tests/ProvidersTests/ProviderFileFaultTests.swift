import Accounts
import Providers
import Testing
import YAML

@Suite("Faults in provider files")
struct ProviderFileFaultTests {
    private func faults(_ id: String, _ changes: [(String, String)], loopback: Bool = false) throws -> [String] {
        var text = try ProviderFiles.text(id)
        for (from, to) in changes {
            try #require(text.contains(from), "\(from)")
            text = text.replacing(from, with: to)
        }
        return ProviderCatalog.load(files: [(name: "providers/\(id).yaml", text: text)], allowsLoopbackHTTP: loopback)
            .diagnostics.map(\.description)
    }

    @Test("all faults of a file at once, with their places")
    func allAtOnce() throws {
        let found = try faults(
            "google",
            [
                ("name: Google\n", "nmae: Google\n"), ("brand: google", "brand: gogle"),
                ("protocol: openid_connect", "protocol: openid_connect"),
                ("scopes: [openid, email, profile]", "scopes: [email, email]"),
                ("client_authentication: post", "client_authentication: yes"),
                ("id_token.email_verified", "user.email_verified"),
                ("'{\"sub\":\"6\",\"name\":\"Grace\"}'", "'{\"sub\":\"6\"'"),
            ]
        )
        let expected = [
            "google.yaml:2:1: missing key \"name\"", "google.yaml:3:1: unknown key \"nmae\" (did you mean \"name\"?)",
            "google.yaml:5:10: \"button.brand\" has to be one of google, github, x, generic (did you mean \"google\"?)",
            "has to be a list of different words", "needs the scope openid",
            "\"client_authentication\" has to be one of post, basic, none",
            "starts with an answer that is not asked for; there are: claims, id_token", "is not JSON: unexpected_end",
        ]
        for message in expected { #expect(found.contains { $0.contains(message) }, "\(message) in \(found)") }
        #expect(found.count == expected.count, "\(found)")
    }

    @Test(
        "one fault each",
        arguments: [
            ("github", "id: github", "id: gitlab", "has to be the file's name"),
            ("github", "id: github", "id: Git_Hub", "1 to 32 characters"),
            ("github", "issuer: https://github.com/login/oauth", "issuer: http://github.com", "has to be an https URL"),
            (
                "github", "issuer: https://github.com/login/oauth", "issuer: https://github.com/?x",
                "has to be an https URL"
            ),
            (
                "github", "https://github.com/login/oauth/authorize", "http://github.com/login/oauth/authorize",
                "\"endpoints.authorization\" has to be an https URL"
            ),
            (
                "github", "https://api.github.com/user\n", "https://api.github.com@evil.example/user\n",
                "has to be an https URL"
            ),
            ("github", "applications/{client_id}/token", "applications/token", "with {client_id} in it"),
            (
                "github", "https://api.github.com/applications", "http://api.github.com/applications",
                "\"token_check.url\" has to be an https URL"
            ),
            ("github", "client_id: app.client_id", "client_id: app..client_id", "member names with dots"),
            ("github", "  subject: user.id\nidentity", "identity", "missing key \"subject\""),
            ("github", "pass_through: [login]", "pass_through: [redirect_uri]", "is set by Latchkey"),
            ("github", "pass_through: [login]", "pass_through: [Redirect_URI]", "of a-z, 0-9 and _"),
            ("github", "pass_through: [login]", "parameters: { state: x }", "is set by Latchkey"),
            ("github", "scopes: [user:email]", "scopes: [offline_access]", "refresh token"),
            ("github", "scopes: [user:email]", "scopes: [\"user email\"]", "list of different words"),
            ("github", "    maximum_pages: 5", "    maximum_pages: 500", "a whole number from 1 to 20"),
            ("github", "    absent_on: [403, 404]", "    absent_on: [200]", "a whole number from 400 to 499"),
            ("github", "  - name: emails", "  - name: user", "has to be a new name"),
            ("github", "  - name: emails", "  - name: id_token", "has to be a new name"),
            ("github", "  subject: user.id", "  subject: usr.id", "starts with an answer that is not asked for"),
            ("github", "  subject: user.id", "  subject: user", "has to be an answer and a member"),
            ("github", "  subject_type: integer", "  subject_type: number", "has to be one of string, integer"),
            ("github", "  where: { primary: true }\n", "", "missing key \"where\""),
            ("github", "[users.noreply.github.com]", "[Users.Noreply.GitHub.com]", "a domain has to be in lower case"),
            (
                "github", "    maximum_pages: 5", "    headers: { Authorization: x }\n    maximum_pages: 5",
                "written more than once"
            ),
            ("twitter", "  verified: always\n", "", "missing key \"verified\""),
            (
                "twitter", "  verified: always", "  verified: never\n  authoritative_for: [x.com]",
                "cannot be authoritative"
            ),
            ("twitter", "endpoints:", "discovery: {}\nendpoints:", "not both"),
            ("twitter", "protocol: oauth2", "protocol: openid_connect", "missing key \"keys\""),
            ("google", "hosts: [accounts.google.com,", "hosts: [\"accounts.google.com:443\",", "list of host names"),
            (
                "google", "  name: id_token.name", "  subject: claims.sub\n  name: id_token.name",
                "has to come from id_token"
            ),
            (
                "google", "  verified: id_token.email_verified", "  verified: claims.email_verified",
                "the same answer as the address"
            ),
            ("google", "issuers: [https", "algorithms: [HS256]\n  issuers: [https", "has to be one of RS256"),
            ("google", "issuers: [https", "maximum_age: 5d\n  issuers: [https", "a duration from 1m to 1d"),
            ("google", "evidence: unverified", "evidence: verfied", "did you mean"),
            ("google", "examples:", "exampels:", "missing key \"examples\""),
        ]
    )
    func single(id: String, from: String, to: String, expected: String) throws {
        let found = try faults(id, [(from, to)])
        #expect(found.contains { $0.hasPrefix("providers/\(id).yaml:") && $0.contains(expected) }, "\(found)")
    }

    @Test(
        "headers that would take over the request",
        arguments: ["Authorization", "HOST", "cookie", "Content-Length", "Transfer-Encoding", "X Y", "Ä"]
    )
    func headers(name: String) throws {
        let found = try faults("twitter", [("\nidentity:", "\n    headers: { \"\(name)\": x }\nidentity:")])
        #expect(found.contains { $0.contains("this header cannot be set") }, "\(found)")
    }

    @Test("two providers with one issuer would share people")
    func sharedIssuer() throws {
        let copy = try ProviderFiles.text("twitter").replacing("id: twitter", with: "id: copy")
        let (_, diagnostics) = ProviderCatalog.load(
            files: [(name: "twitter.yaml", text: try ProviderFiles.text("twitter")), (name: "copy.yaml", text: copy)]
        )
        #expect(diagnostics.map(\.description).contains { $0.contains("already that of \"twitter\"") })
    }

    @Test("F-9 a faulty file gives no provider, and the others still load")
    func closed() throws {
        let (catalog, diagnostics) = ProviderCatalog.load(
            files: [
                (name: "github.yaml", text: "id: github"),
                (name: "twitter.yaml", text: try ProviderFiles.text("twitter")),
            ]
        )
        #expect(catalog.providers.map(\.id.description) == ["twitter"] && !diagnostics.isEmpty)
    }

    @Test("X-1 the configured issuer is checked like a written one")
    func configuredIssuer() throws {
        let file = (name: "oidc-example.yaml", text: try ProviderFiles.text("oidc-example"))
        func load(_ issuer: String, loopback: Bool) -> (on: Bool, clean: Bool) {
            let (catalog, diagnostics) = ProviderCatalog.load(
                files: [file],
                issuers: ["oidc-example": issuer],
                allowsLoopbackHTTP: loopback
            )
            return (catalog.providers.count == 1, diagnostics.isEmpty)
        }
        #expect(load("https://id.example/tenant", loopback: false) == (true, true))
        #expect(load("http://127.0.0.1:9400", loopback: false) == (false, false))
        #expect(load("http://127.0.0.1:9400", loopback: true) == (true, true))
        #expect(load("http://id.example", loopback: true) == (false, false))
        #expect(load("", loopback: true) == (false, false))
    }

    @Test("a directory that is not there")
    func missingDirectory() {
        let (catalog, diagnostics) = ProviderCatalog.load(directory: "/nonexistent/providers")
        #expect(catalog.providers.isEmpty && diagnostics.count == 1)
    }

    @Test("an example that does not come out as it says is found")
    func wrongExample() throws {
        for (from, to, sentence) in [
            ("subject: \"583231\"", "subject: \"1\"", "subject 583231, expected 1"),
            ("refused: unauthorized", "refused: forbidden", "refused with unauthorized instead of forbidden"),
            (
                "email: octocat@example.com", "email: other@example.com",
                "e-mail octocat@example.com (verified), expected other@example.com (verified)"
            ),
            ("name: The Octocat", "name: Somebody", "name The Octocat, expected Somebody"),
        ] {
            let text = try ProviderFiles.text("github").replacing("      " + from, with: "      " + to)
                .replacing("{ " + from, with: "{ " + to)
            let provider = try #require(
                ProviderCatalog.load(files: [(name: "github.yaml", text: text)]).catalog.providers.first
            )
            #expect(provider.examples.compactMap { $0.failure(with: provider) } == [sentence])
        }
    }
}
