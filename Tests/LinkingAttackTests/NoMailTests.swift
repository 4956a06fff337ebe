import Foundation
import Postgres
import TestSupport
import Testing

/// An installation without local accounts: nothing can be proven by password or mail, and nobody is at a dead end for it.
@Suite("Linking without local accounts", .enabled(if: Stack.isAvailable))
struct NoMailTests {
    @Test(
        "L-3 an address that somebody registered and never proved: its owner is led to an administrator, who lets them in"
    )
    func claim() async throws {
        let stack = try await Stack.start(settings: ["password.enabled=false"])
        let squatter = try await Visitor.opened(at: stack, "twitter", email: nil)
        let squatting = stack.browser()
        try await squatter.arrive(in: squatting)
        let id = try #require(try await squatting.user())
        let email = Scene.address("people.example")
        try await stack.run("insert into user_emails (user_id, address) values (\(id)::uuid, \(email))")

        let visitor = try await Visitor.opened(at: stack, "github", email: email)
        let browser = stack.browser()
        #expect(try await visitor.arrive(in: browser).header("location") == "/confirm")
        let page = try await browser.get("/confirm")
        #expect(page.text.contains("Ask an administrator") && page.text.contains("No mail can be sent from here"))
        #expect(!page.text.contains("/confirm/code") && !page.text.contains("/confirm/password"))
        let asked = try await browser.post("/confirm/hold")
        #expect(asked.status == 202 && asked.text.contains("waits since"), "\(asked.sentence)")
        #expect(try await visitor.owner() == nil)
        let held = try #require(
            try await stack.text("select id::text from held_arrivals where subject = \(visitor.subject)")
        )
        let approve = try ChildProcess(
            Stack.programs + "/latchkey",
            ["holds", "approve", held, "--separate"] + stack.arguments,
            directory: Stack.root
        )
        #expect(try await approve.ended(within: 120) == 0)
        let later = stack.browser()
        #expect(try await visitor.arrive(in: later).startsSession)
        #expect(try await later.user() != id)
        await stack.stop()
    }

    @Test("L-3 where a mail can prove the mailbox, no administrator is asked about a claim")
    func withMail() async throws {
        let stack = try await Scene.stack()
        let squatter = try await Visitor.opened(at: stack, "twitter", email: nil)
        let squatting = stack.browser()
        try await squatter.arrive(in: squatting)
        let id = try #require(try await squatting.user())
        let email = Scene.address("people.example")
        try await stack.run("insert into user_emails (user_id, address) values (\(id)::uuid, \(email))")
        let visitor = try await Visitor.opened(at: stack, "github", email: email)
        let browser = stack.browser()
        #expect(try await visitor.arrive(in: browser).header("location") == "/confirm")
        #expect(try await !browser.get("/confirm").text.contains("Ask an administrator"))
        #expect(try await browser.post("/confirm/hold").status == 400)
        #expect(
            try await stack.count("select count(*) from held_arrivals where subject = \(visitor.subject)") == 0
        )
    }
}
