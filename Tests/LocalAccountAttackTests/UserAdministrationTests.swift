import Accounts
import Cryptography
import Foundation
import Postgres
import TestSupport
import Testing

/// What administrators do to users, over HTTP and on the command line (H07, S-2, L-12).
@Suite("Administration of users", .enabled(if: Stack.isAvailable))
struct UserAdministrationTests {
    private static let key = AdministrationKey.generate()
    private static func stack() async throws -> Stack { try await stackTask.value }
    private static let stackTask = Task {
        try await Stack.start(
            nodes: 2,
            settings: Installation.everything + Installation.roomyLimits + [
                "administration.keys=ada:\(Hex.encode(key.hash.bytes))",
                "roles.permissions=editor=articles.write,editor=articles.read,staff=articles.read",
            ]
        )
    }

    private func call(
        _ method: String,
        _ path: String,
        _ body: String? = nil,
        bearer: String? = Self.key.reveal(),
        node: Int = 1
    ) async throws -> (status: Int, json: [String: Any]) {
        var headers = ["Accept": "application/json"]
        headers["Authorization"] = bearer.map { "Bearer " + $0 }
        if body != nil { headers["Content-Type"] = "application/json" }
        let answer = try await Self.stack().browser(node: node).send(
            method,
            "/admin/v1/users" + path,
            headers: headers,
            body: body.map { Array($0.utf8) }
        )
        let json = try? JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any]
        return (answer.status, json ?? [:])
    }

    /// Runs `latchkey` with the stack's settings; what it printed, and its exit code.
    private func latchkey(_ arguments: String...) async throws -> (code: Int32, output: String) {
        let stack = try await Self.stack()
        let process = try ChildProcess(
            Stack.programs + "/latchkey",
            arguments + stack.arguments,
            directory: Stack.root
        )
        let code = try await process.ended()
        return (code, process.output)
    }

    enum Ending: String, CaseIterable, Sendable {
        case ban, delete, endSessions, reset
        case banCommand = "users ban"
        case endCommand = "sessions end"
    }

    @Test(
        "S-2 H07 ban, delete, sign-out by an administrator and reset leave no live session",
        arguments: Ending.allCases
    )
    func endings(_ ending: Ending) async throws {
        let stack = try await Self.stack()
        let person = try await LocalPerson.signedUp(at: stack)
        let id = try await person.userID()
        var browsers = [person.browser]
        for node in [0, 1] { browsers.append(try await person.anotherBrowser(node: node)) }
        let stranger = try await LocalPerson.signedUp(at: stack)
        for browser in browsers { #expect(try await browser.isSignedIn(), "control") }
        #expect(try await stack.count("select count(*) from sessions where user_id = \(id)::uuid") == 3)
        switch ending {
        case .ban: #expect(try await call("POST", "/\(id)/ban").status == 200)
        case .delete: #expect(try await call("DELETE", "/\(id)").status == 204)
        case .endSessions: #expect(try await call("DELETE", "/\(id)/sessions").status == 204)
        case .reset:
            let token = try await person.resetToken()
            let answer = try await stack.browser().post(
                "/reset/confirm",
                form: [("token", token), ("password", LocalPerson.freshPassword())]
            )
            #expect(answer.status == 200 || answer.status == 303)
        case .banCommand:
            let ran = try await latchkey("users", "ban", person.email)
            #expect(ran.code == 0 && ran.output.contains("ended: 3"), "\(ran)")
        case .endCommand:
            let ran = try await latchkey("sessions", "end", id)
            #expect(ran.code == 0 && ran.output.contains("ended: 3"), "\(ran)")
        }
        #expect(try await stack.count("select count(*) from sessions where user_id = \(id)::uuid") == 0)
        for browser in browsers {
            for node in 0...1 {
                let there = await browser.copy(port: stack.nodes[node].port)
                #expect(try await !there.isSignedIn())
                #expect(try await there.get("/v1/forward-auth").status == 401)
                #expect(try await there.get("/v1/sessions").status == 401)
                #expect(try await there.get("/account").status == 303)
            }
        }
        let mayComeBack = ending == .endSessions || ending == .endCommand
        #expect(try await (person.signIn().status == 303) == mayComeBack)
        #expect(try await stranger.browser.isSignedIn(), "control: nobody else")
    }

    @Test("H07 a ban holds against whatever was under way, and an end of it brings nothing back but the sign-in")
    func unban() async throws {
        let stack = try await Self.stack()
        let person = try await LocalPerson.signedUp(at: stack)
        let id = try await person.userID()
        let token = try await person.resetToken()
        let ban = try await call("POST", "/\(id)/ban")
        #expect(ban.status == 200 && ban.json["state"] as? String == "disabled")
        #expect(try await person.signIn().status != 303)
        let unban = try await call("POST", "/\(id)/unban")
        #expect(unban.status == 200 && unban.json["state"] as? String == "active")
        #expect(try await !person.browser.isSignedIn(), "an ended session stays ended")
        let reset = try await stack.browser().post(
            "/reset/confirm",
            form: [("token", token), ("password", LocalPerson.freshPassword())]
        )
        #expect(reset.status == 400, "what was mailed before counts no more")
        let back = stack.browser()
        #expect(try await person.signIn(in: back).status == 303)
        let page = try await back.get("/account").text
        #expect(page.contains("An administrator disabled your account."))
        #expect(!page.contains("ada"), "who it was is the operator's business")
        let author = try await stack.text(
            "select author from account_events where user_id = \(id)::uuid and kind = 'account_disabled'"
        )
        #expect(author == "ada")
    }

    @Test("Apps are told who is banned, let in again, gone, and by whom; a claimed account stays closed")
    func told() async throws {
        let stack = try await Self.stack()
        let person = try await LocalPerson.signedUp(at: stack)
        let id = try await person.userID()
        for path in ["ban", "ban", "unban", "unban"] {
            #expect(try await call("POST", "/\(id)/\(path)").status == 200)
        }
        _ = try await stack.database.query(
            "update users set disabled_at = now(), claimed_at = now() where id = \(id)::uuid"
        )
        let claimed = try await call("POST", "/\(id)/unban")
        #expect(claimed.status == 409 && claimed.json["code"] as? String == "user_claimed")
        let ran = try await latchkey("users", "unban", id)
        #expect(ran.code == 1 && ran.output.contains("claimed this account"))
        #expect(try await stack.count("select count(*) from users where id = \(id)::uuid and disabled_at is null") == 0)
        #expect(try await call("DELETE", "/\(id)").status == 204)
        #expect(try await call("DELETE", "/\(id)").status == 404)
        let told = try await stack.text(
            """
            select string_agg(kind || ' by ' || (payload->>'by'), ', ' order by sequence) from app_events
            where payload->>'user_id' = \(id)
            """
        )
        #expect(told == "user.disabled by ada, user.enabled by ada, user.deleted by ada")
    }

    @Test("An administrator ends one session of somebody, and only if it is theirs")
    func endOne() async throws {
        let stack = try await Self.stack()
        let person = try await LocalPerson.signedUp(at: stack)
        let other = try await person.anotherBrowser()
        let stranger = try await LocalPerson.signedUp(at: stack)
        let id = try await person.userID()
        let listed = try await call("GET", "/\(id)/sessions").json["sessions"] as? [[String: Any]]
        #expect(listed?.count == 2)
        let foreign = try await stranger.browser.sessionID()
        #expect(try await call("DELETE", "/\(id)/sessions/\(foreign)").status == 404)
        #expect(try await stranger.browser.isSignedIn())
        #expect(try await call("DELETE", "/\(id)/sessions/\(try await other.sessionID())").status == 204)
        #expect(try await !other.isSignedIn())
        #expect(try await person.browser.isSignedIn(), "control")
        let ran = try await latchkey("sessions", "list", id)
        #expect(ran.code == 0 && ran.output.split(separator: "\n").count { $0.hasPrefix("{") } == 1)
    }

    @Test("Roles that an administrator gives are in the next session answer of every node, with what they may do")
    func roles() async throws {
        let stack = try await Self.stack()
        let person = try await LocalPerson.signedUp(at: stack)
        let id = try await person.userID()
        let other = await person.browser.copy(port: stack.nodes[1].port)
        func user() async throws -> [String: Any] { try await other.sessionAnswer()["user"] as? [String: Any] ?? [:] }
        #expect(try await user()["roles"] as? [String] == [])
        #expect(try await user()["permissions"] as? [String] == [])
        let set = try await call("PUT", "/\(id)/roles", #"{"roles":["staff","editor"]}"#)
        #expect(set.status == 200 && set.json["roles"] as? [String] == ["staff", "editor"])
        #expect(try await user()["roles"] as? [String] == ["staff", "editor"])
        #expect(try await user()["permissions"] as? [String] == ["articles.read", "articles.write"])
        #expect(try await other.get("/v1/forward-auth?role=editor").header("x-latchkey-roles") == "staff,editor")
        let ran = try await latchkey("users", "roles", person.email, "--to", "staff")
        #expect(ran.code == 0, "\(ran)")
        #expect(try await user()["permissions"] as? [String] == ["articles.read"])
        for faulty in [
            #"{"roles":"admin"}"#, #"{"roles":[1]}"#, #"{"roles":["a b"]}"#, #"{"roles":["a","a"]}"#, #"{}"#,
            #"{"roles":[""]}"#, #"{"roles":["\#(String(repeating: "a", count: 65))"]}"#, #"{"role":["admin"]}"#,
            #"{"roles":[\#((0..<33).map { "\"r\($0)\"" }.joined(separator: ","))]}"#, #"{"roles":["x\r\ny"]}"#,
        ] {
            #expect(try await call("PUT", "/\(id)/roles", faulty).status == 400, "\(faulty)")
        }
        #expect(try await user()["roles"] as? [String] == ["staff"], "nothing of that was written")
    }

    @Test("Public metadata is in session answers, private metadata nowhere but here, and both have an end")
    func metadata() async throws {
        let stack = try await Self.stack()
        let person = try await LocalPerson.signedUp(at: stack)
        let id = try await person.userID()
        let body = #"{"public":{"plan":"</script>\u2028paid","seats":[1,2.50]},"private":{"note":"pays late"}}"#
        #expect(try await call("PUT", "/\(id)/metadata", body).status == 200)
        let user = try await person.browser.sessionAnswer()["user"] as? [String: Any]
        let shown = user?["metadata"] as? [String: Any]
        #expect(shown?["plan"] as? String == "</script>\u{2028}paid")
        let text = try await person.browser.get("/v1/session").text
        #expect(text.contains("2.50") && !text.contains("pays late") && !text.contains("</script>"))
        for path in ["/account", "/v1/sessions", "/v1/account/identities"] {
            #expect(try await !person.browser.get(path).text.contains("pays late"), "\(path)")
        }
        let partly = try await call("PUT", "/\(id)/metadata", #"{"private":{"note":"pays"}}"#)
        #expect((partly.json["public_metadata"] as? [String: Any])?["plan"] != nil, "what is left out stays")
        #expect((partly.json["private_metadata"] as? [String: Any])?["note"] as? String == "pays")
        let long = String(repeating: "x", count: 4090)
        for faulty in [
            #"{"public":[]}"#, #"{"public":"x"}"#, #"{"public":null}"#, #"{}"#, #"{"public":{"a":"\#(long)"}}"#,
            #"{"private":{"a":"\#(String(repeating: "x", count: 16_384))"}}"#, #"{"verified":{}}"#,
        ] {
            #expect(try await call("PUT", "/\(id)/metadata", faulty).status == 400, "\(faulty.prefix(40))")
        }
        let fits = try await call("PUT", "/\(id)/metadata", #"{"public":{"a":"\#(long.dropLast(4))"}}"#)
        #expect(fits.status == 200, "control: just below the limit")
        let ran = try await latchkey("users", "metadata", person.email, "--public", #"{"plan":"free"}"#)
        #expect(ran.code == 0, "\(ran)")
        #expect(try await person.browser.get("/v1/session").text.contains(#""metadata":{"plan":"free"}"#))
    }

    @Test("L-12 nothing that a user can reach writes roles, metadata or a verified flag")
    func userReachable() async throws {
        let stack = try await Self.stack()
        let person = try await LocalPerson.signedUp(at: stack)
        let id = try await person.userID()
        var token = try #require(await person.browser.session())
        func state() async throws -> String? {
            try await stack.text(
                """
                select concat_ws('|', roles::text, public_metadata, private_metadata, disabled_at::text, (
                           select string_agg(address || (verified_at is not null)::text, ',' order by address)
                           from user_emails where user_id = users.id
                       ))
                from users where id = \(id)::uuid
                """
            )
        }
        let before = try await state()
        let wanted: [String: String] = [
            "roles": "admin", "role": "admin", "email_verified": "true", "verified": "true",
            "verified_at": "2020-01-01",
            "public_metadata": #"{"plan":"paid"}"#, "metadata": #"{"plan":"paid"}"#, "private_metadata": "{}",
            "user": #"{"roles":["admin"]}"#, "user_id": id, "is_admin": "true", "email": LocalPerson.freshAddress(),
        ]
        let raw = #"{"roles":["admin"],"metadata":{"plan":"paid"},"email_verified":true,"user":{"roles":["admin"]}}"#
        let program = Program(stack: stack)
        for path in try Self.writingPaths() where path.hasPrefix("/v1/") {
            for method in ["POST", "PUT", "PATCH"] {
                let target = String(path.dropFirst(3)).replacing("{id}", with: id).replacing(
                    "{provider}",
                    with: "google"
                )
                let body = Array(try JSONSerialization.data(withJSONObject: wanted))
                for sent in [body, Array(raw.utf8)] {
                    let answer = try await program.send(method, target, body: sent, bearer: token)
                    // What is allowed may give the session another token; the rest must not be asked by nobody.
                    token = answer.texts["session_token"] ?? token
                }
            }
        }
        let alive = try await stack.browser().get("/v1/session", headers: ["Authorization": "Bearer \(token)"])
        #expect(alive.status == 200, "all of it was asked by somebody who is signed in")
        for path in ["/session", "/sessions", "/account", "/users/\(id)", "/account/metadata", "/account/roles"] {
            for method in ["POST", "PUT", "PATCH"] {
                let answer = try await program.send(method, path, body: Array(raw.utf8), bearer: token)
                #expect(answer.status == 404 || answer.status == 405, "\(method) \(path)")
            }
        }
        for (method, path, body) in [
            ("PUT", "/\(id)/roles", #"{"roles":["admin"]}"#),
            ("PUT", "/\(id)/metadata", #"{"public":{"plan":"paid"}}"#),
            ("POST", "/\(id)/ban", nil), ("GET", "/\(id)", nil), ("DELETE", "/\(id)", nil),
        ] as [(String, String, String?)] {
            #expect(try await call(method, path, body, bearer: token).status == 401, "\(method) \(path)")
            #expect(try await call(method, path, body, bearer: nil).status == 401, "\(method) \(path)")
        }
        #expect(try await state() == before)
        #expect(before?.contains(person.email + "true") == true)
        let control = try await call("PUT", "/\(id)/roles", #"{"roles":["admin"]}"#)
        #expect(control.status == 200)
        #expect(try await state() != before, "control: the administrator can")
    }

    /// Paths of openapi.yaml that take a body.
    private static func writingPaths() throws -> [String] {
        let text = try String(contentsOfFile: Stack.root + "/openapi.yaml", encoding: .utf8)
        var paths: [String] = []
        var path = ""
        for line in text.split(separator: "\n") {
            if line.hasPrefix("  /"), line.hasSuffix(":") { path = String(line.dropFirst(2).dropLast()) }
            if line == "    post:" || line == "    put:" || line == "    patch:" { paths.append(path) }
        }
        return paths
    }

    @Test("Users are found by address, the one who has proven it first, and by id")
    func find() async throws {
        let stack = try await Self.stack()
        let person = try await LocalPerson.signedUp(at: stack)
        let id = try await person.userID()
        let squatter = UUID().uuidString.lowercased()
        _ = try await stack.database.query("insert into users (id) values (\(squatter)::uuid)")
        _ = try await stack.database.query(
            "insert into user_emails (user_id, address, is_primary) values (\(squatter)::uuid, \(person.email), true)"
        )
        let found = try await call("GET", "?address=\(Browser.encode(person.email.uppercased()))").json["users"]
        #expect((found as? [[String: Any]])?.map { $0["id"] as? String } == [id, squatter])
        for path in ["?address=x", "", "?address="] { #expect(try await call("GET", path).status == 400) }
        for path in ["/x", "/\(UUID().uuidString)"] { #expect(try await call("GET", path).status == 404) }
        // A command that is given an address means whoever has proven it.
        let ran = try await latchkey("users", "ban", person.email)
        #expect(ran.code == 0)
        #expect(try await call("GET", "/\(squatter)").json["state"] as? String == "active")
        #expect(try await call("GET", "/\(id)").json["state"] as? String == "disabled")
        let nobody = try await latchkey("users", "ban", LocalPerson.freshAddress())
        #expect(nobody.code == 1 && nobody.output.contains("no such user"))
        let unsure = try await latchkey("users", "delete", id)
        #expect(unsure.code != 0, "nothing is deleted without --yes")
    }
}
