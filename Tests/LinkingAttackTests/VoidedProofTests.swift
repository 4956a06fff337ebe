import Foundation
import Postgres
import TestSupport
import Testing

/// What waits for a proof does not survive a change of the account it waits for (Keycloak CVE-2026-92358: a proof outlived a link and
/// an unlink, and linked once more).
@Suite("Proofs and what voids them", .enabled(if: Stack.isAvailable))
struct VoidedProofTests {
    /// What happens to the account meanwhile, in the owner's hands.
    enum Change: String, CaseIterable, Sendable {
        case link, unlink, passwordChange, reset, addressChange, secondStep, claim
    }

    /// How far the half-done link has come.
    enum Progress: String, CaseIterable, Sendable {
        case asked, codeMailed, proven
    }

    static let cases = Change.allCases.flatMap { change in Progress.allCases.map { Row(change: change, progress: $0) } }

    struct Row: Sendable, CustomTestStringConvertible {
        let change: Change
        let progress: Progress
        var testDescription: String { "\(progress.rawValue), then \(change.rawValue)" }
    }

    /// An owner with Google linked, and a browser in which GitHub waits to be joined.
    private func waiting(
        _ progress: Progress
    ) async throws -> (owner: Owner, google: Visitor, visitor: Visitor, browser: Browser, code: String) {
        let stack = try await Scene.stack()
        let owner = try await Owner.signedUp(at: stack)
        let google = try await Visitor.opened(at: stack, "google", email: nil)
        #expect(try await google.arrive(in: owner.browser, at: "/account/link/").startsSession)
        let visitor = try await Visitor.opened(at: stack, "github", email: owner.email)
        let browser = stack.browser(node: 1)
        #expect(try await visitor.arrive(in: browser).header("location") == "/confirm")
        var code = ""
        if progress == .codeMailed {
            _ = try await browser.post("/confirm/code/send")
            code = try await stack.code(to: owner.email)
        }
        if progress == .proven {
            #expect(try await google.arrive(in: browser, at: "/confirm/identity/").header("location") == "/confirm")
            #expect(
                try await browser.get("/confirm").text.contains("/confirm/finish"),
                "nothing but one click is missing"
            )
        }
        return (owner, google, visitor, browser, code)
    }

    /// Sends what would have joined it.
    private func finish(
        _ progress: Progress,
        _ browser: Browser,
        password: String,
        code: String
    ) async throws -> HTTPExchange.Answer {
        switch progress {
        case .asked: try await browser.post("/confirm/password", form: [("password", password)])
        case .codeMailed: try await browser.post("/confirm/code", form: [("code", code)])
        case .proven: try await browser.post("/confirm/finish")
        }
    }

    @Test(
        "P-4 a half-done link is void after a link, an unlink, a new password, a reset, another address, a second step and a claim",
        arguments: cases
    )
    func voided(_ row: Row) async throws {
        let (owner, google, visitor, browser, code) = try await waiting(row.progress)
        let stack = owner.stack
        let password = try await change(row.change, owner, google)
        let late = try await finish(row.progress, browser, password: password, code: code)
        #expect(late.status == 400 && !late.startsSession, "\(late.status) \(late.sentence)")
        #expect(try await visitor.owner() == nil)
        #expect(try await browser.user() == nil)
        #expect(try await browser.problem("/confirm") == "nothing_to_confirm")
        #expect(try await stack.count("select count(*) from pending_links where user_id = \(owner.id)::uuid") == 0)
        #expect(try await visitor.decisions().count == 1, "asked once, and nothing carried out")
    }

    @Test("P-4 the control: without a change each of them joins it", arguments: Progress.allCases)
    func control(_ progress: Progress) async throws {
        let (owner, _, visitor, browser, code) = try await waiting(progress)
        let done = try await finish(progress, browser, password: owner.password, code: code)
        #expect(done.status == 303 && done.startsSession, "\(done.status) \(done.sentence)")
        #expect(try await visitor.owner() == owner.id)
    }

    /// Carries a change out as the owner does it; the password the account has afterwards.
    private func change(_ change: Change, _ owner: Owner, _ google: Visitor) async throws -> String {
        let stack = owner.stack
        switch change {
        case .link:
            let another = try await Visitor.opened(at: stack, "twitter", email: nil)
            #expect(try await another.arrive(in: owner.browser, at: "/account/link/").startsSession)
        case .unlink:
            let id = try await stack.text(
                "select id::text from federated_identities where subject = \(google.subject)"
            )
            let path = "/account/identities/\(id ?? "")/remove"
            #expect(try await owner.browser.post(path).header("location") == "/account?done=identity_removed")
        case .passwordChange:
            let password = "another harbour \(Scene.number())"
            let form = [("current_password", owner.password), ("new_password", password)]
            #expect(try await owner.browser.post("/account/password", form: form).status == 303)
            return password
        case .reset:
            let password = "another harbour \(Scene.number())"
            _ = try await stack.browser().post("/reset", form: [("email", owner.email)])
            let token = try await stack.token(to: owner.email, of: "/reset/confirm?token=")
            let form = [("token", token), ("password", password)]
            #expect(try await stack.browser().post("/reset/confirm", form: form).status < 400)
            return password
        case .addressChange:
            let address = Scene.address()
            #expect(try await owner.browser.post("/account/email", form: [("email", address)]).status == 200)
            let token = try await stack.token(to: address, of: "/account/email/confirm?token=")
            #expect(try await owner.browser.post("/account/email/confirm", form: [("token", token)]).status == 303)
        case .secondStep:
            _ = try await owner.browser.enrol()
        case .claim:
            // Another address that the account holds and never proved goes to its owner.
            let address = Scene.address()
            try await stack.run("insert into user_emails (user_id, address) values (\(owner.id)::uuid, \(address))")
            let claimant = stack.browser()
            let visitor = try await Visitor.opened(at: stack, "twitter", email: address)
            #expect(try await visitor.arrive(in: claimant).header("location") == "/confirm")
            _ = try await claimant.post("/confirm/code/send")
            let code = try await stack.code(to: address)
            #expect(try await claimant.post("/confirm/code", form: [("code", code)]).startsSession)
            #expect(try await claimant.user() == visitor.owner())
            #expect(try await claimant.user() != owner.id)
        }
        return owner.password
    }

    @Test("P-4 L-8 of two who wait to claim one address the second finds it taken, and is asked again")
    func claims() async throws {
        let stack = try await Scene.stack()
        let email = Scene.address()
        let squatter = stack.browser()
        try await Visitor.opened(at: stack, "twitter", email: nil).arrive(in: squatter)
        let id = try #require(try await squatter.user())
        try await stack.run("insert into user_emails (user_id, address) values (\(id)::uuid, \(email))")
        var waiting: [(Visitor, Browser, String)] = []
        for (index, provider) in ["github", "oidc-example"].enumerated() {
            let visitor = try await Visitor.opened(at: stack, provider, email: email)
            let browser = stack.browser(node: index)
            #expect(try await visitor.arrive(in: browser).header("location") == "/confirm")
            _ = try await browser.post("/confirm/code/send")
            waiting.append((visitor, browser, try await stack.code(to: email, besides: index)))
        }
        let (first, second) = (waiting[0], waiting[1])
        let claimed = try await first.1.post("/confirm/code", form: [("code", first.2)])
        #expect(claimed.status == 303 && claimed.startsSession)
        let late = try await second.1.post("/confirm/code", form: [("code", second.2)])
        #expect([400, 409].contains(late.status) && !late.startsSession, "\(late.status) \(late.sentence)")
        #expect(try await second.0.owner() == nil)
        #expect(try await stack.count("select count(*) from claim_receipts where address = \(email)") == 1)
        let again = try await second.0.arrive(in: second.1)
        #expect(again.header("location") == "/confirm", "no dead end: it is an account's by now, and can be proven")
    }
}
