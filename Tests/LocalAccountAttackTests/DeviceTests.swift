import Foundation
import Postgres
import TestSupport
import Testing

/// Where somebody is signed in, and ending it from elsewhere (H06, H09, H13).
@Suite("Devices", .enabled(if: Stack.isAvailable))
struct DeviceTests {
    @Test("H09 somebody sees all of their sessions and nobody else's, without a token among them")
    func list() async throws {
        let stack = try await Installation.roomy()
        let person = try await LocalPerson.signedUp(at: stack)
        let stranger = try await LocalPerson.signedUp(at: stack)
        let other = stack.browser(node: 1)
        try await person.signIn(
            in: other,
            headers: ["User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"]
        )
        let devices = try await person.browser.devices()
        #expect(devices.count == 2)
        #expect(devices.filter(\.isCurrent).map(\.id) == [try await person.browser.sessionID()])
        #expect(Set(devices.map(\.id)) == [try await person.browser.sessionID(), try await other.sessionID()])
        #expect(devices.first { !$0.isCurrent }?.name == "Firefox on Linux")
        #expect(!devices.map(\.id).contains(try await stranger.browser.sessionID()))
        let text = try await person.browser.get("/v1/sessions").text
        for browser in [person.browser, other] {
            let token = try #require(await browser.session())
            #expect(!text.contains(token) && !text.contains(token.dropFirst(4).prefix(43)))
        }
        let page = try await person.browser.get("/account")
        #expect(page.text.contains("Firefox on Linux") && page.text.contains("This browser"))
        #expect(try await stack.browser().get("/v1/sessions").status == 401)
    }

    @Test("H06 H09 a session that was ended from another one is over on every node at once; the others go on")
    func endOne() async throws {
        let stack = try await Installation.roomy()
        let person = try await LocalPerson.signedUp(at: stack)
        let (ended, kept) = (try await person.anotherBrowser(), try await person.anotherBrowser(node: 1))
        let id = try await ended.sessionID()
        #expect(try await person.browser.delete("/v1/sessions/\(id)") == 204)
        #expect(try await person.browser.delete("/v1/sessions/\(id)") == 404, "once")
        for node in 0...1 {
            let there = await ended.copy(port: stack.nodes[node].port)
            #expect(try await !there.isSignedIn())
        }
        for browser in [kept, person.browser] { #expect(try await browser.isSignedIn(), "control") }
        let user = try await person.userID()
        #expect(
            try await stack.count(
                "select count(*) from account_events where user_id = \(user)::uuid and kind = 'session_ended'"
            ) == 1
        )

        let form = try await person.browser.post("/account/sessions/\(try await kept.sessionID())/end")
        #expect(form.status == 303 && form.header("location") == "/account?done=session_ended")
        #expect(try await !kept.isSignedIn())

        let own = try await person.browser.sessionID()
        #expect(try await person.browser.delete("/v1/sessions/\(own)") == 204)
        #expect(await person.browser.session() == nil, "its own cookie goes")
        #expect(try await stack.count("select count(*) from sessions where user_id = \(user)::uuid") == 0)
    }

    @Test("H09 somebody else's session does not exist, whatever is asked of it")
    func foreign() async throws {
        let stack = try await Installation.roomy()
        let person = try await LocalPerson.signedUp(at: stack)
        let stranger = try await LocalPerson.signedUp(at: stack)
        let id = try await person.browser.sessionID()
        for wanted in [id, UUID().uuidString, "x", "%00", id.uppercased() + "0"] {
            #expect(try await stranger.browser.delete("/v1/sessions/\(wanted)") == 404, "\(wanted)")
        }
        #expect(try await stack.browser().delete("/v1/sessions/\(id)") == 401)
        #expect(try await stack.browser().delete("/v1/sessions/x") == 401)
        _ = try await stranger.browser.post("/account/sessions/\(id)/end")
        #expect(try await person.browser.isSignedIn())
        #expect(try await person.browser.delete("/v1/sessions/\(id)") == 204, "control: the owner can")
    }

