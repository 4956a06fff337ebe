import Accounts
import Foundation
import Postgres
import TestSupport
import Testing

/// The second step of a sign-in (P-11, P-12, S-1).
@Suite("Second factor: the second step", .enabled(if: Stack.isAvailable))
struct SecondFactorTests {
    @Test("P-12 of many who send one code at once over two nodes one gets in, and nobody with it afterwards")
    func once() async throws {
        let stack = try await Installation.roomy()
        let (person, authenticator) = try await LocalPerson.withSecondFactor(at: stack)
        var waiting: [Browser] = []
        for index in 0..<6 { waiting.append(try await person.waitingBrowser(node: index % 2)) }
        let code = authenticator.code()
        let answers = try await atOnce(waiting) { try await $0.passSecondFactor(code) }
        #expect(answers.map(\.status).sorted() == [303, 401, 401, 401, 401, 401])
        var open = 0
        for browser in waiting where try await browser.isSignedIn() { open += 1 }
        #expect(open == 1)

        let late = try await person.waitingBrowser(node: 1)
        #expect(try await late.passSecondFactor(code).status == 401, "used")
        #expect(try await !late.isSignedIn())
        #expect(try await late.passSecondFactor(authenticator.code(1)).status == 303, "control: the next one opens")
        #expect(try await late.isSignedIn())
        let later = try await person.waitingBrowser()
        #expect(try await later.passSecondFactor(code).status == 401, "an earlier step after a later one")
    }

    @Test("P-12 a code that set the factor up opens nothing, and one code is not both a sign-in and a removal")
    func onceOverPaths() async throws {
        let stack = try await Installation.roomy()
        let (person, authenticator) = try await LocalPerson.withSecondFactor(at: stack)
        let waiting = try await person.waitingBrowser()
        #expect(try await waiting.passSecondFactor(authenticator.firstCode).status == 401, "used while setting up")
        let code = authenticator.code()
        let answers = try await atOnce([true, false]) { removes in
            removes
                ? try await person.browser.post("/account/second-factor/remove", form: [("code", code)])
                : try await waiting.passSecondFactor(code)
        }
        #expect(answers.filter { $0.status == 303 && $0.header("location")?.hasPrefix("/sign-in") != true }.count == 1)
    }

    @Test(
        "P-11 wrong codes are counted for the user: over browsers, nodes, pages, programs, recovery codes and removal"
    )
    func counted() async throws {
        let stack = try await Installation.roomy()
        let (person, authenticator) = try await LocalPerson.withSecondFactor(at: stack)
        let stranger = try await LocalPerson.withSecondFactor(at: stack)
        let wrong = authenticator.wrongCode
        var statuses: [Int] = []
        for round in 0..<4 {
            let page = try await person.waitingBrowser(node: round % 2)
            statuses.append(try await page.passSecondFactor(wrong).status)
            statuses.append(
                try await page.passSecondFactor("ABCD-EFGH-JKLM-NPQR", as: "recovery_code").status
            )
            statuses.append(try await page.json("/v1/sign-in/second-factor", ["code": wrong]).status)
            statuses.append(
                try await person.browser.post("/account/second-factor/remove", form: [("code", wrong)]).status
            )
        }
        #expect(Set(statuses) == [401, 429])
        #expect(statuses.prefix(9).allSatisfy { $0 == 401 }, "nine beside the one that set it up: \(statuses)")
        #expect(statuses.filter { $0 == 429 }.count >= 4, "\(statuses)")
        let locked = try await person.waitingBrowser(node: 1)
        // One more attempt is granted every 90 seconds: use up what may have grown since.
        _ = try await eventually("the limit") { try await locked.passSecondFactor(wrong).status == 429 ? true : nil }
        let refused = try await locked.passSecondFactor(authenticator.code())
        #expect(refused.status == 429, "the right code as well: guessing is over")
        #expect((refused.header("retry-after").flatMap(Int.init) ?? 0) > 0)
        #expect(try await !locked.isSignedIn())
        let other = try await stranger.person.waitingBrowser()
        #expect(try await other.passSecondFactor(stranger.authenticator.code()).status == 303, "control: somebody else")
    }

