import Postgres
import TestSupport
import Testing

/// A new password through the mailbox (I07, L-2, S-2, H08, G16).
@Suite("Reset", .enabled(if: Stack.isAvailable))
struct ResetTests {
    private func reset(_ token: String, to password: String, in browser: Browser) async throws -> Problem {
        try await browser.json("/v1/reset/confirm", ["token": token, "password": password])
    }

    @Test("I07 a link works once, however often it is used at once, and the first password counts")
    func once() async throws {
        let stack = try await Installation.roomy()
        let owner = try await LocalPerson.signedUp(at: stack)
        let token = try await owner.resetToken()
        let passwords = (0..<32).map { _ in LocalPerson.freshPassword() }
        let answers = try await atOnce(Array(passwords.enumerated())) { number, password in
            try await reset(token, to: password, in: stack.browser(node: number % 2))
        }
        #expect(answers.count { $0.status == 200 } == 1)
        #expect(answers.count { $0.code == "unknown_proof" } == 31)
        let winner = answers.firstIndex { $0.status == 200 } ?? 0
        #expect(try await owner.signIn(password: passwords[winner]).status == 303)
        #expect(try await owner.signIn(password: passwords[(winner + 1) % 32]).status == 401)
        #expect(try await owner.signIn().status == 401)
        #expect(try await stack.browser().get("/reset/confirm?token=\(token)").status == 400)
    }

    @Test("I07 a link that is late is refused, and a refused password leaves a link that is not")
    func late() async throws {
        let stack = try await Installation.roomy()
        let owner = try await LocalPerson.signedUp(at: stack)
        let token = try await owner.resetToken()
        let hash = "sha256(convert_to('\(token)', 'UTF8'))"
        #expect(try await reset(token, to: "short", in: owner.browser).code == "password_refused")
        #expect(try await owner.browser.isSignedIn(), "nothing happened")
        #expect(try await stack.browser().get("/reset/confirm?token=\(token)").status == 200, "control")
        let lifetime = try await stack.count(
            "select count(*) from proofs where address = \(owner.email) and expires_at <= created_at + interval '1 hour'"
        )
        #expect(lifetime == 1, "short life")
        try await stack.database.runScript("update proofs set expires_at = now() where token_hash = \(hash)")
        #expect(try await reset(token, to: LocalPerson.freshPassword(), in: stack.browser()).code == "unknown_proof")
        #expect(try await owner.signIn().status == 303)
    }

    /// What voids a link that waits.
    enum End: CaseIterable, Sendable {
        case passwordChange, anotherReset, addressChange, disabled, deleted
    }

