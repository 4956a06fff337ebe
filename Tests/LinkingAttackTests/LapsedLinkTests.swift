import Foundation
import Postgres
import TestSupport
import Testing

/// A link that nobody used for long, under a policy that no longer trusts it.
@Suite("Lapsed links", .enabled(if: Stack.isAvailable))
struct LapsedLinkTests {
    private static let shared = Task { () throws -> Stack in
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("lapsing-\(Scene.number()).yaml").path
        let standard = try String(contentsOfFile: Stack.root + "/providers/linking-policy.yaml", encoding: .utf8)
        let text = standard.replacingOccurrences(of: "link_lapses_after: never", with: "link_lapses_after: 365d")
        guard text != standard else { throw NeverHappened(description: "a standard policy whose links never lapse") }
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return try await Stack.start(settings: Scene.settings + ["linking.policy_file=\(path)"])
    }

    /// An owner with a link that was last used two years ago, and a browser that has just come by it.
    private func lapsed() async throws -> (Owner, Visitor, Browser) {
        let stack = try await Self.shared.value
        let owner = try await Owner.signedUp(at: stack)
        let visitor = try await Visitor.opened(at: stack, "github", email: nil)
        #expect(try await visitor.arrive(in: owner.browser, at: "/account/link/").startsSession)
        try await stack.run(
            """
            update federated_identities set last_sign_in_at = now() - interval '730 days'
            where subject = \(visitor.subject)
            """
        )
        let browser = stack.browser()
        let answer = try await visitor.arrive(in: browser)
        #expect(answer.status == 303 && answer.header("location") == "/confirm" && !answer.startsSession)
        #expect(try await browser.user() == nil)
        return (owner, visitor, browser)
    }

    @Test("L-19 a lapsed link signs in after the password only, and is fresh again afterwards")
    func password() async throws {
        let (owner, visitor, browser) = try await lapsed()
        #expect(try await browser.post("/confirm/password", form: [("password", "not the right one")]).status == 401)
        #expect(try await browser.user() == nil)
        let right = try await browser.post("/confirm/password", form: [("password", owner.password)])
        #expect(right.status == 303, "\(right.sentence)")
        #expect(try await browser.user() == owner.id)
        let later = owner.stack.browser()
        #expect(try await visitor.arrive(in: later).startsSession)
        #expect(try await later.user() == owner.id)
    }

    @Test("L-19 a stranger with the lapsed identity and one of their own gets nowhere")
    func stranger() async throws {
        let (owner, visitor, browser) = try await lapsed()
        let own = try await Visitor.opened(at: owner.stack, "google", email: Scene.address())
        #expect(try await own.arrive(in: browser, at: "/confirm/identity/").status == 403)
        #expect(!(try await browser.post("/confirm/finish")).startsSession)
        #expect(try await browser.user() == nil)
        #expect(try await visitor.arrive(in: browser).header("location") == "/confirm", "still lapsed")
    }
}
