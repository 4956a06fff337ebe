import Accounts
import Foundation
import Postgres
import TestSupport
import Testing

extension Squat {
    /// Tries everything that was prepared, after the owner has come; none of it may lead to the owner's account.
    func expectPowerless(over owner: String) async throws {
        if user != nil { try await expectSessionDead() } else { #expect(try await browser.user() == nil) }
        switch kind {
        case .classicMerge: try await expectPasswordPowerless(owner)
        case .unexpiredSession:
            #expect(try await browser.get("/account").status != 200, "L-2")
            #expect(try await browser.post("/account/link/github").status == 401, "L-2")
        case .trojanIdentifier: try await expectTrojansPowerless(owner)
        case .unexpiredEmailChange: try await expectChangePowerless(owner)
        case .nonVerifyingProvider:
            for visitor in trojans {
                let later = stack.browser()
                try await visitor.arrive(in: later)
                #expect(try await later.user() != owner, "L-5")
                #expect(try await visitor.owner() != owner, "L-5")
            }
        }
        if state == .waiting {
            let late = try await browser.post("/verify", form: [("token", token)])
            #expect([400, 401].contains(late.status) && !late.startsSession, "\(late.status) \(late.sentence)")
        }
        #expect(try await browser.user() == nil || kind == .nonVerifyingProvider)
    }

    private func expectSessionDead() async throws {
        for node in stack.nodes {
            let old = Browser(port: node.port, origin: Stack.origin)
            await old.set(cookie: "latchkey", to: session)
            #expect(try await old.user() == nil, "L-2")
        }
    }

    private func expectPasswordPowerless(_ owner: String) async throws {
        var known = password
        if state == .unproven {
            known = try await stack.text("select display_name from users where id = \(user ?? "")::uuid") ?? password
        }
        let attacker = stack.browser()
        let form = [("email", email), ("password", known)]
        #expect(try await attacker.post("/sign-in/password", form: form).status == 401, "L-1")
        #expect(try await attacker.user() == nil, "L-1")
    }

    private func expectTrojansPowerless(_ owner: String) async throws {
        for visitor in trojans {
            if let callback, visitor.subject == trojans.last?.subject {
                let late = try await browser.get(callback)
                #expect(!late.startsSession, "L-3 the link that was under way: \(late.status)")
            }
            let later = stack.browser()
            try await visitor.arrive(in: later)
            #expect(try await later.user() != owner, "L-3 L-6")
            #expect(try await visitor.owner() != owner, "L-3 L-6")
        }
    }

    private func expectChangePowerless(_ owner: String) async throws {
        guard user != nil else { return }
        for one in [browser, stack.browser()] {
            let late = try await one.post("/account/email/confirm", form: [("token", token)])
            #expect([400, 401, 403].contains(late.status), "L-4 \(late.status)")
        }
        #expect(
            try await stack.count(
                "select count(*) from user_emails where address = \(otherMailbox) and user_id = \(owner)::uuid"
            ) == 0,
            "L-4"
        )
        #expect(try await stack.browser().post("/reset", form: [("email", otherMailbox)]).status == 200)
        let mailed = try await stack.count(
            "select count(*) from caught_mails where recipient = \(otherMailbox) and text_body like '%/reset/confirm%'"
        )
        #expect(mailed == 0, "L-4")
    }
}
