import Foundation
import Postgres
import TestSupport
import Testing

/// A provider that says nobody: no identifier, null, or an empty one (Keycloak CVE-2026-82968: a proof keyed by "null / GitHub").
@Suite("Identities without a subject", .enabled(if: Stack.isAvailable))
struct NullSubjectTests {
    /// How each provider's answer says who it is: in an ID token, in a profile, or in both.
    static let shapes: [(provider: String, misbehaviours: [String])] = ["missing-sub", "sub-null", "sub-empty"].flatMap
    {
        [
            ("google", [$0]), ("github", ["profile:" + $0]), ("twitter", ["profile:" + $0]), ("oidc-example", [$0]),
            ("oidc-example", ["profile:" + $0]),
        ]
    }

    /// Every key made of an issuer and a subject, wherever it is kept.
    private func keys(_ stack: Stack) async throws -> Int {
        try await stack.count(
            """
            select count(*) from (
                select issuer, subject from federated_identities union all select issuer, subject from pending_links
                union all select issuer, subject from held_arrivals union all select issuer, subject from blocked_identities
                union all select issuer, subject from identity_changes
            ) k where coalesce(btrim(issuer), '') = '' or lower(coalesce(btrim(subject), '')) in ('', 'null', 'nil', '0')
            """
        )
    }

    @Test(
        "P-3 G01 without a subject there is no key: no sign-in, no link, no proof of an account, and no row of a decision",
        arguments: shapes.indices
    )
    func refused(_ index: Int) async throws {
        let (provider, misbehaviours) = Self.shapes[index]
        let stack = try await Scene.stack()
        let owner = try await Owner.signedUp(at: stack)
        let nobody = try await Visitor.opened(at: stack, provider, email: owner.email)
            .reporting(owner.email, misbehaving: misbehaviours)
        // Signing in.
        let browser = stack.browser()
        let answer = try await nobody.arrive(in: browser)
        #expect([403, 502].contains(answer.status) && !answer.startsSession, "\(answer.status) \(answer.sentence)")
        #expect(try await browser.user() == nil)
        // Adding a way in.
        let added = try await nobody.arrive(in: owner.browser, at: "/account/link/")
        #expect([403, 502].contains(added.status))
        #expect(
            try await stack.count("select count(*) from federated_identities where user_id = \(owner.id)::uuid") == 0
        )
        #expect(try await owner.browser.user() == owner.id)
        // Proving an account: what waits goes on waiting, unproven.
        let other = provider == "github" ? "twitter" : "github"
        let waiting = try await Visitor.opened(at: stack, other, email: owner.email)
        #expect(try await waiting.arrive(in: browser).header("location") == "/confirm")
        let proof = try await nobody.arrive(in: browser, at: "/confirm/identity/")
        #expect([403, 502].contains(proof.status))
        #expect(try await browser.post("/confirm/finish").status == 400)
        #expect(try await waiting.owner() == nil)
        #expect(try await keys(stack) == 0)
        let decisions = try await stack.count(
            """
            select count(*) from linking_decisions
            where request_id in (\(answer.header("x-request-id") ?? ""), \(added.header("x-request-id") ?? ""))
            """
        )
        #expect(decisions == 0, "there was nobody to decide about")
        // The control: the same person, who has a subject again.
        let somebody = try await nobody.reporting(nil)
        #expect(try await somebody.arrive(in: owner.browser, at: "/account/link/").startsSession)
        #expect(try await somebody.owner() == owner.id)
    }

    @Test("P-3 the database keeps no key without an issuer and a subject, whoever writes it")
    func constraints() async throws {
        let stack = try await Scene.stack()
        let owner = try await Owner.signedUp(at: stack)
        let good = "'https://\(Scene.number()).example'"
        let keys = [(good, "'x'"), ("''", "'x'"), (good, "''"), ("null", "'x'"), (good, "null")]
        for (index, (issuer, subject)) in keys.enumerated() {
            for insert in Self.inserts(owner.id, issuer, subject) {
                guard index > 0 else {
                    try await stack.database.runScript(insert)
                    continue
                }
                await #expect(throws: PostgresFailure.self, "\(insert)") { try await stack.database.runScript(insert) }
            }
        }
    }

    /// One key, written to every place where one is kept.
    private static func inserts(_ user: String, _ issuer: String, _ subject: String) -> [String] {
        [
            """
            insert into federated_identities (id, user_id, provider, issuer, subject)
            values (gen_random_uuid(), '\(user)', 'github', \(issuer), \(subject))
            """,
            """
            insert into blocked_identities (user_id, provider, issuer, subject)
            values ('\(user)', 'github', \(issuer), \(subject))
            """,
            """
            insert into held_arrivals (id, provider, issuer, subject, decision_id)
            values (gen_random_uuid(), 'github', \(issuer), \(subject), gen_random_uuid())
            """,
            """
            insert into pending_links (id, browser_hash, purpose, provider, issuer, subject, user_id, proofs, decision_id, policy,
                                       return_to, expires_at)
            values (gen_random_uuid(), sha256(gen_random_uuid()::text::bytea), 'link_after_proof', 'github', \(issuer), \(subject),
                    '\(user)', '{password}', gen_random_uuid(), repeat('a', 64), '/', now())
            """,
        ]
    }
}
