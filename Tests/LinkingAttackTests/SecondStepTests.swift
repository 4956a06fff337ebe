import Accounts
import Cryptography
import Foundation
import Postgres
import TestSupport
import Testing

/// Accounts with a second step.
@Suite("Second steps of linking", .enabled(if: Stack.isAvailable))
struct SecondStepTests {
    /// Switches a second step on in a browser that is signed in; its secret and recovery codes.
    private func enrol(_ browser: Browser) async throws -> (TOTPSecret, [String]) {
        func json(_ path: String, _ members: [String: String]) async throws -> [String: Any] {
            let answer = try await browser.send(
                "POST",
                path,
                headers: [
                    "Origin": "@own", "Sec-Fetch-Site": "same-origin", "Content-Type": "application/json",
                    "Accept": "application/json",
                ],
                body: Array(try JSONSerialization.data(withJSONObject: members))
            )
            let object = try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any]
            guard answer.status == 200, let object else {
                throw NeverHappened(description: "\(path): \(answer.status) \(answer.text)")
            }
            return object
        }
        let text = try await json("/v1/account/second-factor", [:])["secret"] as? String ?? ""
        let secret = try #require(Base32.decode(text).flatMap { TOTPSecret(stored: $0) })
        let codes = try await json("/v1/account/second-factor/confirm", ["code": code(secret, -1)])["recovery_codes"]
        return (secret, codes as? [String] ?? [])
    }

    private func code(_ secret: TOTPSecret, _ steps: Int64 = 0) -> String {
        TOTP(secret).code(at: TOTP.step(at: Int64(Date().timeIntervalSince1970)) + steps)
    }

    @Test(
        "P-11 L-3 an account's second step comes after the password and before anything is joined",
        arguments: [true, false]
    )
    func secondStep(_ byRecoveryCode: Bool) async throws {
        let stack = try await Scene.stack()
        let owner = try await Owner.signedUp(at: stack)
        let (secret, recoveryCodes) = try await enrol(owner.browser)
        let visitor = try await Visitor.opened(at: stack, "github", email: owner.email)
        let browser = stack.browser(node: 1)
        #expect(try await visitor.arrive(in: browser).header("location") == "/confirm")
        let early = try await browser.post("/confirm/second-step", form: [("code", code(secret))])
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
            byRecoveryCode ? [("recovery_code", try #require(recoveryCodes.first))] : [("code", code(secret))]
        let answer = try await browser.post("/confirm/second-step", form: form)
        #expect(answer.status == 303 && answer.leadsTo == "/account", "\(answer.sentence)")
        #expect(try await browser.user() == owner.id, "the session waits for nothing any more")
        #expect(try await visitor.owner() == owner.id)
    }
}
