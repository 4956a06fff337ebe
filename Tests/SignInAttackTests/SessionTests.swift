import Foundation
import Postgres
import TestSupport
import Testing

/// Sessions: tokens, rotation, expiry, revocation (section H, K, S-2).
@Suite("Sessions", .enabled(if: Stack.isAvailable))
struct SessionTests {
    @Test("H01 a token is 256 random bits, and the database holds only its hash")
    func opaque() async throws {
        let stack = try await Stack.shared()
        let persona = try await stack.persona("google")
        var bodies: Set<String> = []
        var browser = stack.browser()
        for _ in 0..<8 {
            browser = try await stack.signIn(persona)
            let token = try #require(await browser.session())
            #expect(token.range(of: "^lks_[A-Za-z0-9_-]{47}$", options: .regularExpression) != nil)
            #expect(bodies.insert(token).inserted)
        }
        let token = try #require(await browser.session())
        let secret = try #require(await browser.secret())
        #expect(
            try await stack.count(
                "select count(*) from sessions where token_hash = sha256(convert_to(\(token), 'UTF8'))"
            ) == 1
        )
        // Every column of every table, binary ones in every encoding a dump would show.
        let tables = try await stack.database.query(
            "select table_name::text from information_schema.tables where table_schema = 'public' order by 1"
        )
        #expect(tables.count >= 7)
        let dump = try await dump(stack)
        for value in [token, String(token.dropFirst(4).prefix(43)), secret, String(secret.dropFirst(4).prefix(43))] {
            #expect(!dump.contains(value))
            #expect(!dump.contains(value.utf8.map { String($0, radix: 16) }.joined()), "as hexadecimal text")
        }
        #expect(dump.contains(persona.subject), "control: the scan sees what is there")
    }

    private func dump(_ stack: Stack) async throws -> String {
        var all = ""
        let rows = try await stack.database.query(
            """
            select t::text from users t union all select t::text from user_emails t
            union all select t::text from federated_identities t union all select t::text from sessions t
            union all select t::text from sign_in_transactions t union all select t::text from linking_decisions t
            union all select t::text from parked_callbacks t
            """
        )
        for row in rows { all += try row.decode(String.self, at: 0) + "\n" }
        return all
    }

    @Test("H02 F-5 every sign-in gives a new token and ends the one before; a planted one is worth nothing")
    func rotation() async throws {
        let stack = try await Stack.shared()
        let persona = try await stack.persona("google")
        let browser = try await stack.signIn(persona)
        let first = try #require(await browser.session())
        try await stack.signIn(persona, in: browser)
        let second = try #require(await browser.session())
        #expect(first != second)
        let old = stack.browser(node: 1)
        await old.set(cookie: "latchkey", to: first)
        #expect(try await old.user() == nil, "dead on the other node too")
        #expect(try await browser.user() != nil, "control")

        // Fixation: the attacker's own session, and made-up ones, planted before the victim signs in.
        let attackerPersona = try await stack.persona("google")
        let attacker = try await stack.signIn(attackerPersona)
        let planted = try #require(await attacker.session())
        for value in [planted, "lks_" + String(repeating: "A", count: 47), "x"] {
            let victim = stack.browser()
            await victim.set(cookie: "latchkey", to: value)
            try await stack.signIn(persona, in: victim)
            #expect(await victim.session() != value)
            #expect(try await victim.user() == stack.owner(persona))
            let holder = stack.browser()
            await holder.set(cookie: "latchkey", to: value)
            #expect(try await holder.user() == nil, "whoever planted it is not signed in")
        }
    }

    @Test("F-5 the cookie of a sign-in in progress is no session, and a session is no sign-in in progress")
    func kindsOfToken() async throws {
        let stack = try await Stack.shared()
        let browser = try await stack.signIn(stack.persona("google"))
        let session = try #require(await browser.session())
        let secret = try #require(await browser.secret())
        let other = stack.browser()
        for value in [secret, "lks_" + secret.dropFirst(4)] {
            #expect(try await other.get("/v1/session", headers: ["Authorization": "Bearer \(value)"]).status == 401)
            await other.set(cookie: "latchkey", to: value)
            #expect(try await other.user() == nil)
        }
        #expect(
            try await other.get("/v1/session", headers: ["Authorization": "Bearer \(session)"]).status == 200,
            "control"
        )
        #expect(try await other.get("/v1/session?access_token=\(session)", headers: ["Cookie": "a=b"]).status == 401)
        #expect(try await other.get("/v1/session?latchkey=\(session)", headers: ["Cookie": "a=b"]).status == 401)
    }

    @Test(
        "H05 a session ends when it was idle too long, and at its end however much it is used; both by the database's clock"
    )
    func timeouts() async throws {
        let stack = try await Stack.shared()
        let persona = try await stack.persona("google")
        let limits = try await stack.signIn(persona)
        let token = try #require(await limits.session())
        #expect(
            try await stack.count(
                """
                select count(*) from sessions where token_hash = sha256(convert_to(\(token), 'UTF8'))
                  and idle_timeout = interval '7 days' and expires_at - created_at = interval '30 days'
                """
            ) == 1
        )
        let cookie = try #require(await limits.setCookies.last { $0.hasPrefix("latchkey=") })
        #expect(cookie.contains("Max-Age=2592000"))
        for (change, isLive): (SQL, Bool) in [
            ("last_seen_at = now() - interval '7 days' + interval '1 minute'", true),
            ("last_seen_at = now() - interval '7 days 1 second'", false),
            ("expires_at = now() + interval '1 minute'", true),
            ("expires_at = now() - interval '1 second'", false),
            ("expires_at = now() - interval '1 second', last_seen_at = now() + interval '1 day'", false),
        ] {
            let browser = try await stack.signIn(persona)
            let token = try #require(await browser.session())
            let changed = try await stack.database.query(
                "update sessions set \(change) where token_hash = sha256(convert_to(\(token), 'UTF8'))"
            )
            #expect(changed.affected == 1)
            for node in 0...1 {
                let there = await browser.copy(port: stack.nodes[node].port)
                #expect(try await (there.user() != nil) == isLive, "\(change)")
                let account = try await there.get("/account")
                #expect(account.status == (isLive ? 200 : 303))
            }
        }
    }

    @Test("H06 K01 signing out on one node ends the session on the other at once", arguments: Persona.providers)
    func signOut(_ provider: String) async throws {
        let stack = try await Stack.shared()
        let persona = try await stack.persona(provider)
        let browser = try await stack.signIn(persona)
        let control = try await stack.signIn(persona)
        let token = try #require(await browser.session())
        let other = await browser.copy(port: stack.nodes[1].port)
        #expect(try await other.user() != nil)
        let answer = try await browser.post("/sign-out")
        #expect(answer.status == 200)
        #expect(answer.headerValues("set-cookie").contains { $0.hasPrefix("latchkey=;") && $0.contains("Max-Age=0") })
        #expect(await browser.session() == nil)
        #expect(try await other.user() == nil)
        #expect(try await other.get("/v1/session", headers: ["Authorization": "Bearer \(token)"]).status == 401)
        #expect(try await other.get("/account").header("location") == "/sign-in")
        #expect(try await control.user() != nil, "control: another session of the same person goes on")

        let third = try await stack.signIn(persona)
        let everywhere = try await third.post("/sign-out", form: [("everywhere", "1")])
        #expect(everywhere.status == 200)
        #expect(try await control.user() == nil)
        let owner = try #require(try await stack.owner(persona))
        #expect(try await stack.count("select count(*) from sessions where user_id = \(owner)::uuid") == 0)
    }

    @Test("H06 a program ends its session by DELETE, once")
    func deleteSession() async throws {
        let stack = try await Stack.shared()
        let browser = try await stack.signIn(stack.persona("google"))
        let token = try #require(await browser.session())
        let program = stack.browser(node: 1)
        let bearer = ["Authorization": "Bearer \(token)"]
        #expect(try await program.send("DELETE", "/v1/session", headers: bearer, body: nil).status == 204)
        #expect(try await program.send("DELETE", "/v1/session", headers: bearer, body: nil).status == 401)
        #expect(try await browser.user() == nil)
    }

    @Test(
        "H07 S-2 a disabled or deleted user has no live session on any node from the next request on",
        arguments: [false, true]
    )
    func disabled(_ isDeleted: Bool) async throws {
        let stack = try await Stack.shared()
        let persona = try await stack.persona("google")
        var browsers: [Browser] = []
        for node in [0, 1, 0] { browsers.append(try await stack.signIn(persona, node: node)) }
        let owner = try #require(try await stack.owner(persona))
        // On their way: one sign-in and one linking begun before.
        let signIn = try await stack.flow(persona)
        let addition = try await stack.flow(stack.persona("github"), in: browsers[2], at: "/account/link/")
        for browser in browsers { #expect(try await browser.user() == owner, "control") }
        _ =
            isDeleted
            ? try await stack.database.query("delete from users where id = \(owner)::uuid")
            : try await stack.database.query("update users set disabled_at = now() where id = \(owner)::uuid")
        for browser in browsers {
            for node in 0...1 {
                let there = await browser.copy(port: stack.nodes[node].port)
                #expect(try await there.user() == nil)
                let token = try #require(await there.session())
                #expect(try await there.get("/v1/session", headers: ["Authorization": "Bearer \(token)"]).status == 401)
                #expect(try await there.get("/account").status == 303)
                #expect(try await there.post("/account/link/github").status == 401)
            }
        }
        let refused = try await signIn.finish()
        let linked = try await addition.finish()
        #expect(!linked.startsSession && linked.isClearRefusal)
        #expect(try await stack.owner(addition.persona) == nil)
        if isDeleted {
            #expect(refused.startsSession, "whoever was deleted may come again, as somebody new")
            #expect(try await stack.owner(persona) != owner)
        } else {
            #expect(refused.status == 403 && !refused.startsSession)
            #expect(refused.text.contains("disabled"))
            _ = try await stack.database.query("update users set disabled_at = null where id = \(owner)::uuid")
            #expect(try await stack.signIn(persona).user() == owner, "control: enabled again")
        }
    }

    @Test("H10 any changed character of a session token is no session")
    func tamper() async throws {
        let stack = try await Stack.shared()
        let browser = try await stack.signIn(stack.persona("google"))
        let token = Array(try #require(await browser.session()))
        let stranger = stack.browser()
        let mutants = token.indices.flatMap { index -> [String] in
            ["A", "b", "_"].filter { $0 != String(token[index]) }.map { replacement in
                var copy = token
                copy.replaceSubrange(index...index, with: Array(replacement))
                return String(copy)
            }
        }
        let statuses = try await atOnce(mutants) { mutant in
            try await stranger.get("/v1/session", headers: ["Cookie": "latchkey=\(mutant)"]).status
        }
        #expect(statuses.count > 140 && statuses.allSatisfy { $0 == 401 })
        #expect(try await browser.user() != nil, "control")
    }

    @Test("H16 unknown, ended, expired, disabled and malformed tokens get answers that differ in nothing")
    func indistinguishable() async throws {
        let stack = try await Stack.shared()
        func token(_ change: SQL?) async throws -> String {
            let browser = try await stack.signIn(stack.persona("google"))
            let token = try #require(await browser.session())
            if let change {
                _ = try await stack.database.query(
                    "\(change) token_hash = sha256(convert_to(\(token), 'UTF8'))"
                )
            }
            return token
        }
        let live = try await token(nil)
        let tokens = [
            try await token("delete from sessions where"),
            try await token("update sessions set expires_at = now() - interval '1 hour' where"),
            try await token("update sessions set last_seen_at = now() - interval '8 days' where"),
            try await token("update users set disabled_at = now() from sessions s where s.user_id = users.id and s."),
            String(live.reversed()), String(live.dropLast()), live + "A", "lks_" + live.dropFirst(4).uppercased(), "x",
        ]
        func shape(_ answer: HTTPExchange.Answer) -> [String] {
            let id = answer.header("x-request-id") ?? "?"
            return ["\(answer.status)", answer.text.replacing(id, with: "ID")]
                + answer.headers.filter { !["x-request-id", "date"].contains($0.name) }.map {
                    "\($0.name): \($0.value)"
                }
        }
        for path in ["/v1/session", "/account"] {
            for isBearer in [true, false] {
                var shapes: Set<[String]> = []
                for token in tokens {
                    let headers = isBearer ? ["Authorization": "Bearer \(token)"] : ["Cookie": "latchkey=\(token)"]
                    let answer = try await stack.browser().get(path, headers: headers)
                    // A page clears a well-formed cookie that is over; that tells its holder nothing new.
                    shapes.insert(shape(answer).filter { !$0.hasPrefix("set-cookie: latchkey=;") })
                }
                #expect(shapes.count == 1, "\(path) \(shapes)")
            }
        }
        let good = try await stack.browser().get("/v1/session", headers: ["Authorization": "Bearer \(live)"])
        #expect(good.status == 200, "control")
    }

    @Test(
        "O-6 a malformed Authorization header is a 401, and never falls back to the cookie",
        arguments: [
            "", " ", "Bearer", "Bearer ", "Bearer  @", "bearer\t@", "Bearer @ @", "Bearer @,Bearer @", "Basic @",
            "Basic Og==", "Basic ====",
            "Basic \u{FF}", "Digest username=\"a\"", "@", "Bearer=@", "Bearer:@", "\"Bearer\" @", "Bearer \"@\"",
            "Bearer %20",
            "Bearer lks_", "Bearer \u{E9}\u{E8}", "DPoP @", "Bearer @x", "Bearer x@", "Negotiate", "Bearer null",
        ]
    )
    func malformedAuthorization(_ shape: String) async throws {
        let stack = try await Stack.shared()
        let browser = try await stack.signIn(stack.persona("google"))
        let token = try #require(await browser.session())
        for method in ["GET", "DELETE"] {
            let answer = try await browser.send(
                method,
                "/v1/session",
                headers: [
                    "Authorization": shape.replacing("@", with: token), "Cookie": "latchkey=\(token)",
                    "Origin": "@own", "Sec-Fetch-Site": "same-origin",
                ],
                body: nil
            )
            #expect(answer.status == 401 && Problem(answer).code == "unauthenticated", "\(method) \(answer.status)")
            #expect(answer.header("www-authenticate") == "Bearer")
        }
        #expect(try await browser.user() != nil, "control, and DELETE did not end it")
        #expect(
            try await browser.get("/v1/session", headers: ["Authorization": "bEARER \(token)"]).status == 200,
            "control"
        )
    }

    @Test("O-6 two Authorization headers are refused")
    func doubleAuthorization() async throws {
        let stack = try await Stack.shared()
        let browser = try await stack.signIn(stack.persona("google"))
        let line = "Authorization: Bearer \(try #require(await browser.session()))\r\n"
        for (lines, status) in [(line, 200), (line + line, 401), (line + "Authorization: x\r\n", 401)] {
            let head = "GET /v1/session HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\(lines)\r\n"
            #expect(try await HTTPExchange.send(Array(head.utf8), port: browser.port).status == status)
        }
    }
}
