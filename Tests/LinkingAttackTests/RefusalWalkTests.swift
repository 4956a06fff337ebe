import Accounts
import Foundation
import Postgres
import TestSupport
import Testing

/// No dead ends: whatever the decision refuses or asks for, the page leads on, to being signed in or to somebody who can help.
@Suite("Walks from every refusal", .enabled(if: Stack.isAvailable))
struct RefusalWalkTests {
    /// A policy that is loaded gives none of these: the check refuses uncovered cases and broken invariants, and the store never
    /// gathers facts that contradict each other. Their pages are those of other reasons, see WebTests.
    static let neverMet: Set<RefusalReason> = [.noRule, .policyUnsafe, .contradictoryFacts]
    /// Met under policies of their own, below.
    static let bySignUp: Set<RefusalReason> = [.signUpClosed, .invitationRequired]

    @Test("Every reason there is has a walk")
    func complete() {
        let walked = Set(RefusalRow.all.map(\.reason)).union(Self.bySignUp).union(Self.neverMet)
        #expect(walked == Set(RefusalReason.allCases))
    }

    /// An honest page whose every step can be taken, and the row that says the same.
    private func expectHonest(_ refused: Refused, _ reason: RefusalReason) async throws {
        #expect(refused.answer.status == 403 && !refused.answer.startsSession, "\(refused.answer.status)")
        #expect(refused.answer.sentence == Self.escaped(reason.sentence))
        let steps = Step.all(on: refused.answer)
        #expect(!steps.isEmpty)
        for step in steps where step.target.hasPrefix("/") {
            // In a browser of its own, so that the walk begins where the person stands.
            let copy = await refused.browser.copy(port: refused.browser.port)
            let next = try await step.taken(by: copy)
            #expect(next.leadsOn, "\(step) leads to \(next.status): \(next.sentence)")
        }
        let recorded = try await refused.visitor.stack.texts(
            """
            select outcome || ' ' || coalesce(next_step, 'none') from linking_decisions
            where request_id = \(refused.answer.header("x-request-id") ?? "")
            """
        )
        #expect(recorded == ["refuse:\(reason.rawValue) \(reason.nextStep.rawValue)"])
    }

    static func escaped(_ text: String) -> String { text.replacing("&", with: "&amp;").replacing("'", with: "&#39;") }

    @Test("L-9 what follows a refusal can be done and ends well", arguments: RefusalRow.all)
    func walk(_ row: RefusalRow) async throws {
        let refused = try await row.meet(try await RefusalScene.stack())
        try await expectHonest(refused, row.reason)
        try await row.goOn(refused)
    }

