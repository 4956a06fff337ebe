import Postgres
import TestSupport
import Testing

/// Whoever is disabled, deleted or signed out has nothing left that works, at once and on every node (S-2, H06, H07).
@Suite("Revocation", .enabled(if: Stack.isAvailable))
struct RevocationTests {
    @Test(
        "S-2 H07 a disabled or deleted user has no session, no way in and no link that works",
        arguments: [true, false]
    )
    func ended(_ isDeleted: Bool) async throws {
        let stack = try await Installation.roomy()
        let owner = try await LocalPerson.signedUp(at: stack)
        let user = try await owner.userID()
        let browsers = [owner.browser, try await owner.anotherBrowser(node: 1)]
        let reset = try await owner.resetToken()
        let change = try await EmailChangeTests.begin(browsers[0], to: LocalPerson.freshAddress(), at: stack)
        let byMail = stack.browser()
        #expect(try await byMail.post("/sign-in/mail", form: [("email", owner.email)]).status == 200)
        let letter = try await stack.mail(to: owner.email, contains: "/sign-in/mail/confirm")
        let (link, code) = (try LocalPerson.token(in: letter), try LocalPerson.code(in: letter))
        for browser in browsers { #expect(try await browser.isSignedIn(), "control") }
        #expect(try await byMail.get("/sign-in/mail/confirm?token=\(link)").status == 200, "control")

        let statement: SQL =
            isDeleted
            ? "delete from users where id = \(user)::uuid"
            : "update users set disabled_at = now() where id = \(user)::uuid"
        _ = try await stack.database.query(statement)

        for browser in browsers {
            for node in stack.nodes {
                let copy = await browser.copy(port: node.port)
                #expect(try await !copy.isSignedIn())
                #expect(
                    try await copy.json("/v1/account/email", ["email": LocalPerson.freshAddress()]).code
                        == "sign_in_required"
                )
                #expect(try await copy.json("/v1/account/email/confirm", ["token": change]).code == "sign_in_required")
                let form = ["current_password": owner.password, "new_password": LocalPerson.freshPassword()]
                #expect(try await copy.json("/v1/account/password", form).code == "sign_in_required")
                #expect(try await copy.json("/v1/account/second-factor").code == "sign_in_required")
            }
        }
        let right = try await stack.browser().json(
            "/v1/sign-in/password",
            ["email": owner.email, "password": owner.password]
        )
        let wrong = try await stack.browser().json(
            "/v1/sign-in/password",
            ["email": owner.email, "password": "not it"]
        )
        let nobody = try await stack.browser().json(
            "/v1/sign-in/password",
            ["email": LocalPerson.freshAddress(), "password": owner.password]
        )
        #expect(right.code == "wrong_credentials" && wrong.code == right.code && nobody.code == right.code)
        #expect(right.texts["detail"] == wrong.texts["detail"] && right.status == nobody.status)
        #expect(try await byMail.json("/v1/sign-in/mail/confirm", ["token": link]).code == "unknown_proof")
        #expect(try await byMail.json("/v1/sign-in/mail/code", ["code": code]).code == "wrong_code")
        let again = try await stack.browser().json(
            "/v1/reset/confirm",
            ["token": reset, "password": LocalPerson.freshPassword()]
        )
        #expect(again.code == "unknown_proof")
        // Nor is a new link mailed.
        let before = try await stack.mails(to: owner.email)
        #expect(try await stack.browser().post("/reset", form: [("email", owner.email)]).status == 200)
        #expect(try await stack.browser().post("/sign-in/mail", form: [("email", owner.email)]).status == 200)
        _ = try await eventually("its jobs to be done") {
            try await stack.count(
                "select count(*) from jobs where position(\(owner.email) in payload::text) > 0"
            ) == 0 ? true : nil
        }
        let later = try await stack.mails(to: owner.email).filter { !before.contains($0) }
        #expect(!later.contains { $0.text.contains("lkm_") || $0.html.contains("lkm_") })
    }

    @Test("S-2 H07 of sign-ins at the moment of being disabled, none leaves a session that works")
    func race() async throws {
        let stack = try await Installation.roomy()
        let owner = try await LocalPerson.signedUp(at: stack)
        let user = try await owner.userID()
        let browsers = (0..<32).map { stack.browser(node: $0 % 2) }
        async let attempts = atOnce(browsers) { try await owner.signIn(in: $0).status }
        _ = try await eventually("a first sign-in") {
            try await stack.count("select count(*) from sessions where user_id = \(user)::uuid") > 1 ? true : nil
        }
        _ = try await stack.database.query("update users set disabled_at = now() where id = \(user)::uuid")
        let statuses = try await attempts
        #expect(statuses.allSatisfy { $0 == 303 || $0 == 401 })
        #expect(statuses.contains(303), "control: some came before")
        for browser in browsers { #expect(try await !browser.isSignedIn()) }
    }

    @Test("H06 H02 signing out at one node ends the session at the other, and signing in ends the browser's former one")
    func signedOut() async throws {
        let stack = try await Installation.roomy()
        let owner = try await LocalPerson.signedUp(at: stack)
        let elsewhere = await owner.browser.copy(port: stack.nodes[1].port)
        #expect(try await elsewhere.isSignedIn(), "control")
        #expect(try await owner.browser.post("/sign-out").status < 400)
        #expect(try await !elsewhere.isSignedIn())

        // A session planted before the sign-in is never the one after it (fixation).
        let planted = try await LocalPerson.signedUp(at: stack)
        let token = await planted.browser.session()
        let victim = stack.browser()
        await victim.set(cookie: "latchkey", to: token)
        #expect(try await owner.signIn(in: victim).status == 303)
        #expect(await victim.session() != token)
        #expect(try await !planted.browser.isSignedIn())
        let before = await victim.session()
        #expect(try await owner.signIn(in: victim).status == 303)
        #expect(await victim.session() != before, "H02 again at every sign-in")
        let old = stack.browser(node: 1)
        await old.set(cookie: "latchkey", to: before)
        #expect(try await !old.isSignedIn())
    }

    @Test("H08 a change of the password ends every other session and gives this one a new token")
    func passwordChanged() async throws {
        let stack = try await Installation.roomy()
        let owner = try await LocalPerson.signedUp(at: stack)
        let other = try await owner.anotherBrowser(node: 1)
        let before = await owner.browser.session()
        let form = [("current_password", owner.password), ("new_password", LocalPerson.freshPassword())]
        #expect(try await owner.browser.post("/account/password", form: form).status == 303)
        #expect(try await owner.browser.isSignedIn())
        #expect(try await !other.isSignedIn())
        let old = stack.browser(node: 1)
        await old.set(cookie: "latchkey", to: before)
        #expect(try await !old.isSignedIn())
        #expect(
            try await stack.mail(to: owner.email, contains: "was changed").text.contains("/reset"),
            "the owner is told"
        )
    }
}
