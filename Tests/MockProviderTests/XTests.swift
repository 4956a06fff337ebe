import Cryptography
import JSON
import Testing

@testable import mock_provider

@Suite("Stand-in for X")
struct XTests {
    private let fields = "?user.fields=confirmed_email,verified"

    @Test("a whole sign-in, with one billed read")
    func signIn() throws {
        let stage = try Stage(.x)
        #expect(stage.authorize().callback.pairs.map(\.name) == ["state", "code"])
        let tokens = try stage.tokens()
        #expect(tokens["token_type"] == "bearer")
        #expect(tokens["refresh_token"] == nil)
        let user = stage.profile(tokens["access_token"]?.string ?? "", query: fields)
        #expect(user.json["data"]?["id"] == "2244994945")
        #expect(user.json["data"]?["confirmed_email"] == "alice@gmail.com")
        #expect(stage.world.log.counters["x"]?["profile"] == 1)
    }

    @Test("C02 Basic only, and not beside a secret in the body")
    func authentication() throws {
        let stage = try Stage(.x)
        let post: [String: String?] = ["client_id": "x-client", "client_secret": "x-secret"]
        for answer in [
            stage.exchange(try stage.code(), post, headers: ["authorization": ""]),
            stage.exchange(try stage.code(), post),
            stage.exchange(try stage.code(), headers: ["authorization": Stage.basic("x-client", "wrong")]),
        ] {
            #expect(answer.status == 401)
            #expect(answer.json["error"] == "unauthorized_client")
        }
    }

    @Test("C03 Basic credentials are form-decoded")
    func encodedCredentials() throws {
        let stage = try Stage(.x)
        stage.standIn.register(Client(id: "x-client", secret: "a:b%c+d é", redirectURIs: []))
        let right = ["authorization": Stage.basic("x-client", "a%3Ab%25c%2Bd+%C3%A9")]
        let raw = ["authorization": Stage.basic("x-client", "a:b%c+d é")]
        #expect(stage.exchange(try stage.code(), headers: right).status == 200)
        #expect(stage.exchange(try stage.code(), headers: raw).status == 401)
    }

    @Test("A03, A04 state has at most 500 characters, PKCE is mandatory, s256 is not S256")
    func request() throws {
        let stage = try Stage(.x)
        #expect(stage.authorize(["state": String(repeating: "s", count: 500)]).status == 302)
        #expect(stage.authorize(["state": String(repeating: "s", count: 501)]).status == 400)
        #expect(stage.authorize(["code_challenge": nil]).callback["error"] == "invalid_request")
        let lower = stage.exchange(try stage.code(["code_challenge_method": "s256"]))
        #expect(lower.json["error_description"]?.string?.contains("code verifier did not match") == true)
    }

    @Test("a code lives 30 seconds, and a bad one is an invalid_request")
    func codes() throws {
        let stage = try Stage(.x)
        let code = try stage.code()
        stage.world.clock.offsetSeconds = 31
        let late = stage.exchange(code)
        #expect(late.status == 400)
        #expect(late.json["error"] == "invalid_request")
        #expect(stage.exchange("unknown").json["errors"] != nil)
    }

    @Test("both scopes are needed for the profile, users.email for the address")
    func scopes() throws {
        let stage = try Stage(.x)
        let less = try stage.tokens(scope: "users.read")["access_token"]?.string ?? ""
        #expect(stage.profile(less).status == 403)
        let without = try stage.tokens(scope: "users.read tweet.read")["access_token"]?.string ?? ""
        #expect(stage.profile(without, query: fields).json["data"]?["confirmed_email"] == nil)
        #expect(stage.profile(without, query: "?user.fields=nonsense").status == 400)
    }

    @Test("F06 without permission: partial error, omission or refusal")
    func permission() throws {
        let stage = try Stage(.x)
        let token = try stage.tokens()["access_token"]?.string ?? ""
        try stage.standIn.apply(["email_permission": "partial_error"])
        let partial = stage.profile(token, query: fields)
        #expect(partial.status == 200)
        #expect(partial.json["data"]?["confirmed_email"] == nil)
        #expect(partial.json["errors"]?.array?.first?["field"] == "confirmed_email")
        try stage.standIn.apply(["email_permission": "omitted"])
        #expect(stage.profile(token, query: fields).json["errors"] == nil)
        try stage.standIn.apply(["email_permission": "forbidden"])
        #expect(stage.profile(token, query: fields).status == 403)
        #expect(stage.profile(token).status == 200)
    }

    @Test("75 reads in 15 minutes, when asked for")
    func rate() throws {
        let stage = try Stage(.x)
        try stage.standIn.apply(["limits_rate": true])
        let token = try stage.tokens()["access_token"]?.string ?? ""
        for _ in 0..<75 { #expect(stage.profile(token).status == 200) }
        let refused = stage.profile(token)
        #expect(refused.status == 429)
        #expect(refused.header("x-rate-limit-remaining") == "0")
        stage.world.clock.offsetSeconds = 901
        #expect(stage.profile(token).status == 200)
    }

    @Test("C14 a refresh token works once; its replay kills the family")
    func refresh() throws {
        let stage = try Stage(.x)
        let first = try stage.tokens(scope: "tweet.read users.read offline.access")
        let change: [String: String?] = [
            "grant_type": "refresh_token", "refresh_token": first["refresh_token"]?.string ?? "",
        ]
        let second = stage.exchange("", change).json
        #expect(stage.profile(second["access_token"]?.string ?? "").status == 200)
        #expect(stage.exchange("", change).status == 400)
        #expect(stage.profile(second["access_token"]?.string ?? "").status == 401)
    }
}
