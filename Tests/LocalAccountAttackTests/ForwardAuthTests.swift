import Postgres
import TestSupport
import Testing

/// `GET /v1/forward-auth`, as a proxy asks it (A13, G03).
@Suite("Forward authentication", .enabled(if: Stack.isAvailable))
struct ForwardAuthTests {
    static let names = ["user", "session", "email", "roles", "amr", "acr", "auth-time"].map { "x-latchkey-" + $0 }

    /// What nginx, Caddy and Traefik send along for somebody who follows a link.
    static func link(to uri: String, host: String = "localhost:8080", method: String = "GET") -> [String: String] {
        [
            "Accept": "text/html", "X-Forwarded-Uri": uri, "X-Forwarded-Proto": "http", "X-Forwarded-Host": host,
            "X-Forwarded-Method": method,
        ]
    }

    @Test("A session check says in headers what it says in JSON; all of them are always there")
    func headers() async throws {
        let stack = try await Installation.roomy()
        let person = try await LocalPerson.signedUp(at: stack)
        let answer = try await person.browser.sessionAnswer()
        let user = answer["user"] as? [String: Any]
        for path in ["/v1/session", "/v1/forward-auth"] {
            let found = try await person.browser.get(path)
            #expect(found.status == 200)
            for name in Self.names { #expect(found.headerValues(name).count == 1, "\(path) \(name)") }
            #expect(found.header("x-latchkey-user") == user?["id"] as? String)
            let session = try await person.browser.sessionID()
            #expect(found.header("x-latchkey-session") == session)
            #expect(found.header("x-latchkey-email") == person.email)
            #expect(found.header("x-latchkey-roles") == "")
            #expect(found.header("x-latchkey-amr") == "pwd")
            #expect(found.header("x-latchkey-acr") == SessionDemandTests.one)
            #expect((found.header("x-latchkey-auth-time").flatMap { Int($0) } ?? 0) > 1_700_000_000)
            #expect(found.header("cache-control") == "no-store")
        }
        #expect(try await person.browser.get("/v1/forward-auth").text.isEmpty)
        let token = try #require(await person.browser.session())
        let bearer = try await stack.browser().get("/v1/forward-auth", headers: ["Authorization": "Bearer \(token)"])
        #expect(bearer.status == 200 && bearer.header("x-latchkey-email") == person.email)
        _ = try await stack.database.query(
            "update user_emails set verified_at = null where address = \(person.email)"
        )
        let unproven = try await person.browser.get("/v1/forward-auth")
        #expect(unproven.status == 200 && unproven.headerValues("x-latchkey-email") == [""], "G03")
    }

    @Test("No role and no method adds a header, ends one, or becomes two")
    func injection() async throws {
        let stack = try await Installation.roomy()
        let person = try await LocalPerson.signedUp(at: stack)
        let user = try await person.userID()
        _ = try await stack.database.query(
            """
            update users set display_name = E'a\\r\\nX-Latchkey-User: evil',
                             roles = array[E'a\\r\\nX-Latchkey-Roles: admin', 'x,admin', 'käse%2C', 'plain-1_.:']
            where id = \(user)::uuid
            """
        )
        let answer = try await person.browser.get("/v1/forward-auth")
        #expect(answer.headerValues("x-latchkey-user") == [user])
        #expect(
            answer.headerValues("x-latchkey-roles")
                == ["a%0D%0AX-Latchkey-Roles:%20admin,x%2Cadmin,k%C3%A4se%252C,plain-1_.:".replacing(" ", with: "%20")]
        )
        #expect(answer.headers.allSatisfy { $0.value.utf8.allSatisfy { (0x20...0x7E).contains($0) } })
    }

