import Postgres
import TestSupport
import Testing

/// An address that an account has proven, vouched for by a provider that does not run the mailbox: joined after a proof, and
/// only then.
@Suite("Link after proof", .enabled(if: Stack.isAvailable))
struct LinkAfterProofTests {
    static let providers = ["github", "twitter", "oidc-example"]

    /// An owner here, and a browser that has come back from a provider with the owner's address.
    private func waiting(
        _ provider: String = "github",
        prepare: (Owner) async throws -> Void = { _ in }
    ) async throws -> (Owner, Visitor, Browser) {
        let stack = try await Scene.stack()
        let owner = try await Owner.signedUp(at: stack)
        try await prepare(owner)
        let visitor = try await Visitor.opened(at: stack, provider, email: owner.email)
        let browser = stack.browser(node: 1)
        let answer = try await visitor.arrive(in: browser)
        #expect(answer.status == 303 && answer.header("location") == "/confirm" && !answer.startsSession)
        return (owner, visitor, browser)
    }

    private func expectNothingJoined(_ owner: Owner, _ visitor: Visitor, _ browser: Browser) async throws {
        #expect(try await visitor.owner() == nil)
        #expect(try await browser.user() == nil)
        #expect(try await owner.browser.user() == owner.id, "the owner's session stays")
    }

