import Foundation
import Postgres
import TestSupport
import Testing

/// Every way by which an identity comes to an account, black box: each leaves a row of the one decision behind (better-auth
/// GHSA-g38m-r43w-p2q7: a second path had a laxer opinion). That there is no other way in the sources is tested in AccountsTests.
@Suite("Entry points of linking", .enabled(if: Stack.isAvailable))
struct EntryPointTests {
    enum Door: String, CaseIterable, Sendable {
        case callback, formPost, accountPage, password, mailedCode, linkedIdentity, secondStep, claim, claimWithCode
    }

    /// What came of a door: who came, the last answer, and what the decision has to say.
    private struct Passage {
        let visitor: Visitor
        let answer: HTTPExchange.Answer
        let outcome: String
    }

    @Test("L-9 every entry point asks the one decision under the one policy, and records it", arguments: Door.allCases)
    func recorded(_ door: Door) async throws {
        let stack = try await Scene.stack()
        let passage = try await pass(door, stack)
        #expect(passage.answer.status == 303, "\(passage.answer.status) \(passage.answer.sentence)")
        #expect(try await passage.visitor.owner() != nil)
        let inForce = try await stack.text("select policy_hash from policy_versions order by number desc limit 1")
        let rows = try await stack.texts(
            """
            select outcome || coalesce(' by ' || proven_by, '') || ' ' || policy from linking_decisions
            where request_id = \(passage.answer.header("x-request-id") ?? "")
            """
        )
        #expect(rows == ["\(passage.outcome) \(inForce ?? "")"], "one row, of this request")
        #expect(try await passage.visitor.decisions().last == passage.outcome, "and it is about this identity")
    }

    private func pass(_ door: Door, _ stack: Stack) async throws -> Passage {
        let proofs = "link_after_proof:email_code,linked_identity,password"
        switch door {
        case .callback:
            let visitor = try await Visitor.opened(at: stack, "github", email: Scene.address())
            return Passage(visitor: visitor, answer: try await visitor.arrive(in: stack.browser()), outcome: "create")
        case .formPost: return try await posted(stack)
        case .accountPage:
            let owner = try await Owner.signedUp(at: stack)
            let visitor = try await Visitor.opened(at: stack, "github", email: nil)
            let answer = try await visitor.arrive(in: owner.browser, at: "/account/link/")
            return Passage(visitor: visitor, answer: answer, outcome: "link")
        case .password, .mailedCode, .linkedIdentity, .secondStep:
            let owner = try await Owner.signedUp(at: stack)
            let linked = try await Visitor.opened(at: stack, "google", email: nil)
            if door == .linkedIdentity { try await linked.arrive(in: owner.browser, at: "/account/link/") }
            let secret = door == .secondStep ? try await owner.browser.enrol().0 : nil
            let visitor = try await Visitor.opened(at: stack, "github", email: owner.email)
            let browser = stack.browser(node: 1)
            #expect(try await visitor.arrive(in: browser).header("location") == "/confirm")
            switch door {
            case .mailedCode:
                _ = try await browser.post("/confirm/code/send")
                let code = try await stack.code(to: owner.email)
                let answer = try await browser.post("/confirm/code", form: [("code", code)])
                return Passage(visitor: visitor, answer: answer, outcome: proofs + " by email_code")
            case .linkedIdentity:
                try await linked.arrive(in: browser, at: "/confirm/identity/")
                let answer = try await browser.post("/confirm/finish")
                return Passage(visitor: visitor, answer: answer, outcome: proofs + " by linked_identity")
            default:
                var answer = try await browser.post("/confirm/password", form: [("password", owner.password)])
                guard let secret else {
                    return Passage(visitor: visitor, answer: answer, outcome: proofs + " by password")
                }
                answer = try await browser.post("/confirm/second-step", form: [("code", secret.code())])
                return Passage(
                    visitor: visitor,
                    answer: answer,
                    outcome: "link_after_proof:linked_identity,password by password"
                )
            }
        case .claim, .claimWithCode:
            let email = Scene.address()
            let squatter = stack.browser()
            try await Visitor.opened(at: stack, "twitter", email: nil).arrive(in: squatter)
            let id = try #require(try await squatter.user())
            try await stack.run("insert into user_emails (user_id, address) values (\(id)::uuid, \(email))")
            let isSilent = door == .claim
            let visitor = try await Visitor.opened(at: stack, isSilent ? "google" : "github", email: email)
            let browser = stack.browser()
            var answer = try await visitor.arrive(in: browser)
            if !isSilent {
                _ = try await browser.post("/confirm/code/send")
                answer = try await browser.post("/confirm/code", form: [("code", try await stack.code(to: email))])
            }
            return Passage(
                visitor: visitor,
                answer: answer,
                outcome: isSilent ? "claim" : "claim_after_proof by email_code"
            )
        }
    }

    /// A provider that answers by a form that is posted from its own pages.
    private func posted(_ stack: Stack) async throws -> Passage {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("providers-\(Scene.number())").path
        try FileManager.default.copyItem(atPath: Stack.root + "/providers", toPath: folder)
        let path = folder + "/oidc-example.yaml"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let posting = text.replacing("authorization:\n", with: "authorization:\n  response_mode: form_post\n")
        try Data(posting.utf8).write(to: URL(fileURLWithPath: path))
        let node = try await Stack.startNode(stack.arguments + ["--set", "providers.directory=\(folder)"])
        let visitor = try await Visitor.opened(at: stack, "oidc-example", email: Scene.address())
        let browser = stack.browser()
        let callback = try await visitor.callback(in: browser)
        let parts = callback.split(separator: "?", maxSplits: 1).map(String.init)
        let there = await browser.copy(port: node.port)
        // As the provider's page sends it: from another site, without any cookie.
        let parked = try await Browser(port: node.port, origin: Stack.origin).send(
            "POST",
            parts[0],
            headers: [
                "Origin": "https://provider.example", "Sec-Fetch-Site": "cross-site",
                "Content-Type": "application/x-www-form-urlencoded",
            ],
            body: Array((parts.last ?? "").utf8)
        )
        let answer = try await there.get(try #require(parked.header("location"), "\(parked.status)"))
        return Passage(visitor: visitor, answer: answer, outcome: "create")
    }
}