    @Test(
        "I07 P-4 a link is void after a change of password or address, another reset, and with its user",
        arguments: End.allCases
    )
    func void(_ end: End) async throws {
        let stack = try await Installation.roomy()
        let owner = try await LocalPerson.signedUp(at: stack)
        let user = try await owner.userID()
        let token = try await owner.resetToken()
        switch end {
        case .passwordChange:
            let form = [("current_password", owner.password), ("new_password", LocalPerson.freshPassword())]
            #expect(try await owner.browser.post("/account/password", form: form).status == 303)
        case .anotherReset:
            let other = try await owner.resetToken()
            #expect(
                try await stack.browser().get("/reset/confirm?token=\(token)").status == 200,
                "control: two may wait"
            )
            #expect(try await reset(other, to: LocalPerson.freshPassword(), in: stack.browser()).status == 200)
        case .addressChange:
            _ = try await EmailChangeTests.change(
                owner.browser,
                from: owner.email,
                to: LocalPerson.freshAddress(),
                at: stack
            )
        case .disabled:
            _ = try await stack.database.query("update users set disabled_at = now() where id = \(user)::uuid")
        case .deleted: _ = try await stack.database.query("delete from users where id = \(user)::uuid")
        }
        #expect(try await stack.browser(node: 1).get("/reset/confirm?token=\(token)").status == 400)
        let attempt = LocalPerson.freshPassword()
        #expect(try await reset(token, to: attempt, in: stack.browser()).code == "unknown_proof")
        #expect(try await owner.signIn(password: attempt).status == 401)
    }

    @Test("L-2 S-2 H08 a reset ends every session, forgets every browser, and signs nobody in")
    func sessions() async throws {
        let stack = try await Installation.roomy()
        let owner = try await LocalPerson.signedUp(at: stack)
        let user = try await owner.userID()
        let others = try await atOnce(Array(0..<4)) { try await owner.anotherBrowser(node: $0 % 2) }
        let here = try await owner.anotherBrowser()
        for browser in others { #expect(try await browser.isSignedIn(), "control") }
        let token = try await owner.resetToken()
        let password = LocalPerson.freshPassword()
        let answer = try await here.post("/reset/confirm", form: [("token", token), ("password", password)])
        #expect(answer.status == 200 && !answer.startsSession)
        for browser in others + [owner.browser, here] {
            for node in stack.nodes { #expect(try await !browser.copy(port: node.port).isSignedIn()) }
        }
        #expect(try await stack.count("select count(*) from sessions where user_id = \(user)::uuid") == 0)
        #expect(try await stack.count("select count(*) from known_devices where user_id = \(user)::uuid") == 0)
        #expect(try await owner.signIn(password: password).status == 303, "control")
        #expect(
            try await stack.mail(to: owner.email, contains: "was reset").text.contains("/reset"),
            "the owner is told"
        )
    }

    @Test("L-2 S-2 of sign-ins with the old password during a reset, none has a session afterwards")
    func race() async throws {
        let stack = try await Installation.roomy()
        let owner = try await LocalPerson.signedUp(at: stack)
        let token = try await owner.resetToken()
        let browsers = (0..<32).map { stack.browser(node: $0 % 2) }
        async let done = reset(token, to: LocalPerson.freshPassword(), in: stack.browser())
        _ = try await atOnce(browsers) { try await owner.signIn(in: $0).status }
        #expect(try await done.status == 200)
        for browser in browsers { #expect(try await !browser.isSignedIn()) }
        #expect(
            try await stack.count("select count(*) from sessions where user_id = \(try await owner.userID())::uuid")
                == 0
        )
    }

    @Test("I07 the database holds hashes of tokens and codes only, of 256 random bits each")
    func hashes() async throws {
        let stack = try await Installation.roomy()
        let owner = try await LocalPerson.signedUp(at: stack)
        let (waiting, sign) = try await LocalPerson.waiting(at: stack)
        let token = try await owner.resetToken()
        #expect(token.utf8.count == 51 && sign.utf8.count == 51, "prefix, 256 bits, checksum")
        let stored: [(String, Int, Int)] = [
            (
                "proof",
                try await stack.count(
                    "select count(*) from proofs where token_hash = sha256(convert_to(\(token), 'UTF8'))"
                ),
                try await stack.count("select count(*) from proofs t where position(\(token) in t::text) > 0")
            ),
            (
                "sign-up",
                try await stack.count(
                    "select count(*) from registration_tokens where token_hash = sha256(convert_to(\(sign), 'UTF8'))"
                ),
                try await stack.count(
                    "select count(*) from registration_tokens t where position(\(sign) in t::text) > 0"
                )
            ),
        ]
        for (what, hashes, clear) in stored {
            #expect(hashes == 1, "control: \(what)")
            #expect(clear == 0, "\(what)")
        }
        let hash = try await stack.text("select hash from passwords where user_id = \(try await owner.userID())::uuid")
        #expect(hash?.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$") == true)
        let pending = try await stack.text(
            "select password_hash from pending_registrations where address = \(waiting.email)"
        )
        #expect(pending?.hasPrefix("$argon2id$") == true)
    }

    @Test("I07 I08 an account with a provider only gets no link: a mailbox alone adds no way in")
    func socialOnly() async throws {
        let stack = try await Installation.roomy()
        let address = LocalPerson.freshAddress("gmail.com")
        let browser = try await ProviderAccount.opened(at: stack, email: address).signedIn()
        #expect(try await stack.browser().post("/reset", form: [("email", address)]).status == 200)
        let mail = try await stack.mail(to: address, contains: "How to sign in")
        #expect(!mail.text.contains("lkm_") && !mail.html.contains("lkm_"))
        #expect(try await stack.count("select count(*) from proofs where address = \(address)") == 0)
        // No default password either.
        let person = LocalPerson(stack: stack, browser: stack.browser(), email: address, password: "")
        for password in ["", "null", " ", address] {
            #expect(try await person.signIn(password: password).status == 401)
        }
        // I08 a first one needs a session that is fresh.
        _ = try await stack.database.query(
            "update sessions set authenticated_at = now() - interval '11 minutes' where user_id = \(try await person.userID())::uuid"
        )
        let new = ["new_password": LocalPerson.freshPassword()]
        #expect(try await browser.json("/v1/account/password", new).code == "fresh_sign_in_required")
    }

    @Test("I04 a password is changed by whoever knows the present one only, and no guess is free")
    func presentPassword() async throws {
        let stack = try await Installation.roomy()
        let owner = try await LocalPerson.signedUp(at: stack)
        let intruder = try await owner.anotherBrowser(node: 1)
        let guesses = try await atOnce(Array(0..<40)) { number in
            let form = ["current_password": "guess \(number)", "new_password": LocalPerson.freshPassword()]
            return try await intruder.copy(port: stack.nodes[number % 2].port).json("/v1/account/password", form)
        }
        #expect(guesses.count { $0.code == "wrong_password" } == 10)
        #expect(guesses.count { $0.code == "too_many_attempts" } == 30)
        #expect(try await owner.signIn().status == 303)
        #expect(try await owner.browser.isSignedIn())
    }
}