    @Test("Whoever follows a link is told where to sign in; a program is told 401 and nothing else")
    func signedOut() async throws {
        let stack = try await Installation.roomy()
        let stranger = stack.browser()
        let target = "\(Stack.origin)/sign-in?return_to=%2Fwiki%2Fpage%3Fa%3D1%26b%3D2"
        let link = Self.link(to: "/wiki/page?a=1&b=2")
        let told = try await stranger.get("/v1/forward-auth", headers: link)
        #expect(told.status == 401 && told.header("x-latchkey-sign-in") == target)
        #expect(told.header("www-authenticate") == "Bearer" && told.header("location") == nil)
        for name in Self.names { #expect(told.header(name) == nil) }
        let sent = try await stranger.get("/v1/forward-auth?answer=redirect", headers: link)
        #expect(sent.status == 303 && sent.header("location") == target)
        for program in [
            Self.link(to: "/api", method: "POST"), Self.link(to: "/api").merging(["Sec-Fetch-Mode": "cors"]) { $1 },
            Self.link(to: "/api").merging(["Accept": "application/json"]) { $1 },
        ] {
            let refused = Problem(try await stranger.get("/v1/forward-auth?answer=redirect", headers: program))
            #expect(refused.status == 401 && refused.code == "unauthenticated" && refused.texts["sign_in"] == nil)
            #expect(refused.answer.header("location") == nil && refused.answer.header("x-latchkey-sign-in") == nil)
        }
        let page = try await stranger.get(String(target.dropFirst(Stack.origin.count)))
        #expect(page.status == 200 && page.text.contains("/wiki/page?a=1&amp;b=2"))
    }

    @Test("A13 forged forwarding headers lead nobody away from here")
    func openRedirect() async throws {
        let stack = try await Installation.roomy()
        for (uri, host) in [
            ("//evil.example/", "localhost:8080"), ("/\\evil.example", "localhost:8080"), ("/x", "evil.example"),
            ("/x", "localhost:8080@evil.example"), ("/x", "localhost:8080.evil.example"), ("/x", "localhost"),
            ("https://evil.example/", "localhost:8080"), ("/%2f%2fevil.example", "localhost:8080"),
            ("@evil.example/x", "localhost:8080"), ("/x y", "localhost:8080"),
        ] {
            let answer = try await stack.browser().get(
                "/v1/forward-auth?answer=redirect",
                headers: Self.link(to: uri, host: host)
            )
            #expect(answer.status == 303 && answer.header("location") == "\(Stack.origin)/sign-in", "\(uri) \(host)")
        }
        let asked = try await stack.browser().get(
            "/v1/forward-auth?answer=redirect&return_to=https%3A%2F%2Fevil.example%2F",
            headers: Self.link(to: "/x")
        )
        #expect(asked.header("location") == "\(Stack.origin)/sign-in")
        let control = try await stack.browser().get(
            "/v1/forward-auth?answer=redirect",
            headers: Self.link(to: "/x")
        )
        #expect(control.header("location") == "\(Stack.origin)/sign-in?return_to=%2Fx")
    }

    @Test("A13 every page of a registered origin can be returned to, and of no other that looks like it")
    func returnOrigins() async throws {
        let stack = try await Stack.start(
            settings: Installation.everything + ["sign_in.return_origins=https://login.example.test:8443"]
        )
        for (host, isKnown) in [
            ("login.example.test:8443", true), ("LOGIN.example.test:8443", true), ("login.example.test", false),
            ("login.example.test:84430", false), ("login.example.test:8443@evil.example", false),
            ("login.example.test:8443.evil.example", false), ("x.login.example.test:8443", false),
        ] {
            var headers = Self.link(to: "/deep/page?x=//y", host: host)
            headers["X-Forwarded-Proto"] = "https"
            let answer = try await stack.browser().get("/v1/forward-auth?answer=redirect", headers: headers)
            let back = isKnown ? "?return_to=https%3A%2F%2Flogin.example.test%3A8443%2Fdeep%2Fpage%3Fx%3D%2F%2Fy" : ""
            #expect(answer.header("location") == "\(Stack.origin)/sign-in\(back)", "\(host)")
        }
        let person = try await LocalPerson.signedUp(at: stack)
        let address = "https://login.example.test:8443/deep/page?x=1"
        let there = try await stack.browser().post(
            "/sign-in/password",
            form: [("email", person.email), ("password", person.password), ("return_to", address)]
        )
        #expect(there.status == 303 && there.header("location") == address)
        let away = try await stack.browser().post(
            "/sign-in/password",
            form: [("email", person.email), ("password", person.password), ("return_to", address + "\\@evil")]
        )
        #expect(away.status == 400)
        await stack.stop()
    }

    @Test("H15 a demand that is not met leads to a new proof, and a missing role to 403")
    func demands() async throws {
        let stack = try await Installation.roomy()
        let person = try await LocalPerson.signedUp(at: stack)
        let link = Self.link(to: "/admin")
        let role = try await person.browser.get("/v1/forward-auth?role=admin&answer=redirect", headers: link)
        #expect(role.status == 403 && role.header("location") == nil)
        try await person.growStale()
        let old = try await person.browser.get("/v1/forward-auth?max_age=600&answer=redirect", headers: link)
        #expect(old.status == 303)
        #expect(old.header("location") == "\(Stack.origin)/account/confirm?return_to=%2Fadmin")
        let program = try await person.browser.get(
            "/v1/forward-auth?max_age=600&answer=redirect",
            headers: link.merging(["Sec-Fetch-Mode": "cors"]) { $1 }
        )
        #expect(Problem(program).code == "insufficient_user_authentication" && program.status == 401)
        #expect(try await person.browser.get("/v1/forward-auth", headers: link).status == 200, "control: no demand")
    }

    @Test("H06 a session that was ended on the other node is out with the next request")
    func revoked() async throws {
        let stack = try await Installation.roomy()
        let person = try await LocalPerson.signedUp(at: stack)
        let other = await person.browser.copy(port: stack.nodes[1].port)
        #expect(try await other.get("/v1/forward-auth").status == 200)
        #expect(try await person.browser.post("/sign-out").status == 200)
        #expect(try await other.get("/v1/forward-auth").status == 401)
    }
}
