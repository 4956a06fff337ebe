import Cryptography
import JSON
import Testing

@testable import mock_provider

@Suite("Stand-in for GitHub")
struct GitHubTests {
    @Test("a whole sign-in: callback order, commas, numeric id, addresses")
    func signIn() throws {
        let stage = try Stage(.github)
        let callback = stage.authorize(scope: "read:user user:email")
        #expect(callback.callback.pairs.map(\.name) == ["code", "iss", "state"])
        #expect(callback.callback["iss"] == "https://github.com/login/oauth")
        let code = try #require(callback.callback["code"])
        #expect(code.count == 20)
        let tokens = stage.exchange(code)
        #expect(tokens.json["scope"] == "read:user,user:email")
        #expect(tokens.json["token_type"] == "bearer")
        let token = try #require(tokens.json["access_token"]?.string)
        #expect(token.hasPrefix("gho_"))
        let user = stage.profile(token)
        #expect(user.json["id"] == 583_231)
        #expect(user.json["email"] == .null)
        #expect(user.header("x-oauth-scopes") == "read:user, user:email")
        let emails = emails(stage, token)
        #expect(emails.json.array?.first?["email"] == "alice@gmail.com")
        #expect(emails.header("link") == nil)
    }

    @Test("C06 a form unless JSON is asked for")
    func form() throws {
        let stage = try Stage(.github)
        let answer = stage.exchange(try stage.code(), headers: ["accept": ""])
        #expect(answer.header("content-type")?.hasPrefix("application/x-www-form-urlencoded") == true)
        #expect(FormFields(answer.text)["token_type"] == "bearer")
    }

    @Test(
        "C07 errors come with status 200",
        arguments: [
            (["code": "unknown"], "bad_verification_code"),
            (["client_secret": "wrong"], "incorrect_client_credentials"),
            (["redirect_uri": "http://127.0.0.1/other"], "redirect_uri_mismatch"),
            (["code_verifier": nil], "bad_verification_code"),
        ] as [([String: String?], String)]
    )
    func errors(changes: [String: String?], error: String) throws {
        let stage = try Stage(.github)
        let answer = stage.exchange(try stage.code(), changes)
        #expect(answer.status == 200)
        #expect(answer.json["error"]?.string == error)
    }

    @Test("a wrong redirect address is answered at the registered one")
    func redirectMismatch() throws {
        let stage = try Stage(.github, redirectURIs: [Stage.redirectURI])
        let answer = stage.authorize(["redirect_uri": "https://evil.example/"])
        #expect(answer.header("location")?.hasPrefix(Stage.redirectURI + "?") == true)
        #expect(answer.callback["error"] == "redirect_uri_mismatch")
        #expect(answer.callback["state"] == "the-state")
    }

    @Test("A04 only S256")
    func proofKey() throws {
        let stage = try Stage(.github)
        #expect(stage.authorize(["code_challenge_method": "plain"]).callback["error"] == "invalid_request")
        #expect(stage.authorize(["code_challenge_method": nil]).callback["error"] == "invalid_request")
    }

    @Test("F05 callers without User-Agent are refused, unknown versions are gone")
    func headers() throws {
        let stage = try Stage(.github)
        let token = try #require(stage.tokens()["access_token"]?.string)
        #expect(stage.get("/user", ["authorization": "Bearer \(token)"]).status == 403)
        let old = ["authorization": "Bearer \(token)", "user-agent": "t", "x-github-api-version": "1999-01-01"]
        #expect(stage.get("/user", old).status == 410)
        #expect(stage.get("/user", ["authorization": "Bearer x", "user-agent": "t"]).status == 401)
    }

    @Test("F04 45 addresses over two pages, the primary on the second")
    func pages() throws {
        let stage = try Stage(.github)
        let token = try #require(stage.tokens()["access_token"]?.string)
        stage.standIn.misbehaviours.post([try Misbehaviour.parse("emails:forty-five")], times: nil)
        let first = emails(stage, token)
        #expect(first.json.array?.count == 30)
        #expect(
            first.header("link")
                == "<http://127.0.0.1:9999/user/emails?page=2>; rel=\"next\", "
                + "<http://127.0.0.1:9999/user/emails?page=2>; rel=\"last\""
        )
        let second = emails(stage, token, "?page=2")
        #expect(second.json.array?.count == 15)
        #expect(second.json.array?.contains { $0["primary"] == true } == true)
        #expect(emails(stage, token, "?per_page=100").json.array?.count == 45)
    }

    @Test("without the email scope the addresses are not found")
    func scope() throws {
        let stage = try Stage(.github)
        let token = try #require(stage.tokens(scope: "read:user")["access_token"]?.string)
        #expect(emails(stage, token).status == 404)
    }

    @Test("asking for no scope gives every scope that was ever allowed")
    func stickiness() throws {
        let stage = try Stage(.github)
        _ = try stage.tokens(scope: "repo user:email")
        #expect(try stage.tokens(scope: "")["scope"] == "repo,user:email")
    }

    @Test("refresh rotates both tokens; the old ones are dead")
    func refresh() throws {
        let stage = try Stage(.github)
        try stage.standIn.apply(["expiring_tokens": true])
        let first = try stage.tokens()
        #expect(first["expires_in"] == 28_800)
        let refreshToken = try #require(first["refresh_token"]?.string)
        let change: [String: String?] = ["grant_type": "refresh_token", "refresh_token": refreshToken]
        let second = stage.exchange("", change).json
        #expect(second["refresh_token"] != nil)
        #expect(second["refresh_token"] != first["refresh_token"])
        #expect(stage.profile(first["access_token"]?.string ?? "").status == 401)
        #expect(stage.profile(second["access_token"]?.string ?? "").status == 200)
        #expect(stage.exchange("", change).json["error"] == "bad_refresh_token")
    }

    @Test("C17, C19 a token can be checked and revoked by the app it was issued to")
    func check() throws {
        let stage = try Stage(.github)
        let token = try #require(stage.tokens()["access_token"]?.string)
        let headers = ["authorization": Stage.basic("github-client", "github-secret"), "user-agent": "t"]
        let body = JSONValue.object(["access_token": .string(token)]).serialized()
        let path = "/applications/github-client/token"
        #expect(stage.send("POST", path, headers, body: body).json["user"]?["id"] == 583_231)
        #expect(stage.send("DELETE", path, headers, body: body).status == 204)
        #expect(stage.send("POST", path, headers, body: body).status == 404)
        #expect(stage.profile(token).status == 401)
    }

    @Test("metadata is at the inserted path and nowhere else")
    func metadata() throws {
        let stage = try Stage(.github)
        #expect(stage.get(stage.path(.discovery)).json["issuer"] == "https://github.com/login/oauth")
        #expect(stage.get("/.well-known/oauth-authorization-server").status == 404)
        #expect(stage.get("/.well-known/openid-configuration").status == 404)
    }

    private func emails(_ stage: Stage, _ token: String, _ query: String = "") -> Answer {
        stage.get("/user/emails\(query)", ["authorization": "Bearer \(token)", "user-agent": "tests"])
    }
}
