import HTTPTypes
import JSON
import Testing

@testable import mock_provider

@Suite("Control API")
struct ControlTests {
    @Test("the page asks, and its answer decides")
    func page() throws {
        let stage = try Stage(.github)
        let page = stage.authorize(as: nil)
        #expect(page.status == 200)
        #expect(page.text.contains("Alice Example"))
        let query = FormFields.encode([
            ("client_id", "github-client"), ("redirect_uri", Stage.redirectURI), ("scope", "user:email"),
            ("state", "s"),
        ])
        let form = ["content-type": "application/x-www-form-urlencoded"]
        let target = "/login/oauth/authorize?\(query)"
        let allowed = stage.send("POST", target, form, body: "decision=allow&person=bob")
        #expect(allowed.status == 303)
        #expect(allowed.callback["code"] != nil)
        let denied = stage.send("POST", target, form, body: "decision=deny")
        #expect(denied.callback["error"] == "access_denied")
        let typed =
            "decision=allow&person=&subject=77&name=T&username=t&email=t%40e.org&email_verified=false&emails=u%40e.org"
        let code = try #require(stage.send("POST", target, form, body: typed).callback["code"])
        let token = stage.exchange(code, ["code_verifier": nil]).json["access_token"]?.string ?? ""
        #expect(stage.profile(token).json["id"] == 77)
        let emails = stage.get("/user/emails", ["authorization": "Bearer \(token)", "user-agent": "t"]).json
        #expect(emails.array?.map { $0["verified"] } == [false, true])
    }

    @Test("text of people and clients is escaped, combining marks included")
    func escaping() {
        #expect(ConsentPage.escape("\"\u{301}<>&'") == "&quot;\u{301}&lt;&gt;&amp;&#39;")
    }

    @Test("who decides: header, cookie, hint, queue, mode")
    func decisions() throws {
        let stage = try Stage(.oidc)
        #expect(stage.authorize(as: "deny").callback["error"] == "access_denied")
        #expect(stage.authorize(as: "error:temporarily_unavailable").callback["error"] == "temporarily_unavailable")
        #expect(stage.authorize(as: nil, headers: ["cookie": "a=b; mock_person=carol"]).callback["code"] != nil)
        #expect(stage.authorize(as: nil, ["login_hint": "alice@gmail.com"]).callback["code"] != nil)
        #expect(stage.control("POST", "/next", ["provider": "oidc", "deny": true, "times": 2]).status == 200)
        #expect(stage.authorize(as: nil).callback["error"] == "access_denied")
        #expect(stage.control("PUT", "/auto/oidc", ["mode": "fixed", "person": "bob"]).status == 200)
        #expect(stage.authorize(as: nil).callback["error"] == "access_denied")
        #expect(stage.authorize(as: nil).callback["code"] != nil)
        #expect(stage.control("PUT", "/auto/oidc", ["mode": "fresh"]).status == 200)
        var subjects: Set<String> = []
        for _ in 0..<3 {
            let code = try #require(stage.authorize(as: nil).callback["code"])
            subjects.insert(try stage.verified(stage.exchange(code).json)["sub"]?.string ?? "")
        }
        #expect(subjects.count == 3)
        #expect(stage.control("POST", "/reset").status == 200)
        #expect(stage.authorize(as: nil).status == 200)
    }

    @Test("L-10 a person's email_verified is sent exactly as given", arguments: ["\"true\"", "\"false\"", "1", "null"])
    func emailVerified(text: String) throws {
        let stage = try Stage(.oidc)
        let value = try JSONValue.parse(Array(text.utf8))
        _ = stage.control("PUT", "/people/oidc/p", ["subject": "p", "email": "p@e.org", "email_verified": value])
        #expect(try stage.verified(stage.tokens(as: "p"))["email_verified"] == value)
        _ = stage.control("PUT", "/people/oidc/p", ["email_verified": "absent"])
        #expect(try stage.verified(stage.tokens(as: "p"))["email_verified"] == nil)
    }

