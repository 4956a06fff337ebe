import Foundation
import Postgres
import TestSupport
import Testing

/// Accounts with a role the operator named privileged, and identities beside others of their issuer: nothing is silent.
@Suite("Privileged accounts", .enabled(if: Stack.isAvailable))
struct PrivilegedAccountTests {
    private func browser(_ stack: Stack) -> Browser { Browser(port: stack.nodes[0].port, origin: Stacks.httpsOrigin) }

    /// Somebody with this address, and a role.
    private func holder(
        _ email: String,
        verified: String = "true",
        role: String = "admin",
        on stack: Stack
    ) async throws -> (browser: Browser, user: String) {
        let persona = try await stack.persona("github", email: email, verified: verified)
        let browser = try await stack.signIn(persona, in: browser(stack))
        let user = try #require(try await stack.owner(persona))
        if verified == "false" {
            // Sign-ins keep no unproven address any more; an older release did.
            _ = try await stack.database.query(
                "insert into user_emails (user_id, address, is_primary) values (\(user)::uuid, \(email), true)"
            )
        }
        _ = try await stack.database.query("update users set roles = \([role]) where id = \(user)::uuid")
        return (browser, user)
    }

    private func rows(of user: String, on stack: Stack) async throws -> String? {
        try await stack.text(
            """
            select string_agg(t, ' ' order by t) from (
                select u::text as t from users u where id = \(user)::uuid
                union all select e::text from user_emails e where user_id = \(user)::uuid
                union all select f::text from federated_identities f where user_id = \(user)::uuid
                union all select s::text from sessions s where user_id = \(user)::uuid
            ) as everything
            """
        )
    }

    @Test(
        "link_after_proof: the mailbox operator's word alone does not reach a privileged account",
        arguments: [true, false]
    )
    func link(_ isPrivileged: Bool) async throws {
        let stack = try await Stacks.https()
        let email = Persona.freshAddress("gmail.com")
        let holder = try await holder(email, role: isPrivileged ? "admin" : "reader", on: stack)
        let before = try await rows(of: holder.user, on: stack)
        let google = try await stack.authoritative(email: email)
        let flow = try await stack.flow(google, in: browser(stack))
        let answer = try await flow.finish()
        let decision = try #require(try await stack.decisions(about: google).last)
        if isPrivileged {
            #expect(answer.header("location") == "/confirm" && !answer.startsSession)
            #expect(decision.outcome == "link_after_proof:linked_identity,password")
            #expect(decision.facts.contains("privileged=yes"))
            #expect(try await rows(of: holder.user, on: stack) == before)
        } else {
            #expect(answer.startsSession && decision.outcome == "link", "control: another role")
            #expect(try await flow.browser.user() == holder.user)
        }
    }

    @Test("hold: an unproven address with privileges waits for an administrator", arguments: ["google", "twitter"])
    func hold(_ provider: String) async throws {
        let stack = try await Stacks.https()
        let email = Persona.freshAddress("gmail.com")
        let holder = try await holder(email, verified: "false", on: stack)
        let before = try await rows(of: holder.user, on: stack)
        let flow = try await stack.flow(stack.persona(provider, email: email), in: browser(stack))
        let answer = try await flow.finish()
        #expect(answer.status == 202 && !answer.startsSession && answer.text.contains("administrator"))
        #expect(try #require(try await stack.decisions(about: flow.persona).last).outcome == "hold")
        #expect(try await rows(of: holder.user, on: stack) == before)
        #expect(try await stack.owner(flow.persona) == nil)
    }

    @Test(
        "link_after_proof: adding a way in to a privileged account, or a second of one issuer, asks for more",
        arguments: [
            "privileged", "recycled", "neither",
        ]
    )
    func addition(_ kind: String) async throws {
        let stack = try await Stacks.https()
        let role = kind == "privileged" ? "admin" : "reader"
        let holder = try await holder(Persona.freshAddress(), role: role, on: stack)
        let provider = kind == "recycled" ? "github" : "twitter"
        let added = try await stack.persona(provider, email: nil)
        let flow = try await stack.flow(added, in: holder.browser, at: "/account/link/")
        let before = try await rows(of: holder.user, on: stack)
        let answer = try await flow.finish()
        let decision = try #require(try await stack.decisions(about: added).last)
        if kind == "neither" {
            #expect(answer.startsSession && decision.outcome == "link", "control")
            #expect(try await stack.owner(added) == holder.user)
        } else {
            #expect(answer.header("location") == "/confirm" && !answer.startsSession)
            #expect(decision.outcome == "link_after_proof:linked_identity,password")
            #expect(decision.facts.contains("\(kind)=yes"))
            #expect(try await stack.owner(added) == nil)
            #expect(try await rows(of: holder.user, on: stack) == before)
        }
        #expect(try await holder.browser.user() == holder.user)
    }
}