    @Test("S-1 the mailbox never counts twice: a reset, a mailed link and a mailed code still ask for the second step")
    func mailbox() async throws {
        let stack = try await Installation.roomy()
        let (person, authenticator) = try await LocalPerson.withSecondFactor(at: stack)

        let token = try await person.resetToken()
        let fresh = LocalPerson.freshPassword()
        let resetter = stack.browser()
        _ = try await resetter.get("/reset/confirm?token=\(token)")
        _ = try await resetter.post("/reset/confirm", form: [("token", token), ("password", fresh)])
        #expect(try await !resetter.isSignedIn(), "a reset does not sign in past the factor")
        let owner = LocalPerson(stack: stack, browser: stack.browser(), email: person.email, password: fresh)
        let waiting = try await owner.waitingBrowser()
        #expect(try await !waiting.isSignedIn())

        let linked = stack.browser()
        let before = try await stack.mails(to: person.email)
        _ = try await linked.post("/sign-in/mail", form: [("email", person.email)])
        let mail = try await stack.mail(to: person.email, contains: "/sign-in/mail/confirm?token=", besides: before)
        let mailedCode = try LocalPerson.code(in: mail)
        let answer = try await linked.post("/sign-in/mail/confirm", form: [("token", try LocalPerson.token(in: mail))])
        #expect(answer.header("location")?.hasPrefix("/sign-in/second-factor") == true)
        #expect(try await !linked.isSignedIn())
        #expect(try await linked.passSecondFactor(mailedCode).status == 401, "a mailed code is no second step")
        #expect(try await linked.passSecondFactor(mailedCode, as: "recovery_code").status == 401)

        let coded = stack.browser(node: 1)
        let earlier = try await stack.mails(to: person.email)
        _ = try await coded.post("/sign-in/mail", form: [("email", person.email)])
        let second = try await stack.mail(to: person.email, contains: "/sign-in/mail/confirm?token=", besides: earlier)
        let byCode = try await coded.post("/sign-in/mail/code", form: [("code", try LocalPerson.code(in: second))])
        #expect(byCode.header("location")?.hasPrefix("/sign-in/second-factor") == true)
        #expect(try await !coded.isSignedIn())
        // Asking for one more mail from the waiting session lifts nothing either.
        let third = try await stack.mails(to: person.email)
        _ = try await coded.post("/sign-in/mail", form: [("email", person.email)])
        let again = try await stack.mail(to: person.email, contains: "/sign-in/mail/confirm?token=", besides: third)
        _ = try await coded.post("/sign-in/mail/confirm", form: [("token", try LocalPerson.token(in: again))])
        #expect(try await !coded.isSignedIn(), "twice the mailbox is once")
        #expect(try await coded.passSecondFactor(authenticator.code()).status == 303, "control")
        #expect(try await coded.isSignedIn())
    }

    @Test("a sign-in with a provider asks for the second step as well")
    func provider() async throws {
        let stack = try await Installation.roomy()
        let address = LocalPerson.freshAddress("gmail.com")
        let account = try await ProviderAccount.opened(at: stack, email: address)
        let browser = try await account.signedIn()
        let secret = try await browser.prepareSecondFactor()
        let authenticator = Authenticator(secret: secret, recoveryCodes: [])
        _ = try await browser.confirmSecondFactor(authenticator.code(-1))
        let other = stack.browser(node: 1)
        let answer = try await account.signIn(in: other)
        #expect(try await !other.isSignedIn(), "\(answer.status) \(answer.header("location") ?? "")")
        #expect(await other.session() != nil, "it waits")
        #expect(try await other.passSecondFactor(authenticator.code()).status == 303)
        #expect(try await other.isSignedIn())
        let methods = try await stack.text(
            """
            select array_to_string(s.methods, ',') from sessions s join user_emails e on e.user_id = s.user_id
            where e.address = \(address) order by s.authenticated_at desc limit 1
            """
        )
        #expect(methods?.contains("mfa") == true)
    }

