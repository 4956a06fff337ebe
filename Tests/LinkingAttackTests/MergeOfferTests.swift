import Foundation
import Postgres
import TestSupport
import Testing

/// Adding a way in that belongs to one's own other account: the page that stops it offers to merge the two.
@Suite("The offer to merge", .enabled(if: Stack.isAvailable))
struct MergeOfferTests {
    /// Somebody with an account and a way in through GitHub, added some time ago, whose undo is over.
    private func settled(at stack: Stack, _ provider: String = "github") async throws -> (Owner, Visitor) {
        let owner = try await Owner.signedUp(at: stack)
        let visitor = try await Visitor.opened(at: stack, provider, email: nil)
        #expect(try await visitor.arrive(in: owner.browser, at: "/account/link/").startsSession)
        try await settle(owner.id, at: stack)
        return (owner, visitor)
    }

    private func settle(_ user: String, at stack: Stack) async throws {
        try await stack.run("update identity_changes set undo_until = now() where user_id = \(user)::uuid")
    }

    private func merge(in page: HTTPExchange.Answer) throws -> String {
        guard let found = page.text.firstMatch(of: /name="merge" value="([0-9a-f-]{36})"/) else {
            throw NeverHappened(description: "a merge in: \(page.status) \(page.text)")
        }
        return String(found.1)
    }

    private func pending(_ stack: Stack, _ stays: String) async throws -> Int {
        try await stack.count("select count(*) from pending_merges where user_id = \(stays)::uuid")
    }

    @Test("L-20 whoever holds both is led from the stopped page to the merge, and nothing moves before its button")
    func offered() async throws {
        let stack = try await Scene.stack()
        let (other, visitor) = try await settled(at: stack)
        let owner = try await Owner.signedUp(at: stack)
        let stopped = try await visitor.arrive(in: owner.browser, at: "/account/link/")
        #expect(stopped.status == 403 && !stopped.startsSession)
        #expect(stopped.text.contains("already belongs to another account here"), "\(stopped.sentence)")
        #expect(stopped.text.contains("href=\"/account/merge\""))
        #expect(!stopped.text.contains(other.email), "whose it is, is said after the second step only")
        let page = try await owner.browser.get("/account/merge")
        #expect(page.text.contains(owner.email) && page.text.contains(other.email) && page.text.contains("GitHub"))
        #expect(try await visitor.owner() == other.id, "nothing has happened yet")
        #expect(try await other.browser.user() == other.id)
        let done = try await owner.browser.post("/account/merge", form: [("merge", try merge(in: page))])
        #expect(done.status == 303, "\(done.sentence)")
        #expect(try await visitor.owner() == owner.id)
        #expect(try await owner.browser.user() == owner.id)
        #expect(try await other.browser.user() == nil)
        let later = stack.browser()
        #expect(try await visitor.arrive(in: later).startsSession)
        #expect(try await later.user() == owner.id)
        #expect(try await other.signIn().status == 401, "the password of the account that went")
    }

    @Test(
        "H15 no offer for a link that is younger than the session, one that can be undone, or an account with special rights"
    )
    func refused() async throws {
        let stack = try await Scene.stack()
        let owner = try await Owner.signedUp(at: stack)
        let (younger, visitor) = try await settled(at: stack)
        let stopped = try await visitor.arrive(in: owner.browser, at: "/account/link/")
        #expect(stopped.status == 403 && !stopped.text.contains("/account/merge"), "made since the session began")
        #expect(stopped.text.contains("unlink it there"))
        #expect(try await pending(stack, owner.id) == 0)

        let (undoable, second) = try await settled(at: stack)
        try await stack.run(
            "update identity_changes set undo_until = now() + interval '1 day' where user_id = \(undoable.id)::uuid"
        )
        let later = try await Owner.signedUp(at: stack)
        #expect(try await !second.arrive(in: later.browser, at: "/account/link/").text.contains("/account/merge"))

        try await stack.run("update users set roles = '{admin}' where id = \(younger.id)::uuid")
        #expect(try await !visitor.arrive(in: later.browser, at: "/account/link/").text.contains("/account/merge"))
        #expect(try await pending(stack, later.id) == 0, "not even prepared")
        let page = try await later.browser.get("/account/merge")
        #expect(!page.text.contains(younger.email) && !page.text.contains(undoable.email))

        // The controls: the same people, with what was in the way out of it.
        try await settle(undoable.id, at: stack)
        #expect(try await second.arrive(in: later.browser, at: "/account/link/").text.contains("/account/merge"))
        try await stack.run("update users set roles = '{}' where id = \(younger.id)::uuid")
        #expect(try await visitor.arrive(in: later.browser, at: "/account/link/").text.contains("/account/merge"))
    }

    @Test("H15 the offer is the session's that asked: no other session, and not once it has grown old")
    func bound() async throws {
        let stack = try await Scene.stack()
        let (other, visitor) = try await settled(at: stack)
        let owner = try await Owner.signedUp(at: stack)
        #expect(try await visitor.arrive(in: owner.browser, at: "/account/link/").text.contains("/account/merge"))
        let merge = try merge(in: try await owner.browser.get("/account/merge"))
        for stranger in [try await Owner.signedUp(at: stack).browser, other.browser] {
            #expect(try await stranger.post("/account/merge", form: [("merge", merge)]).status == 409)
        }
        try await stack.run(
            "update sessions set authenticated_at = now() - interval '1 day' where user_id = \(owner.id)::uuid"
        )
        let stale = try await owner.browser.post("/account/merge", form: [("merge", merge)])
        #expect(stale.status == 403, "\(stale.sentence)")
        #expect(try await visitor.owner() == other.id)
    }

    @Test("L-17 a provider that signs nobody in proves no account to merge")
    func linkOnly() async throws {
        let stack = try await Stack.start(settings: Scene.settings + ["providers.github.link_only=true"])
        let (_, visitor) = try await settled(at: stack)
        let (_, able) = try await settled(at: stack, "google")
        let owner = try await Owner.signedUp(at: stack)
        let stopped = try await visitor.arrive(in: owner.browser, at: "/account/link/")
        #expect(stopped.status == 403 && !stopped.text.contains("/account/merge"), "\(stopped.sentence)")
        let offered = try await able.arrive(in: owner.browser, at: "/account/link/")
        #expect(offered.text.contains("/account/merge"), "the control: \(offered.sentence)")
        await stack.stop()
    }
}
