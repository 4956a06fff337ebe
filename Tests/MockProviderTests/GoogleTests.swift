import Cryptography
import JSON
import Testing

@testable import mock_provider

@Suite("Stand-in for Google")
struct GoogleTests {
    @Test("a whole sign-in: callback order, scope expansion, ID token, userinfo")
    func signIn() throws {
        let stage = try Stage(.google)
        let callback = stage.authorize(as: "bob")
        #expect(callback.status == 302)
        #expect(callback.callback.pairs.map(\.name) == ["state", "iss", "code", "scope", "authuser", "hd", "prompt"])
        #expect(callback.callback["iss"] == "https://accounts.google.com")
        #expect(callback.header("location")?.contains("code=4%2F0A") == true)
        let tokens = stage.exchange(try #require(callback.callback["code"]))
        #expect(tokens.status == 200)
        #expect(tokens.json["token_type"] == "Bearer")
        #expect(tokens.json["expires_in"] == 3599)
        let scope = tokens.json["scope"]?.string ?? ""
        #expect(scope.contains("https://www.googleapis.com/auth/userinfo.email"))
        let claims = try stage.verified(tokens.json)
        #expect(claims["iss"] == "https://accounts.google.com")
        #expect(claims["aud"] == "google-client")
        #expect(claims["azp"] == "google-client")
        #expect(claims["hd"] == "example.com")
        #expect(claims["nonce"] == "the-nonce")
        #expect(claims["email_verified"] == true)
        let accessToken = try #require(tokens.json["access_token"]?.string)
        #expect(claims["at_hash"]?.string == IDTokens.accessTokenHash(accessToken))
        let profile = stage.profile(accessToken)
        #expect(profile.json["sub"] == claims["sub"])
    }

    @Test("D15 at_hash agrees with the published vectors")
    func accessTokenHash() {
        #expect(IDTokens.accessTokenHash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y") == "77QmUPtjPfzWtF2AnpK9RQ")
        #expect(IDTokens.accessTokenHash("ya29.a0AfakeAccessTokenForTests") == "iFehR6jlP6Nohbx9iyPNsg")
    }

    @Test("four RSA keys with the cache headers of the capture")
    func keys() throws {
        let stage = try Stage(.google)
        let answer = stage.get("/oauth2/v3/certs")
        #expect(answer.json["keys"]?.array?.count == 4)
        #expect(answer.json["keys"]?.array?.allSatisfy { $0["alg"] == "RS256" && $0["use"] == "sig" } == true)
        #expect(answer.header("cache-control")?.contains("max-age=24873") == true)
        #expect(answer.header("age") == "5059")
    }

    @Test("a wrong redirect address gets a page, never a redirect")
    func redirectMismatch() throws {
        let stage = try Stage(.google, redirectURIs: [Stage.redirectURI])
        #expect(stage.authorize().status == 302)
        for address in [Stage.redirectURI + "/", "https://evil.example/", "HTTP://127.0.0.1:8080/callback/test"] {
            let answer = stage.authorize(["redirect_uri": address])
            #expect(answer.status == 400)
            #expect(answer.header("location") == nil)
            #expect(answer.header("content-type")?.hasPrefix("text/html") == true)
        }
        #expect(stage.authorize(["client_id": "nobody"]).status == 401)
    }

    @Test(
        "refusals of the token endpoint",
        arguments: [
            (["code": "4/unknown"], 400, "invalid_grant", "Malformed auth code."),
            (["client_id": "nobody"], 401, "invalid_client", "The OAuth client was not found."),
            (["client_secret": "wrong"], 401, "invalid_client", "Unauthorized"),
            (["redirect_uri": "http://127.0.0.1:1/other"], 400, "redirect_uri_mismatch", "Bad Request"),
            (["code_verifier": String(repeating: "x", count: 43)], 400, "invalid_grant", "Invalid code verifier."),
            (["code_verifier": nil], 400, "invalid_grant", "Missing code verifier."),
            (["grant_type": "password"], 400, "unsupported_grant_type", "Invalid grant_type: password"),
        ] as [([String: String?], Int, String, String)]
    )
    func refusals(changes: [String: String?], status: Int, error: String, description: String) throws {
        let stage = try Stage(.google)
        let answer = stage.exchange(try stage.code(), changes)
        #expect(answer.status == status)
        #expect(answer.json["error"]?.string == error)
        #expect(answer.json["error_description"]?.string == description)
    }

    @Test("C12 a code works once; its replay revokes what the first use gave")
    func replay() throws {
        let stage = try Stage(.google)
        let code = try stage.code()
        let token = try #require(stage.exchange(code).json["access_token"]?.string)
        #expect(stage.profile(token).status == 200)
        #expect(stage.exchange(code).json["error_description"] == "Bad Request")
        #expect(stage.profile(token).status == 401)
        #expect(stage.world.log.counters["google"]?["codes_replayed"] == 1)
    }

    @Test("a code lives ten minutes")
    func lifetime() throws {
        let stage = try Stage(.google)
        let early = try stage.code()
        stage.world.clock.offsetSeconds = 590
        #expect(stage.exchange(early).status == 200)
        let late = try stage.code()
        stage.world.clock.offsetSeconds += 601
        #expect(stage.exchange(late).json["error"] == "invalid_grant")
    }

    @Test("C02 both ways of client authentication are good, both at once are not")
    func authentication() throws {
        let stage = try Stage(.google)
        let basic = ["authorization": Stage.basic("google-client", "google-secret")]
        let once = stage.exchange(try stage.code(), ["client_id": nil, "client_secret": nil], headers: basic)
        #expect(once.status == 200)
        #expect(stage.exchange(try stage.code(), headers: basic).json["error"] == "invalid_request")
        #expect(stage.world.log.counters["google"]?["double_client_authentication"] == 1)
    }

    @Test("the token endpoint answers GET with an empty 404, userinfo a bad token with an error object")
    func oddities() throws {
        let stage = try Stage(.google)
        #expect(stage.get("/token").status == 404)
        #expect(stage.get("/token").body.isEmpty)
        #expect(stage.profile("nonsense").json["error"]?["status"] == "UNAUTHENTICATED")
        #expect(stage.get("/v1/userinfo?access_token=x").status == 401)
        let revoked = stage.send(
            "POST",
            "/revoke",
            ["content-type": "application/x-www-form-urlencoded"],
            body: "token=unknown"
        )
        #expect(revoked.json["error"] == "invalid_token")
    }

    @Test("discovery names this server, or the real hosts, and always the real issuer")
    func discovery() throws {
        let stage = try Stage(.google)
        let local = stage.get("/.well-known/openid-configuration").json
        #expect(local["issuer"] == "https://accounts.google.com")
        #expect(local["token_endpoint"] == "http://127.0.0.1:9999/token")
        #expect(local["authorization_response_iss_parameter_supported"] == true)
        try stage.standIn.apply(["local_endpoints": false, "advertises_issuer": .null])
        let real = stage.get("/.well-known/openid-configuration").json
        #expect(real["token_endpoint"] == "https://oauth2.googleapis.com/token")
        #expect(real["authorization_response_iss_parameter_supported"] == nil)
    }
}