    @Test(
        "closed and invited sign-up: who has an account gets in and adds the identity, who has none knows whom to ask"
    )
    func signUp() async throws {
        let path = try RefusalScene.file(Self.policy(signUp: "invited"))
        let stack = try await Stack.start(
            settings: Scene.settings + ["contact=https://help.example/accounts", "linking.policy_file=\(path)"]
        )
        for (signUp, reason) in [("invited", RefusalReason.invitationRequired), ("closed", .signUpClosed)] {
            try Data(Self.policy(signUp: signUp).utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
            let owner = try await Self.imported(stack)
            let visitor = try await Visitor.opened(at: stack, "github", email: nil)
            let refused = try await eventually("the policy \(signUp)") { () -> Refused? in
                let browser = stack.browser()
                let answer = try await visitor.arrive(in: browser)
                guard answer.sentence == Self.escaped(reason.sentence) else { return nil }
                return Refused(answer: answer, browser: browser, visitor: visitor, owner: owner)
            }
            try await expectHonest(refused, reason)
            let help = Step.all(on: refused.answer).filter { $0.target == "https://help.example/accounts" }
            #expect(help.map(\.label) == [signUp == "invited" ? "Ask for an invitation" : "Ask the administrator"])
            try await refused.go()
            try await refused.signIn()
            try await refused.addAndUse()
        }
        await stack.stop()
    }

    private static func policy(signUp: String) -> String {
        "version: 1\nsign_up: \(signUp)\ndormant_after: 540d\nrules:\n" + RefusalScene.standardRules
    }

    /// An owner where nobody signs up: the account is that of another installation.
    private static func imported(_ stack: Stack) async throws -> Owner {
        let template = try await Owner.signedUp(at: try await RefusalScene.stack())
        let hash = try await template.stack.text("select hash from passwords where user_id = \(template.id)::uuid")
        try await stack.run("insert into users (id) values (\(template.id)::uuid)")
        try await stack.run(
            """
            insert into user_emails (user_id, address, verified_at, is_primary)
            values (\(template.id)::uuid, \(template.email), now(), true)
            """
        )
        try await stack.run(
            """
            insert into passwords (user_id, hash, meets_single_factor)
            values (\(template.id)::uuid, \(hash ?? ""), true)
            """
        )
        return Owner(
            stack: stack,
            browser: stack.browser(),
            email: template.email,
            password: template.password,
            id: template.id
        )
    }

    @Test("hold: the page names since when, and whom to ask, and every step on it can be taken")
    func held() async throws {
        let stack = try await RefusalScene.stack()
        let visitor = try await Visitor.opened(at: stack, "google", email: Scene.address("held.example"))
        let browser = stack.browser()
        let answer = try await visitor.arrive(in: browser)
        #expect(answer.status == 202 && answer.text.contains("waits since"))
        let refused = Refused(answer: answer, browser: browser, visitor: visitor, owner: nil)
        try refused.expectHelp()
        try await refused.go()
    }

    @Test("claim_after_proof: where no mail can be sent an administrator can be asked")
    func claimWithoutMail() async throws {
        let stack = try await RefusalScene.stack()
        let email = Scene.address()
        let squatter = try await Visitor.opened(at: stack, "twitter", email: Scene.address())
        let squatting = stack.browser()
        try await squatter.arrive(in: squatting)
        let id = try #require(try await squatting.user())
        try await stack.run("insert into user_emails (user_id, address) values (\(id)::uuid, \(email))")
        let visitor = try await Visitor.opened(at: stack, "github", email: email)
        let browser = Browser(port: try await RefusalScene.silentNode().port, origin: Stack.origin)
        #expect(try await visitor.arrive(in: browser).header("location") == "/confirm")
        let page = try await browser.get("/confirm")
        #expect(!page.text.contains("/confirm/code") && page.text.contains("action=\"/confirm/hold\""))
        let held = try await browser.post("/confirm/hold")
        #expect(held.status == 202, "\(held.sentence)")
        #expect(try await visitor.owner() == nil)
        #expect(try await squatting.user() == id, "nothing of the registration was touched")
        let withMail = stack.browser()
        let other = try await Visitor.opened(at: stack, "github", email: email)
        #expect(try await other.arrive(in: withMail).header("location") == "/confirm")
        let usual = try await withMail.get("/confirm")
        #expect(usual.text.contains("/confirm/code") && !usual.text.contains("/confirm/hold"), "the mailbox is enough")
    }

    @Test(
        "what a proof can fail with leads on as well: nothing that waits, somebody else's identity, a changed situation"
    )
    func proofs() async throws {
        let stack = try await RefusalScene.stack()
        let nothing = try await stack.browser().get("/confirm")
        #expect(nothing.status == 400)
        #expect(try await #require(Step.all(on: nothing).first).taken(by: stack.browser()).leadsOn)

        let owner = try await Owner.signedUp(at: stack)
        let visitor = try await Visitor.opened(at: stack, "github", email: owner.email)
        let browser = stack.browser()
        #expect(try await visitor.arrive(in: browser).header("location") == "/confirm")
        let stranger = try await Visitor.opened(at: stack, "google", email: nil)
        let refused = try await stranger.arrive(in: browser, at: "/confirm/identity/")
        #expect(refused.status == 403)
        let back = try await #require(Step.all(on: refused).first).taken(by: browser)
        #expect(back.status == 200 && back.text.contains("/confirm/password"), "to the other proofs")

        // Somebody else gets the identity while the person types the password.
        let other = try await Owner.signedUp(at: stack)
        try await stack.run(
            """
            insert into federated_identities (id, user_id, provider, issuer, subject)
            select gen_random_uuid(), \(other.id)::uuid, provider, issuer, subject from pending_links
            where subject = \(visitor.subject)
            """
        )
        let changed = try await browser.post("/confirm/password", form: [("password", owner.password)])
        #expect(changed.status == 409, "\(changed.status) \(changed.sentence)")
        #expect(try await #require(Step.all(on: changed).first).taken(by: browser).leadsOn)
        #expect(try await browser.problem("/confirm") == "nothing_to_confirm", "and it waits no longer")
    }
}
