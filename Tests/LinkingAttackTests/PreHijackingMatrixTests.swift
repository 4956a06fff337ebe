import Foundation
import Postgres
import TestSupport
import Testing

/// Every class of pre-hijacking, at every provider the owner may come by, for every state of the squatter's registration and every
/// word of the owner's provider about the address: no takeover, and no owner at a dead end (Sudhodanan and Paverd, USENIX
/// Security 2022).
@Suite("Pre-hijacking, every case", .enabled(if: Stack.isAvailable))
struct PreHijackingMatrixTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let kind: Squat.Kind
        let state: Squat.State
        let provider: String
        /// Whether the owner's provider has verified the address.
        let isVerified: Bool
        var testDescription: String {
            "\(kind.rawValue), \(state.rawValue), \(provider) \(isVerified ? "verified" : "unverified")"
        }
    }

    static let rows: [Row] = Squat.Kind.allCases.flatMap { kind in
        Squat.State.allCases.flatMap { state in
            ["google", "github", "twitter"].flatMap { provider in
                [true, false].map { Row(kind: kind, state: state, provider: provider, isVerified: $0) }
            }
        }
    }

    @Test("the table is whole: five classes, three providers, three states, two words")
    func whole() { #expect(Self.rows.count == 5 * 3 * 3 * 2) }

    @Test("L-1 L-2 L-3 L-4 L-5 L-6 L-8 G05 nobody is taken over, and the owner gets in", arguments: rows)
    func walk(_ row: Row) async throws {
        let stack = try await Scene.stack()
        let email = Scene.address()
        let squat = try await Squat.prepared(row.kind, row.state, at: stack, email: email)
        let owner = try await Visitor.opened(at: stack, row.provider, email: email, verified: row.isVerified)
        let browser = stack.browser(node: 1)
        let id = try await arrive(owner, in: browser, email)
        #expect(id != squat.user)
        if !row.isVerified {
            // Without the provider's word the account has no address yet; its owner proves it as anybody does.
            #expect(try await stack.count("select count(*) from user_emails where user_id = \(id)::uuid") == 0)
            try await prove(email, in: browser, stack)
        }
        #expect(
            try await stack.texts(
                "select user_id::text from user_emails where address = \(email) and verified_at is not null"
            ) == [id],
            "L-8"
        )
        try await expectOnly(owner, id, stack)
        // The owner's own coming ends what was prepared where the mailbox was proven by the provider.
        if row.isVerified { try await squat.expectPowerless(over: id) } else { try await expectApart(squat, id) }
        try await expectOnly(owner, id, stack)
        #expect(try await browser.user() == id)
        let again = stack.browser()
        try await owner.arrive(in: again)
        #expect(try await again.user() == id, "and signs in again")
    }

    /// From the provider to a session, with a mailed code where one is asked for.
    private func arrive(_ owner: Visitor, in browser: Browser, _ email: String) async throws -> String {
        var answer = try await owner.arrive(in: browser)
        if answer.header("location") == "/confirm" {
            #expect(try await browser.post("/confirm/code/send").status == 303)
            answer = try await browser.post(
                "/confirm/code",
                form: [("code", try await owner.stack.code(to: email))]
            )
        }
        #expect(answer.status == 303 && answer.startsSession, "no dead end: \(answer.status) \(answer.sentence)")
        return try #require(try await browser.user())
    }

    /// Adds an address on the account page, by the mail to it.
    private func prove(_ email: String, in browser: Browser, _ stack: Stack) async throws {
        #expect(try await browser.post("/account/email", form: [("email", email)]).status == 200)
        let token = try await stack.token(to: email, of: "/account/email/confirm?token=")
        let proven = try await browser.post("/account/email/confirm", form: [("token", token)])
        #expect(proven.status == 303, "no dead end: \(proven.status) \(proven.sentence)")
    }

    /// The owner's account has the owner's identity and nothing else.
    private func expectOnly(_ owner: Visitor, _ id: String, _ stack: Stack) async throws {
        #expect(
            try await stack.texts("select subject from federated_identities where user_id = \(id)::uuid") == [
                owner.subject
            ]
        )
        for rows: SQL in [
            "select count(*) from passwords where user_id = \(id)::uuid",
            "select count(*) from totp_factors where user_id = \(id)::uuid",
            "select count(*) from recovery_codes where user_id = \(id)::uuid",
            "select count(*) from email_changes where user_id = \(id)::uuid",
            "select count(*) from user_emails where user_id = \(id)::uuid and verified_at is null",
        ] { #expect(try await stack.count(rows) == 0) }
    }

    /// Where the owner proved the mailbox by a mail of ours: what the squatter has is the squatter's, and not the owner's.
    private func expectApart(_ squat: Squat, _ id: String) async throws {
        let stack = squat.stack
        #expect(try await squat.browser.user() != id)
        let form = [("email", squat.email), ("password", squat.password)]
        let attacker = stack.browser()
        _ = try await attacker.post("/sign-in/password", form: form)
        #expect(try await attacker.user() == nil, "L-1")
        for trojan in squat.trojans {
            let later = stack.browser()
            try await trojan.arrive(in: later)
            #expect(try await later.user() != id, "L-3 L-5 L-6")
        }
        if squat.kind == .unexpiredEmailChange, squat.user != nil {
            _ = try await squat.browser.post("/account/email/confirm", form: [("token", squat.token)])
            #expect(
                try await stack.count(
                    "select count(*) from user_emails where address = \(squat.otherMailbox) and user_id = \(id)::uuid"
                ) == 0,
                "L-4"
            )
        }
        if squat.state == .waiting {
            let late = try await squat.browser.post("/verify", form: [("token", squat.token)])
            #expect(!late.startsSession, "\(late.status) \(late.sentence)")
        }
    }
}