    @Test(
        "H09 H15 a stale session ends no other one, but itself; whoever has to prove themselves comes back to the list"
    )
    func stale() async throws {
        let stack = try await Installation.roomy()
        let person = try await LocalPerson.signedUp(at: stack)
        let other = try await person.anotherBrowser()
        let id = try await other.sessionID()
        try await person.growStale()
        let token = try #require(await person.browser.session())
        let program = Program(stack: stack, node: 1)
        for answer in [
            try await program.send("DELETE", "/sessions/\(id)", body: nil, bearer: token),
            try await program.call("/sessions/revoke-others", bearer: token),
        ] {
            #expect(answer.status == 403 && answer.code == "fresh_sign_in_required")
        }
        for path in ["/account/sessions/\(id)/end", "/account/sessions/end-others"] {
            let sent = try await person.browser.post(path)
            #expect(sent.status == 303 && sent.header("location") == "/account/confirm?return_to=%2Faccount", "\(path)")
        }
        #expect(try await other.isSignedIn(), "nothing ended")
        #expect(try await person.browser.get("/v1/sessions").status == 200, "looking needs no proof")
        let own = try await person.browser.sessionID()
        #expect(try await program.send("DELETE", "/sessions/\(own)", body: nil, bearer: token).status == 204)
        let back = try await other.post(
            "/account/confirm",
            form: [("password", person.password), ("return_to", "/account")]
        )
        #expect(back.status == 303)
        #expect(try await other.post("/account/sessions/end-others").status == 303, "control")
    }

    @Test("H09 ending all others leaves one session, under a new token", arguments: [false, true])
    func endOthers(_ isProgram: Bool) async throws {
        let stack = try await Installation.roomy()
        let person = try await LocalPerson.signedUp(at: stack)
        var others: [Browser] = []
        for node in [0, 1, 0] { others.append(try await person.anotherBrowser(node: node)) }
        let former = try #require(await person.browser.session())
        let present: String
        if isProgram {
            let answer = try await Program(stack: stack).call("/sessions/revoke-others", bearer: former)
            #expect(answer.status == 200 && answer.texts["done"] == "other_sessions_ended")
            present = try #require(answer.texts["session_token"])
        } else {
            #expect(try await person.browser.post("/account/sessions/end-others").status == 303)
            present = try #require(await person.browser.session())
        }
        for other in others { #expect(try await !other.isSignedIn()) }
        let bearer = stack.browser(node: 1)
        #expect(try await bearer.get("/v1/session", headers: ["Authorization": "Bearer \(former)"]).status == 401)
        #expect(try await bearer.get("/v1/session", headers: ["Authorization": "Bearer \(present)"]).status == 200)
        let user = try await person.userID()
        #expect(try await stack.count("select count(*) from sessions where user_id = \(user)::uuid") == 1)
    }

    @Test("H11 K02 a page of another site ends nobody's session")
    func crossSite() async throws {
        let stack = try await Installation.roomy()
        let person = try await LocalPerson.signedUp(at: stack)
        let other = try await person.anotherBrowser()
        let id = try await other.sessionID()
        let evil = ["Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"]
        for (method, path) in [
            ("DELETE", "/v1/sessions/\(id)"), ("POST", "/v1/sessions/revoke-others"), ("DELETE", "/v1/session"),
            ("POST", "/account/sessions/\(id)/end"), ("POST", "/account/sessions/end-others"),
        ] {
            for headers in [evil, [:]] {
                let answer = try await person.browser.send(method, path, headers: headers, body: [])
                #expect(answer.status == 403, "\(method) \(path) \(headers)")
            }
            if path != "/v1/session" { #expect(try await person.browser.get(path).status != 200, "no GET does it") }
        }
        for browser in [other, person.browser] { #expect(try await browser.isSignedIn()) }
        #expect(try await person.browser.delete("/v1/sessions/\(id)") == 204, "control")
    }
}

/// One device as a program reads it.
struct ListedDevice: Sendable {
    let id: String
    let name: String
    let isCurrent: Bool
}

extension Browser {
    /// Where its person is signed in.
    func devices() async throws -> [ListedDevice] {
        let answer = try await get("/v1/sessions")
        let json = try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any]
        guard answer.status == 200, let all = json?["sessions"] as? [[String: Any]] else {
            throw NeverHappened(description: "sessions: \(answer.status) \(answer.text)")
        }
        return all.map { entry in
            ListedDevice(
                id: entry["id"] as? String ?? "",
                name: entry["device"] as? String ?? "",
                isCurrent: entry["current"] as? Bool ?? false
            )
        }
    }

    /// What `GET /v1/session` says, by member.
    nonisolated func sessionAnswer(_ query: String = "") async throws -> [String: Any] {
        let answer = try await get("/v1/session" + query)
        return try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any] ?? [:]
    }

    /// The id of its session; empty without one.
    nonisolated func sessionID() async throws -> String {
        (try await sessionAnswer()["session"] as? [String: Any])?["id"] as? String ?? ""
    }

    /// Sends DELETE as a script of our own page does; the status.
    func delete(_ path: String) async throws -> Int {
        try await send("DELETE", path, headers: ["Origin": "@own", "Sec-Fetch-Site": "same-origin"], body: nil).status
    }
}
