import Accounts
import Cryptography
import OAuth
import Providers
import Testing
import YAML

@Suite("Kept tokens of providers")
struct KeptTokenTests {
    private func provider(_ id: String) throws -> Provider {
        let (catalog, diagnostics) = ProviderCatalog.load(
            files: [(name: "providers/\(id).yaml", text: try ProviderFiles.text(id))]
        )
        try #require(diagnostics.isEmpty, "\(diagnostics)")
        return try #require(ProviderID(id).flatMap { catalog[$0] })
    }

    private func tokens(_ scope: String?) throws -> TokenResponse {
        let member = scope.map { #","scope":"\#($0)""# } ?? ""
        return try TokenResponse.parse(
            OutboundResponse(
                status: 200,
                headers: [(name: "content-type", value: "application/json")],
                body: Array(#"{"access_token":"a","token_type":"bearer"\#(member)}"#.utf8)
            )
        )
    }

    private func parameters(_ provider: Provider) -> [String: String] {
        Dictionary(uniqueKeysWithValues: provider.authorization.parameters.map { ($0.name, $0.value) })
    }

    @Test("A11 a refresh token is asked for only where tokens are kept")
    func asked() throws {
        let google = try provider("google")
        #expect(parameters(google) == ["prompt": "select_account"])
        let kept = google.keepingTokens(additionalScopes: ["https://www.googleapis.com/auth/calendar", "email"])
        #expect(parameters(kept) == ["access_type": "offline", "prompt": "consent select_account"])
        #expect(
            kept.authorization.scopes == ["openid", "email", "profile", "https://www.googleapis.com/auth/calendar"]
        )
        #expect(kept.authorization.usesPKCE && kept.authorization.passThrough == google.authorization.passThrough)
        let x = try provider("twitter")
        #expect(!x.authorization.scopes.contains("offline.access"))
        #expect(x.keepingTokens(additionalScopes: []).authorization.scopes.last == "offline.access")
        let github = try provider("github")
        #expect(github.keepingTokens(additionalScopes: ["repo"]).authorization.scopes == ["user:email", "repo"])
    }

    @Test("C11 what was granted, in the spelling of requests; what only keeps access alive is no access")
    func granted() throws {
        let google = try provider("google")
        let answered = "https://www.googleapis.com/auth/userinfo.email openid email https://www.googleapis.com/auth/x"
        #expect(google.grantedScope(try tokens(answered)) == ["email", "openid", "https://www.googleapis.com/auth/x"])
        #expect(google.grantedScope(try tokens(nil)) == ["openid", "email", "profile"])
        #expect(google.grantedScope(try tokens(nil), before: ["openid"]) == ["openid"])
        #expect(google.grantedScope(try tokens(answered), before: []) == google.grantedScope(try tokens(answered)))
        let x = try provider("twitter").keepingTokens(additionalScopes: [])
        #expect(x.grantedScope(try tokens("tweet.read offline.access")) == ["tweet.read"])
        let github = try provider("github").keepingTokens(additionalScopes: ["repo"])
        #expect(github.grantedScope(try tokens("repo,user:email")) == ["repo", "user:email"])
        #expect(github.grantedScope(try tokens("")) == [])
    }

    @Test("C14 only what says that the refresh token is no good ends it")
    func final() throws {
        func fault(_ status: Int, _ error: String) throws -> TokenFault {
            let response = OutboundResponse(
                status: status,
                headers: [(name: "content-type", value: "application/json")],
                body: Array(#"{"error":"\#(error)"}"#.utf8)
            )
            return try #require(throws: TokenFault.self) { try TokenResponse.parse(response) }
        }
        let (google, x, github) = (try provider("google"), try provider("twitter"), try provider("github"))
        for (provider, status, error, isFinal) in [
            (google, 400, "invalid_grant", true), (github, 200, "bad_refresh_token", true),
            (x, 400, "invalid_request", true), (x, 400, "invalid_grant", true),
            (google, 400, "invalid_request", false),
            // Whatever a server in trouble says about the token.
            (google, 500, "invalid_grant", false), (google, 429, "invalid_grant", false),
        ] {
            let fault = try fault(status, error)
            #expect(provider.isFinal(fault) == isFinal, "\(provider.id) \(status) \(error)")
        }
        for error in ["invalid_client", "unauthorized_client", "server_error", "slow_down", "something_new"] {
            let fault = try fault(400, error)
            #expect(!x.isFinal(fault), "\(error)")
        }
    }

    @Test("every fault of kept_tokens at once")
    func faults() throws {
        let text = try ProviderFiles.text("twitter").replacing(
            "  scopes: [offline.access]",
            with: """
                  scopes: [a, a]
                  parameters: { state: x }
                  scope_names: { "a b": c }
                  lifetime: 1h
                """
        ).replacing("refusals: [invalid_request]", with: "refusals: [server_error]")
        let found = ProviderCatalog.load(files: [(name: "providers/twitter.yaml", text: text)]).diagnostics
            .map(\.description)
        let expected = [
            "has to be a list of different words", "is set by Latchkey", "has to give scopes another spelling",
            "unknown key \"kept_tokens.lifetime\"", "has to be one of invalid_request",
        ]
        for message in expected { #expect(found.contains { $0.contains(message) }, "\(message) in \(found)") }
        #expect(found.count == expected.count, "\(found)")
    }
}
