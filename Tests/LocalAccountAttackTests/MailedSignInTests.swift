import Foundation
import Postgres
import TestSupport
import Testing

/// Links and codes by mail as a way in (P-6).
@Suite("Sign-in by mail", .enabled(if: Stack.isAvailable))
struct MailedSignInTests {
    /// Asks in a browser and returns the mail.
    private func ask(_ browser: Browser, _ email: String, _ stack: Stack) async throws -> CaughtLetter {
        let before = try await stack.mails(to: email)
        let answer = try await browser.post("/sign-in/mail", form: [("email", email)])
        #expect(answer.status == 200)
        return try await stack.mail(to: email, contains: "/sign-in/mail/confirm?token=", besides: before)
    }

    @Test("P-6 a link works in the browser that asked, over any node, once; opening it changes nothing")
    func link() async throws {
        let stack = try await Installation.roomy()
        let person = try await LocalPerson.signedUp(at: stack)
        let browser = stack.browser()
        let token = try LocalPerson.token(in: try await ask(browser, person.email, stack))
        let stranger = stack.browser()
        #expect(try await stranger.get("/sign-in/mail/confirm?token=\(token)").status == 400)
        #expect(try await stranger.post("/sign-in/mail/confirm", form: [("token", token)]).status == 400)
        #expect(try await !stranger.isSignedIn())
        // A browser that asked for somebody else is another browser too.
        let asker = stack.browser()
        _ = try await ask(asker, try await LocalPerson.signedUp(at: stack).email, stack)
        #expect(try await asker.post("/sign-in/mail/confirm", form: [("token", token)]).status == 400)

        let there = await browser.copy(port: stack.nodes[1].port)
        for _ in 0..<2 { #expect(try await there.get("/sign-in/mail/confirm?token=\(token)").status == 200) }
        #expect(try await !there.isSignedIn(), "opening the link signs in nobody")
        let cross = try await there.post(
            "/sign-in/mail/confirm",
            form: [("token", token)],
            headers: ["Origin": "https://attacker.example", "Sec-Fetch-Site": "cross-site"]
        )
        #expect(cross.status == 403)
        var copies: [Browser] = []
        for index in 0..<4 { copies.append(await browser.copy(port: stack.nodes[index % 2].port)) }
        let answers = try await atOnce(copies) { try await $0.post("/sign-in/mail/confirm", form: [("token", token)]) }
        #expect(answers.filter(\.startsSession).count == 1, "once: \(answers.map(\.status))")
        var open = 0
        for copy in copies where try await copy.isSignedIn() { open += 1 }
        #expect(open == 1)
        #expect(try await browser.post("/sign-in/mail/confirm", form: [("token", token)]).status == 400)
    }

    @Test("P-6 a code works in the browser that asked, once")
    func code() async throws {
        let stack = try await Installation.roomy()
        let person = try await LocalPerson.signedUp(at: stack)
        let browser = stack.browser()
        let mail = try await ask(browser, person.email, stack)
        let code = try LocalPerson.code(in: mail)
        let stranger = stack.browser()
        #expect(try await stranger.post("/sign-in/mail/code", form: [("code", code)]).status == 401, "no cookie")
        let asker = stack.browser()
        _ = try await ask(asker, try await LocalPerson.signedUp(at: stack).email, stack)
        #expect(try await asker.post("/sign-in/mail/code", form: [("code", code)]).status == 401, "another browser's")
        #expect(try await !asker.isSignedIn())
        let answer = try await browser.post("/sign-in/mail/code", form: [("code", code)])
        #expect(answer.status == 303)
        #expect(try await browser.isSignedIn())
        let again = await browser.copy(port: stack.nodes[1].port)
        #expect(try await again.post("/sign-in/mail/code", form: [("code", code)]).status == 401)
        #expect(
            try await again.post("/sign-in/mail/confirm", form: [("token", try LocalPerson.token(in: mail))]).status
                == 400,
            "link and code are one proof"
        )
    }

    @Test("P-11 five wrong codes end a mail's code, over both nodes; a new mail begins anew")
    func attempts() async throws {
        let stack = try await Installation.roomy()
        let person = try await LocalPerson.signedUp(at: stack)
        let browser = stack.browser()
        let code = try LocalPerson.code(in: try await ask(browser, person.email, stack))
        let other = await browser.copy(port: stack.nodes[1].port)
        for number in 0..<5 {
            let wrong = String(format: "%08d", ((Int(code) ?? 0) + number + 1) % 99_999_999 + 1)
            let answer = try await (number.isMultiple(of: 2) ? browser : other).post(
                "/sign-in/mail/code",
                form: [("code", wrong)]
            )
            #expect(answer.status == 401)
        }
        #expect(try await browser.post("/sign-in/mail/code", form: [("code", code)]).status == 401, "too late")
        #expect(try await !browser.isSignedIn())
        let second = try LocalPerson.code(in: try await ask(browser, person.email, stack))
        #expect(try await browser.post("/sign-in/mail/code", form: [("code", second)]).status == 303, "control")
    }

    @Test("O-4 asking answers the same for everybody, and nobody's code is a wrong code")
    func unknown() async throws {
        let stack = try await Installation.roomy()
        let person = try await LocalPerson.signedUp(at: stack)
        let nobody = LocalPerson.freshAddress()
        let first = stack.browser()
        let second = stack.browser()
        let known = try await first.post("/sign-in/mail", form: [("email", person.email)])
        let unknown = try await second.post("/sign-in/mail", form: [("email", nobody)])
        #expect(known.status == unknown.status)
        #expect(
            known.text.replacingOccurrences(of: person.email, with: "x").count
                == unknown.text.replacingOccurrences(of: nobody, with: "x").count
        )
        let wrong = try await first.post("/sign-in/mail/code", form: [("code", "00000000")])
        let none = try await second.post("/sign-in/mail/code", form: [("code", "00000000")])
        #expect(wrong.status == none.status && wrong.sentence == none.sentence)
        #expect(try await stack.mails(to: nobody).isEmpty)
    }

    @Test("off unless the operator switches it on: 404 on every path, and no mail")
    func off() async throws {
        let stack = try await Installation.plain()
        let person = try await LocalPerson.signedUp(at: stack)
        let before = try await stack.mails(to: person.email).count
        let browser = stack.browser()
        #expect(try await browser.get("/sign-in/mail").status == 404)
        for (path, form) in [
            ("/sign-in/mail", [("email", person.email)]), ("/sign-in/mail/code", [("code", "12345678")]),
            ("/sign-in/mail/confirm", [("token", "lkm_" + String(repeating: "A", count: 47))]),
        ] {
            let answer = try await browser.post(path, form: form)
            #expect(answer.status.isOneOf(404, 400) && !answer.startsSession, "\(path): \(answer.status)")
            let members = Dictionary(form, uniquingKeysWith: { first, _ in first })
            let program = try await Program(stack: stack).call(path, members)
            #expect(program.status.isOneOf(404, 400), "\(path): \(program.status)")
        }
        #expect(try await browser.post("/sign-in/mail", form: [("email", person.email)]).status == 404)
        #expect(try await stack.count("select count(*) from proofs where purpose = 'email_sign_in'") == 0)
        #expect(try await stack.mails(to: person.email).count == before)
    }
}