    @Test("the log shows what came, secrets as hashes")
    func log() throws {
        let stage = try Stage(.github)
        let code = try stage.code()
        _ = stage.exchange(code)
        let entries = stage.control("GET", "/log?provider=github&endpoint=token").json
        let entry = try #require(entries.array?.first)
        #expect(entries.array?.count == 1)
        #expect(entry["client_authentication"] == "post")
        #expect(entry["secret_in_url"] == false)
        let text = entries.serialized()
        #expect(!text.contains("github-secret"))
        #expect(!text.contains(code))
        #expect(!text.contains(Stage.verifier))
        #expect(text.contains(LogEntry.hidden(code)))
        #expect(text.contains(Stage.redirectURI))
        #expect(stage.control("GET", "/counters").json["github"]?["token"] == 1)
    }

    @Test("C04 a secret in a URL is seen and refused")
    func secretInURL() throws {
        let stage = try Stage(.github)
        let code = try stage.code()
        let answer = stage.send(
            "POST",
            "/login/oauth/access_token?client_secret=github-secret",
            ["content-type": "application/x-www-form-urlencoded"],
            body: "code=\(code)"
        )
        #expect(answer.text.contains("error="))
        #expect(stage.control("GET", "/log?endpoint=token").json.array?.first?["secret_in_url"] == true)
    }

    @Test("E05, E11 keys rotate, with or without the old ones")
    func rotation() throws {
        let stage = try Stage(.oidc)
        let before = try stage.tokens()
        #expect(stage.control("POST", "/rotate-keys/oidc").status == 200)
        _ = try stage.verified(before)
        let after = try stage.tokens()
        _ = try stage.verified(after)
        #expect(stage.control("POST", "/rotate-keys/oidc", ["keep_old": false]).status == 200)
        #expect(throws: (any Error).self) { try stage.verified(after) }
        #expect(stage.control("PUT", "/settings/oidc", ["signature": "RS256"]).status == 200)
        _ = try stage.verified(stage.tokens())
    }

    @Test("minted tokens work like others, signed ones hold what they are given")
    func mint() throws {
        let stage = try Stage(.google)
        let minted = stage.control("POST", "/mint/google", ["person": "bob", "nonce": "n", "client_id": "other"]).json
        let claims = try stage.verified(minted)
        #expect(claims["aud"] == "other")
        #expect(claims["nonce"] == "n")
        #expect(stage.profile(minted["access_token"]?.string ?? "").status == 200)
        let signed = stage.control("POST", "/sign/google", ["payload": ["a": 1]]).json
        #expect(try stage.verified(["id_token": signed["token"] ?? .null]) == ["a": 1])
    }

    @Test("the clock moves every time the stand-ins write")
    func clock() throws {
        let stage = try Stage(.oidc)
        let before = try stage.verified(stage.tokens())["iat"]?.int64 ?? 0
        #expect(stage.control("PUT", "/clock", ["offset_seconds": -86_400]).status == 200)
        let after = try stage.verified(stage.tokens())["iat"]?.int64 ?? 0
        #expect((86_300...86_500).contains(before - after))
    }

    @Test(
        "instructions that cannot be followed say why",
        arguments: [
            ("PUT", "/people/nobody/x", "{}"), ("PUT", "/people/oidc/x", "{\"shoe\":1}"), ("POST", "/next", "{}"),
            ("PUT", "/misbehave/oidc", "{\"token\":\"nonsense\"}"), ("PUT", "/override/oidc/nowhere", "{}"),
            ("PUT", "/settings/oidc", "{\"code_lifetime\":1e400}"), ("PUT", "/clock", "{}"),
            ("POST", "/mint/oidc", "x"),
        ]
    )
    func faults(method: String, path: String, body: String) throws {
        let stage = try Stage(.oidc)
        let answer = ControlAPI(world: stage.world).answer(
            Incoming(
                method: method,
                path: path,
                rawQuery: "",
                headers: [:],
                host: "h",
                body: Array(body.utf8)
            )
        )
        #expect(answer.status == 400)
        #expect(answer.json["error"]?.string?.isEmpty == false)
    }

    @Test("X-3 of 200 concurrent exchanges of one code exactly one succeeds")
    func race() async throws {
        let stage = try Stage(.oidc)
        // The other tests may keep every thread busy for longer than a code lives.
        try stage.standIn.apply(["code_lifetime": 86_400])
        let code = try stage.code()
        let successes = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<200 { group.addTask { stage.exchange(code).status == 200 ? 1 : 0 } }
            return await group.reduce(0, +)
        }
        #expect(successes == 1)
    }
}