    @Test("G10 the password of the account joins it; the page says what to what", arguments: providers)
    func password(_ provider: String) async throws {
        let (owner, visitor, browser) = try await waiting(provider)
        let page = try await browser.get("/confirm")
        #expect(page.status == 200 && page.text.contains(owner.email) && page.text.contains(visitor.name))
        #expect(!page.text.contains(owner.id))
        try await expectNothingJoined(owner, visitor, browser)
        let wrong = try await browser.post("/confirm/password", form: [("password", "not the right one at all")])
        #expect(wrong.status == 401 && wrong.text.contains("This is not the right password."))
        try await expectNothingJoined(owner, visitor, browser)
        let right = try await browser.post("/confirm/password", form: [("password", owner.password)])
        #expect(right.status == 303 && right.leadsTo == "/account", "\(right.status) \(right.sentence)")
        #expect(try await browser.user() == owner.id)
        #expect(try await visitor.owner() == owner.id)
        #expect(
            try await visitor.decisions() == [
                "link_after_proof:email_code,linked_identity,password",
                "link_after_proof:email_code,linked_identity,password by password",
            ]
        )
        _ = try await owner.stack.mail(to: owner.email, contains: "can now sign in to your account")
        let again = owner.stack.browser()
        #expect(try await visitor.arrive(in: again).status == 303)
        #expect(try await again.user() == owner.id, "from now on it signs in")
    }

    @Test("P-1 a mailed code joins it, in the browser that began it and nowhere else; the mail says what to what")
    func mailedCode() async throws {
        let (owner, visitor, browser) = try await waiting()
        let sent = try await browser.post("/confirm/code/send")
        #expect(sent.status == 303 && sent.header("location") == "/confirm?mailed=1")
        #expect(try await browser.get("/confirm?mailed=1").text.contains("A mail with a code is on its way."))
        let mail = try await owner.stack.mail(to: owner.email, contains: "Type it nowhere else")
        #expect(mail.contains("GitHub as \(visitor.name)") && mail.contains("belongs to \(owner.email)"))
        #expect(!mail.contains("/confirm") && !mail.contains("token="), "no link that acts")
        let code = try await owner.stack.code(to: owner.email)
        for stranger in [owner.browser, owner.stack.browser()] {
            #expect(try await stranger.post("/confirm/code", form: [("code", code)]).status == 400)
        }
        try await expectNothingJoined(owner, visitor, browser)
        let answer = try await browser.post("/confirm/code", form: [("code", code)])
        #expect(answer.status == 303, "\(answer.sentence)")
        #expect(try await browser.user() == owner.id)
        #expect(try await visitor.owner() == owner.id)
    }

    @Test("P-11 five codes are compared, and then none, until another is mailed")
    func attempts() async throws {
        let (owner, visitor, browser) = try await waiting()
        _ = try await browser.post("/confirm/code/send")
        let code = try await owner.stack.code(to: owner.email)
        let wrong = code == "00000000" ? "00000001" : "00000000"
        for _ in 0..<5 { #expect(try await browser.post("/confirm/code", form: [("code", wrong)]).status == 401) }
        #expect(
            try await browser.post("/confirm/code", form: [("code", code)]).status == 401,
            "the right one comes too late"
        )
        try await expectNothingJoined(owner, visitor, browser)
        _ = try await browser.post("/confirm/code/send")
        let second = try await owner.stack.code(to: owner.email, besides: 1)
        #expect(try await browser.post("/confirm/code", form: [("code", second)]).status == 303)
    }

    @Test("G10 an identity that is linked already joins it; it signs nobody in by itself, and nobody else's does")
    func linkedIdentity() async throws {
        let stack = try await Scene.stack()
        let linked = try await Visitor.opened(at: stack, "google", email: nil)
        let (owner, visitor, browser) = try await waiting { owner in
            try await linked.arrive(in: owner.browser, at: "/account/link/")
        }
        #expect(try await linked.owner() == owner.id)
        let stranger = try await Visitor.opened(at: stack, "google", email: Scene.address())
        let refused = try await stranger.arrive(in: browser, at: "/confirm/identity/")
        #expect(refused.status == 403 && refused.text.contains("href=\"/confirm\""), "\(refused.sentence)")
        #expect(try await browser.user() == nil)
        #expect(try await stranger.owner() == nil)
        let proven = try await linked.arrive(in: browser, at: "/confirm/identity/")
        #expect(proven.header("location") == "/confirm", "\(proven.sentence)")
        try await expectNothingJoined(owner, visitor, browser)
        let question = try await browser.get("/confirm")
        #expect(question.text.contains("The account is yours"))
        let answer = try await browser.post("/confirm/finish")
        #expect(answer.status == 303, "\(answer.sentence)")
        #expect(try await browser.user() == owner.id)
        let decisions = try await visitor.decisions()
        let last = try #require(decisions.last)
        #expect(last.hasSuffix("by linked_identity"))
    }

    @Test("P-2 a second account at the provider cannot use the proof of the first")
    func anotherSubject() async throws {
        let (owner, visitor, browser) = try await waiting()
        let second = try await Visitor.opened(at: owner.stack, "github", email: owner.email)
        #expect(try await second.arrive(in: browser).header("location") == "/confirm")
        // What waits is the second one's now; the first one's is void.
        let answer = try await browser.post("/confirm/password", form: [("password", owner.password)])
        #expect(answer.status == 303)
        #expect(try await second.owner() == owner.id)
        #expect(try await visitor.owner() == nil)
        #expect(try await browser.problem("/confirm") == "nothing_to_confirm")
    }

    @Test(
        "P-4 a proof works once; linking, a new password and a reset void what waits",
        arguments: ["password", "reset"]
    )
    func voided(_ how: String) async throws {
        let (owner, visitor, browser) = try await waiting()
        let stack = owner.stack
        let other = stack.browser()
        let second = try await Visitor.opened(at: stack, "twitter", email: owner.email)
        #expect(try await second.arrive(in: other).header("location") == "/confirm")
        if how == "password" {
            #expect(try await browser.post("/confirm/password", form: [("password", owner.password)]).status == 303)
            #expect(try await visitor.owner() == owner.id)
            #expect(try await browser.post("/confirm/password", form: [("password", owner.password)]).status == 400)
        } else {
            _ = try await stack.browser().post("/reset", form: [("email", owner.email)])
            let mail = try await stack.mail(to: owner.email, contains: "/reset/confirm?token=")
            let token = try #require(mail.firstMatch(of: /token=(lkm_[A-Za-z0-9_-]+)/))
            let form = [("token", String(token.1)), ("password", "another harbour \(Scene.number())")]
            #expect(try await stack.browser().post("/reset/confirm", form: form).status < 400)
        }
        let late = try await other.post("/confirm/password", form: [("password", owner.password)])
        #expect(late.status == 400, "\(late.sentence)")
        #expect(try await second.owner() == nil)
    }

    @Test("P-2 what waits ends after its time")
    func expired() async throws {
        let (owner, visitor, browser) = try await waiting()
        try await owner.stack.run(
            "update pending_links set expires_at = now() - interval '1 second' where subject = \(visitor.subject)"
        )
        #expect(try await browser.problem("/confirm") == "nothing_to_confirm")
        #expect(try await browser.post("/confirm/password", form: [("password", owner.password)]).status == 400)
        try await expectNothingJoined(owner, visitor, browser)
    }

    @Test("64 confirmations at once over two nodes make one link")
    func race() async throws {
        let (owner, visitor, browser) = try await waiting()
        let secret = await browser.cookies["latchkey-flow"]
        let stack = owner.stack
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<64 {
                let one = stack.browser(node: number % 2)
                await one.set(cookie: "latchkey-flow", to: secret)
                group.addTask {
                    try await one.post("/confirm/password", form: [("password", owner.password)]).status
                }
            }
            var all: [Int] = []
            for try await status in group { all.append(status) }
            return all
        }
        #expect(statuses.count { $0 == 303 } == 1, "\(statuses.sorted())")
        #expect(try await visitor.owner() == owner.id)
        #expect(try await visitor.decisions().count == 2)
    }

    @Test("Leaving it leaves nothing behind")
    func left() async throws {
        let (owner, visitor, browser) = try await waiting()
        #expect(try await browser.post("/confirm/leave").header("location") == "/sign-in")
        #expect(try await browser.problem("/confirm") == "nothing_to_confirm")
        try await expectNothingJoined(owner, visitor, browser)
    }

    @Test("F-1 L-16 a form of another site proves nothing")
    func crossSite() async throws {
        let (owner, visitor, browser) = try await waiting()
        for path in ["password", "code/send", "code", "second-step", "finish", "leave", "identity/google"] {
            let answer = try await browser.post(
                "/confirm/\(path)",
                form: [("password", owner.password)],
                headers: ["Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"]
            )
            #expect(answer.status == 403)
        }
        try await expectNothingJoined(owner, visitor, browser)
    }
}
