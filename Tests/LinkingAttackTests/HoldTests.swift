import Foundation
import Postgres
import TestSupport
import Testing

/// Arrivals that only an administrator lets in.
@Suite("Holds", .enabled(if: Stack.isAvailable))
struct HoldTests {
    /// Somebody who asked for an administrator, because no proof of the account is left to them.
    private func held(_ provider: String = "github") async throws -> (Owner, Visitor, Browser, id: String) {
        let stack = try await Scene.stack()
        let owner = try await Owner.signedUp(at: stack)
        let visitor = try await Visitor.opened(at: stack, provider, email: owner.email)
        let browser = stack.browser()
        #expect(try await visitor.arrive(in: browser).header("location") == "/confirm")
        let answer = try await browser.post("/confirm/hold")
        #expect(answer.status == 202 && answer.text.contains("waits since"), "\(answer.sentence)")
        let id = try #require(
            try await stack.text("select id::text from held_arrivals where subject = \(visitor.subject)")
        )
        return (owner, visitor, browser, id)
    }

    private func command(_ stack: Stack, _ arguments: [String]) async throws -> (status: Int32, output: String) {
        let process = try ChildProcess(
            "/bin/sh",
            ["-c", #""$@"; status=$?; echo "the end"; exit $status"#, "sh", Stack.programs + "/latchkey", "holds"]
                + arguments + stack.arguments,
            directory: Stack.root
        )
        let status = try await process.ended(within: 120)
        let output = try await eventually("the end of the output") {
            process.output.hasSuffix("the end\n") ? process.output : nil
        }
        return (status, output)
    }

    @Test("hold: approved into the account, the next sign-in gets in; both are told")
    func approved() async throws {
        let (owner, visitor, browser, id) = try await held()
        let stack = owner.stack
        #expect(try await visitor.owner() == nil)
        #expect(try await browser.user() == nil)
        #expect(try await command(stack, ["list"]).output.contains(id))
        let (status, output) = try await command(stack, ["approve", id, "--link", owner.id, "--by", "mia"])
        #expect(status == 0, "\(output)")
        #expect(try await visitor.owner() == owner.id)
        _ = try await stack.mail(to: owner.email, contains: "can now sign in to your account")
        let told = try await stack.mail(to: owner.email, contains: "has approved your sign-in")
        #expect(told.contains("GitHub") && !told.contains("github "), "providers are called as people call them")
        let later = stack.browser(node: 1)
        try await visitor.arrive(in: later)
        #expect(try await later.user() == owner.id)
        #expect(try await command(stack, ["approve", id, "--link", owner.id]).status != 0, "once")
    }

    @Test("hold: approved apart, it gets an account of its own without the address")
    func separate() async throws {
        let (owner, visitor, _, id) = try await held()
        #expect(try await command(owner.stack, ["approve", id, "--separate"]).status == 0)
        let later = owner.stack.browser()
        try await visitor.arrive(in: later)
        let user = try #require(try await later.user())
        #expect(user != owner.id)
        #expect(try await owner.stack.count("select count(*) from user_emails where user_id = \(user)::uuid") == 0)
    }

    @Test("hold: denied stays denied, and asking again makes no second row")
    func denied() async throws {
        let (owner, visitor, browser, id) = try await held()
        #expect(try await visitor.arrive(in: browser).header("location") == "/confirm", "the proofs stay open")
        #expect(try await browser.post("/confirm/hold").status == 202)
        #expect(try await command(owner.stack, ["deny", id, "--reason", "not known here"]).status == 0)
        try await visitor.arrive(in: browser)
        let answer = try await browser.post("/confirm/hold")
        #expect(answer.status == 403 && answer.text.contains("is not let in"), "\(answer.sentence)")
        #expect(!answer.text.contains("not known here"))
        #expect(
            try await owner.stack.count("select count(*) from held_arrivals where subject = \(visitor.subject)") == 1
        )
        #expect(try await visitor.owner() == nil)
    }

    @Test("hold: an administrator cannot move an identity, revive a user, or overrule an owner's block")
    func limits() async throws {
        let stack = try await Scene.stack()
        for kind in ["owned", "blocked", "disabled"] {
            let (owner, visitor, _, id) = try await held()
            let issuer = try #require(try await stack.text("select issuer from held_arrivals where id = \(id)::uuid"))
            switch kind {
            case "owned":
                let other = try await Owner.signedUp(at: stack)
                try await stack.run(
                    """
                    insert into federated_identities (id, user_id, provider, issuer, subject)
                    values (gen_random_uuid(), \(other.id)::uuid, 'github', \(issuer), \(visitor.subject))
                    """
                )
            case "blocked":
                try await stack.run(
                    """
                    insert into blocked_identities (user_id, issuer, subject, provider)
                    values (\(owner.id)::uuid, \(issuer), \(visitor.subject), 'github')
                    """
                )
            default: try await stack.run("update users set disabled_at = now() where id = \(owner.id)::uuid")
            }
            let (status, output) = try await command(stack, ["approve", id, "--link", owner.id])
            #expect(status != 0, "\(kind): \(output)")
            #expect(try await visitor.owner() != owner.id)
            #expect(try await stack.text("select status from held_arrivals where id = \(id)::uuid") == "pending")
        }
    }

    @Test("hold: the policy's own, for an unproven registration with a privileged role")
    func byPolicy() async throws {
        let stack = try await Scene.stack()
        let email = Scene.address()
        let squatter = try await Visitor.opened(at: stack, "twitter", email: nil)
        let squatting = stack.browser()
        try await squatter.arrive(in: squatting)
        let id = try #require(try await squatting.user())
        try await stack.run("insert into user_emails (user_id, address) values (\(id)::uuid, \(email))")
        try await stack.run("update users set roles = '{admin}' where id = \(id)::uuid")
        let visitor = try await Visitor.opened(at: stack, "google", email: email)
        for _ in 0..<2 {
            let answer = try await visitor.arrive(in: stack.browser())
            #expect(answer.status == 202 && answer.text.contains("waits since") && !answer.startsSession)
        }
        #expect(try await stack.count("select count(*) from held_arrivals where subject = \(visitor.subject)") == 1)
        #expect(try await squatting.user() == id, "nothing of the registration was touched")
    }
}
