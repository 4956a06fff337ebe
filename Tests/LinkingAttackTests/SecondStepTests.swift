import Accounts
import Cryptography
import Foundation
import Postgres
import TestSupport
import Testing

/// Accounts with a second step.
@Suite("Second steps of linking", .enabled(if: Stack.isAvailable))
struct SecondStepTests {
    @Test(
        "P-11 L-3 an account's second step comes after the password and before anything is joined",
        arguments: [true, false]
    )
    func secondStep(_ byRecoveryCode: Bool) async throws {
        let stack = try await Scene.stack()
        let owner = try await Owner.signedUp(at: stack)
        let (secret, recoveryCodes) = try await owner.browser.enrol()
        let visitor = try await Visitor.opened(at: stack, "github", email: owner.email)
        let browser = stack.browser(node: 1)
        #expect(try await visitor.arrive(in: browser).header("location") == "/confirm")
        let early = try await browser.post("/confirm/second-step", form: [("code", secret.code())])
        #expect(early.status == 400, "P-10 not before the proof")
        let right = try await browser.post("/confirm/password", form: [("password", owner.password)])
        #expect(right.status == 303 && right.header("location") == "/confirm" && !right.startsSession)
        #expect(try await visitor.owner() == nil)
        let skipped = try await browser.post("/confirm/finish")
        #expect(skipped.header("location") == "/confirm" && !skipped.startsSession, "P-10 the step cannot be skipped")
        #expect(try await browser.get("/confirm").text.contains("Second step"))
        let wrong = try await browser.post("/confirm/second-step", form: [("code", "000000")])
        #expect([401, 303].contains(wrong.status))
        #expect(try await visitor.owner() == nil)
        let form =
            byRecoveryCode ? [("recovery_code", try #require(recoveryCodes.first))] : [("code", secret.code())]
        let answer = try await browser.post("/confirm/second-step", form: form)
        #expect(answer.status == 303 && answer.leadsTo == "/account", "\(answer.sentence)")
        #expect(try await browser.user() == owner.id, "the session waits for nothing any more")
        #expect(try await visitor.owner() == owner.id)
    }
}