    @Test("a session that waits for the second step opens nothing, as a cookie and as a bearer")
    func waitingOpensNothing() async throws {
        let stack = try await Installation.roomy()
        let (person, _) = try await LocalPerson.withSecondFactor(at: stack)
        let waiting = try await person.waitingBrowser()
        let id = try await person.userID()
        let former: SQL = """
            select md5(concat(
                (select u::text from users u where id = \(id)::uuid), (select p::text from passwords p where user_id = \(id)::uuid),
                (select f.sealed_secret::text from totp_factors f where user_id = \(id)::uuid),
                (select string_agg(c::text, ',' order by c.code_hash) from recovery_codes c where user_id = \(id)::uuid),
                (select count(*) from email_changes where user_id = \(id)::uuid),
                (select string_agg(token_hash::text || s.awaits_second_factor, ',' order by s.id) from sessions s
                 where user_id = \(id)::uuid)
            ))
            """
        let state = try await stack.text(former)
        for path in Self.pages {
            let answer = try await waiting.get(path)
            let sentAway = answer.status == 303 && answer.header("location")?.hasPrefix("/sign-in") == true
            #expect(sentAway || answer.status == 401, "GET \(path): \(answer.status)")
            #expect(!answer.text.contains(person.email), "GET \(path)")
        }
        for (path, fields) in Self.forms {
            let answer = try await waiting.post(path, form: fields + [("current_password", person.password)])
            let sentAway = answer.status == 303 && answer.header("location")?.hasPrefix("/sign-in") == true
            #expect(sentAway || answer.status == 401, "POST \(path): \(answer.status)")
            let members = Dictionary(fields, uniquingKeysWith: { first, _ in first })
            #expect(try await waiting.json("/v1" + path, members).status.isOneOf(401, 404), "POST /v1\(path)")
            let token = try #require(await waiting.session())
            let program = Program(stack: stack)
            #expect(try await program.call(path, members, bearer: token).status.isOneOf(401, 404), "bearer /v1\(path)")
        }
        #expect(try await stack.text(former) == state, "nothing changed")
        #expect(try await person.browser.isSignedIn(), "control: the owner's other session lives")
    }

    private static let pages = [
        "/account", "/account/password", "/account/password/remove", "/account/email", "/account/second-factor",
        "/account/second-factor/qr.svg", "/account/second-factor/remove", "/account/second-factor/recovery-codes",
        "/account/confirm", "/v1/session",
    ]

    private static let forms: [(String, [(String, String)])] = [
        ("/account/password", [("new_password", "a quite long new password")]), ("/account/password/remove", []),
        ("/account/email", [("email", "elsewhere@people.example")]), ("/account/email/cancel", []),
        ("/account/second-factor", [("code", "123456")]), ("/account/second-factor/remove", [("code", "123456")]),
        ("/account/second-factor/recovery-codes", []), ("/account/confirm", [("password", "a quite long password")]),
    ]

    @Test("a recovery code opens once, also in parallel, and new ones void the former")
    func recoveryCodes() async throws {
        let stack = try await Installation.roomy()
        let (person, authenticator) = try await LocalPerson.withSecondFactor(at: stack)
        #expect(Set(authenticator.recoveryCodes).count == 10)
        let code = try #require(authenticator.recoveryCodes.first)
        var waiting: [Browser] = []
        for index in 0..<4 { waiting.append(try await person.waitingBrowser(node: index % 2)) }
        let answers = try await atOnce(waiting) { try await $0.passSecondFactor(code, as: "recovery_code") }
        #expect(answers.map(\.status).sorted() == [303, 401, 401, 401])
        let id = try await person.userID()
        #expect(try await stack.count("select count(*) from recovery_codes where user_id = \(id)::uuid") == 9)

        let renewed = try await person.browser.json("/v1/account/second-factor/recovery-codes")
        #expect(renewed.status == 200)
        let object = try JSONSerialization.jsonObject(with: Data(renewed.answer.body)) as? [String: Any]
        let codes = try #require(object?["recovery_codes"] as? [String])
        #expect(codes.count == 10 && Set(codes).isDisjoint(with: authenticator.recoveryCodes))
        let browser = try await person.waitingBrowser()
        #expect(
            try await browser.passSecondFactor(authenticator.recoveryCodes[1], as: "recovery_code").status == 401,
            "void"
        )
        #expect(try await browser.passSecondFactor(codes[0].lowercased(), as: "recovery_code").status == 303, "control")
    }
}
