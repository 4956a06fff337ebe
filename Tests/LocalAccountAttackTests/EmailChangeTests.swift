import Postgres
import TestSupport
import Testing

/// Changing the address (P-7, L-4, L-12, G16, G17, H15).
@Suite("Change of address", .enabled(if: Stack.isAvailable))
struct EmailChangeTests {
    /// Asks for a change and returns the token of the new mailbox's link.
    static func begin(_ browser: Browser, to address: String, at stack: Stack) async throws -> String {
        let before = try await stack.mails(to: address)
        let answer = try await browser.post("/account/email", form: [("email", address)])
        guard answer.status == 200 else {
            throw NeverHappened(description: "a change of address: \(answer.status) \(answer.sentence)")
        }
        return try LocalPerson.token(
            in: try await stack.mail(to: address, contains: "/account/email/confirm", besides: before)
        )
    }

    /// Changes the address and returns the token of the former mailbox's link.
    static func change(
        _ browser: Browser,
        from old: String,
        to address: String,
        at stack: Stack
    ) async throws -> String {
        let token = try await begin(browser, to: address, at: stack)
        let before = try await stack.mails(to: old)
        let answer = try await browser.post("/account/email/confirm", form: [("token", token)])
        guard answer.status == 303 else {
            throw NeverHappened(description: "a confirmed address: \(answer.status) \(answer.sentence)")
        }
        return try LocalPerson.token(
            in: try await stack.mail(to: old, contains: "/account/email/undo", besides: before)
        )
    }

    private func address(of user: String, _ stack: Stack) async throws -> String? {
        try await stack.text(
            "select address from user_emails where user_id = \(user)::uuid and verified_at is not null and is_primary"
        )
    }

    @Test(
        "P-7 G17 nothing changes before the new mailbox has answered in the owner's session; then the old one is told"
    )
    func steps() async throws {
        let stack = try await Installation.roomy()
        let owner = try await LocalPerson.signedUp(at: stack)
        let other = try await owner.anotherBrowser(node: 1)
        let user = try await owner.userID()
        let typo = LocalPerson.freshAddress()
        let link = try await Self.begin(owner.browser, to: typo, at: stack)
        #expect(try await address(of: user, stack) == owner.email)
        // Whoever has the mistyped mailbox has nothing: no session, no change, no way in.
        let stranger = stack.browser(node: 1)
        #expect(try await stranger.get("/account/email/confirm?token=\(link)").status == 403)
        #expect(try await stranger.post("/account/email/confirm", form: [("token", link)]).status == 401)
        #expect(try await stranger.post("/reset", form: [("email", typo)]).status == 200)
        #expect(try await owner.signIn(email: typo).status == 401)
        #expect(try await owner.browser.get("/account/email/confirm?token=\(link)").status == 200)
        #expect(try await address(of: user, stack) == owner.email)
        #expect(try await !stack.mails(to: typo).contains { $0.text.contains("/reset/confirm") })

        let before = await owner.browser.session() ?? ""
        #expect(try await owner.browser.post("/account/email/confirm", form: [("token", link)]).status == 303)
        #expect(try await address(of: user, stack) == typo, "control: now it does")
        #expect(try await stack.mail(to: owner.email, contains: "/account/email/undo").text.contains(typo))
        #expect(try await owner.signIn(email: typo).status == 303)
        #expect(try await owner.signIn().status == 401)
        // H02 H08: other sessions end, this one has a new token.
        #expect(try await !other.isSignedIn())
        #expect(try await owner.browser.isSignedIn())
        let old = stack.browser()
        await old.set(cookie: "latchkey", to: before)
        #expect(try await !old.isSignedIn())
        #expect(try await owner.browser.post("/account/email/confirm", form: [("token", link)]).status == 400, "once")
    }

    @Test("P-7 another user's link neither works nor says whose it is")
    func otherUser() async throws {
        let stack = try await Installation.roomy()
        let owner = try await LocalPerson.signedUp(at: stack)
        let intruder = try await LocalPerson.signedUp(at: stack)
        let new = LocalPerson.freshAddress()
        let link = try await Self.begin(owner.browser, to: new, at: stack)
        let shown = try await intruder.browser.get("/account/email/confirm?token=\(link)")
        #expect(shown.status == 400 && !shown.text.contains(owner.email) && !shown.text.contains(new))
        let answer = try await intruder.browser.json("/v1/account/email/confirm", ["token": link])
        #expect(answer.code == "unknown_proof")
        #expect(try await stack.count("select count(*) from user_emails where address = \(new)") == 0)
        #expect(
            try await owner.browser.post("/account/email/confirm", form: [("token", link)]).status == 303,
            "control"
        )
    }

    @Test("H15 P-7 a session that is not fresh neither asks for a change nor completes one")
    func stale() async throws {
        let stack = try await Installation.roomy()
        let owner = try await LocalPerson.signedUp(at: stack)
        let user = try await owner.userID()
        let new = LocalPerson.freshAddress()
        let link = try await Self.begin(owner.browser, to: new, at: stack)
        _ = try await stack.database.query(
            "update sessions set authenticated_at = now() - interval '11 minutes' where user_id = \(user)::uuid"
        )
        #expect(try await owner.browser.isSignedIn(), "control: it lives")
        let asked = try await owner.browser.json("/v1/account/email", ["email": LocalPerson.freshAddress()])
        #expect(asked.code == "fresh_sign_in_required")
        let done = try await owner.browser.json("/v1/account/email/confirm", ["token": link])
        #expect(done.code == "fresh_sign_in_required")
        #expect(try await address(of: user, stack) == owner.email)
        #expect(try await owner.signIn(in: owner.browser).status == 303)
        #expect(try await owner.browser.json("/v1/account/email/confirm", ["token": link]).status == 200, "control")
    }

    /// What makes a change that waits void.
    enum End: String, CaseIterable, Sendable {
        case reset, passwordChange, cancel, anotherChange, undo, expiry, sessionEnded
    }

    @Test(
        "L-4 G16 P-4 a change that was begun before is void afterwards, for its own user as well",
        arguments: End.allCases
    )
    func void(_ end: End) async throws {
        let stack = try await Installation.roomy()
        let owner = try await LocalPerson.signedUp(at: stack)
        var email = owner.email
        var password = owner.password
        var undo: String?
        if end == .undo {
            email = LocalPerson.freshAddress()
            undo = try await Self.change(owner.browser, from: owner.email, to: email, at: stack)
        }
        let user = try await stack.text("select user_id::text from user_emails where address = \(email)") ?? ""
        let intruder = stack.browser(node: 1)
        #expect(try await owner.signIn(in: intruder, email: email).status == 303)
        let theirs = LocalPerson.freshAddress()
        let link = try await Self.begin(intruder, to: theirs, at: stack)
        #expect(try await intruder.get("/account/email/confirm?token=\(link)").status == 200, "control")
        switch end {
        case .reset:
            let token = try await owner.resetToken()
            password = LocalPerson.freshPassword()
            _ = try await stack.browser().post("/reset/confirm", form: [("token", token), ("password", password)])
        case .passwordChange:
            let old = password
            password = LocalPerson.freshPassword()
            let form = [("current_password", old), ("new_password", password)]
            #expect(try await owner.browser.post("/account/password", form: form).status == 303)
        case .cancel: #expect(try await owner.browser.post("/account/email/cancel").status == 303)
        case .anotherChange: _ = try await Self.begin(owner.browser, to: LocalPerson.freshAddress(), at: stack)
        case .undo:
            let answer = try await stack.browser().post("/account/email/undo", form: [("token", undo ?? "")])
            #expect(answer.status == 200)
            email = owner.email
            let token = try await owner.resetToken()
            password = LocalPerson.freshPassword()
            _ = try await stack.browser().post("/reset/confirm", form: [("token", token), ("password", password)])
        case .expiry:
            _ = try await stack.database.query("update proofs set expires_at = now() where user_id = \(user)::uuid")
        case .sessionEnded: #expect(try await intruder.post("/sign-out").status < 400)
        }
        let answer = try await intruder.json("/v1/account/email/confirm", ["token": link])
        #expect(["unknown_proof", "sign_in_required"].contains(answer.code), "\(answer.code)")
        if end != .sessionEnded {
            // The owner, tricked into opening it, changes nothing either.
            let own = stack.browser()
            #expect(try await owner.signIn(in: own, email: email, password: password).status == 303)
            #expect(try await own.json("/v1/account/email/confirm", ["token": link]).code == "unknown_proof")
        }
        #expect(try await address(of: user, stack) == email)
    }

    @Test("L-12 P-7 no member of any body, and no parameter of any query, proves an address")
    func members() async throws {
        let stack = try await Installation.roomy()
        let owner = try await LocalPerson.signedUp(at: stack)
        let user = try await owner.userID()
        let new = LocalPerson.freshAddress()
        let names = [
            "email_verified", "emailVerified", "verified", "verified_at", "is_primary", "confirmed", "user_id", "user",
            "id",
            "roles", "token", "flow", "old_email", "session", "disabled_at", "credential_version",
        ]
        for path in [
            "/account/email", "/account/email/confirm", "/account/password", "/sign-up", "/verify", "/reset",
            "/reset/confirm", "/account/second-factor", "/sign-in/password", "/sign-in/mail",
        ] {
            for value in ["true", "1", user, new, "admin"] {
                var members = Dictionary(uniqueKeysWithValues: names.map { ($0, value) })
                members["email"] = new
                _ = try await owner.browser.json("/v1" + path, members)
                let query = members.map { "\($0.key)=\(Browser.encode($0.value))" }.joined(separator: "&")
                _ = try await owner.browser.post(path + "?" + query, form: members.map { ($0.key, $0.value) })
            }
        }
        for method in ["PUT", "PATCH", "DELETE"] {
            for path in ["/v1/session", "/v1/account", "/v1/account/email", "/account/email"] where method != "DELETE" {
                let answer = try await owner.browser.send(
                    method,
                    path,
                    headers: [
                        "Origin": "@own", "Sec-Fetch-Site": "same-origin", "Content-Type": "application/json",
                    ],
                    body: Array(#"{"email_verified":"true","email":"\#(new)"}"#.utf8)
                )
                #expect([404, 405].contains(answer.status))
            }
        }
        #expect(try await stack.count("select count(*) from user_emails where address = \(new)") == 0)
        #expect(try await address(of: user, stack) == owner.email)
        #expect(try await stack.count("select count(*) from users where id = \(user)::uuid and roles = '{}'") == 1)
    }

    @Test("P-7 of two users who confirm one address at once, one gets it")
    func contested() async throws {
        let stack = try await Installation.roomy()
        let new = LocalPerson.freshAddress()
        var claims: [(person: LocalPerson, link: String)] = []
        for number in 0..<2 {
            let person = try await LocalPerson.signedUp(at: stack, node: number)
            claims.append((person, try await Self.begin(person.browser, to: new, at: stack)))
        }
        let rivals = claims
        let answers = try await atOnce(Array(0..<32)) { number in
            let rival = rivals[number % 2]
            let browser = await rival.person.browser.copy(port: stack.nodes[number / 2 % 2].port)
            return try await browser.json("/v1/account/email/confirm", ["token": rival.link])
        }
        #expect(answers.count { $0.status == 200 } == 1)
        #expect(answers.count { $0.status >= 500 } == 0)
        #expect(try await stack.count("select count(*) from user_emails where address = \(new)") == 1)
        #expect(
            try await stack.count(
                "select count(*) from user_emails where address in (\(rivals[0].person.email), \(rivals[1].person.email))"
            ) == 1,
            "the other one keeps the old address"
        )
    }

    @Test("L-8 an address that is taken is told to its mailbox only, and not to whoever asks for it")
    func taken() async throws {
        let stack = try await Installation.roomy()
        let owner = try await LocalPerson.signedUp(at: stack)
        let asker = try await LocalPerson.signedUp(at: stack)
        let free = try await asker.browser.post("/account/email", form: [("email", LocalPerson.freshAddress())])
        let taken = try await asker.browser.post("/account/email", form: [("email", owner.email)])
        #expect(free.status == taken.status)
        let mail = try await stack.mail(to: owner.email, contains: "already has an account")
        #expect(!mail.text.contains("lkm_") && !mail.text.contains(asker.email))
        #expect(try await stack.count("select count(*) from proofs where address = \(owner.email)") == 0)
    }
}
