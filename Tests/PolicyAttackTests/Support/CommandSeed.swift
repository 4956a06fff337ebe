import Foundation
import Postgres
import TestSupport

/// A database whose every row that commands print is known: people, decisions, arrivals that wait.
enum CommandSeed {
    static func own() async throws -> PolicyStacks.Own { try await shared.value }
    private static let shared = Task { () throws -> PolicyStacks.Own in
        let own = try await PolicyStacks.own(nodes: 1)
        try await own.awaitVersion(1, node: 0)
        try await own.stack.database.runScript(people + decisions + arrivals)
        return own
    }

    static let ada = "00000000-0000-7000-8000-00000000000a"
    static let bob = "00000000-0000-7000-8000-00000000000b"
    static let nobody = "00000000-0000-7000-8000-0000000000ff"
    static let decision = "00000000-0000-7000-8000-0000000000d2"
    static let arrival = "00000000-0000-7000-8000-0000000000e1"

    private static let people = """
        insert into users (id, display_name) values ('\(ada)', 'Ada'), ('\(bob)', 'Bob');
        insert into user_emails (user_id, address, verified_at, is_primary) values
            ('\(ada)', 'ada@gmail.com', '2020-01-01T00:00:00Z', true),
            ('\(bob)', 'bob@example.org', '2020-01-01T00:00:00Z', true);

        """

    /// All of the last days: older ones are forgotten by and by.
    private static let decisions = """
        insert into linking_decisions (id, decided_at, provider, issuer, subject_hash, facts, domain, policy, policy_version,
                                       rule, outcome, reason, next_step, user_id, request_id)
        select v.id::uuid, v.at, v.provider, 'https://' || v.provider || '.example', sha256(v.id::bytea), v.facts, v.domain,
               p.policy_hash, 1, v.rule, v.outcome, v.reason, v.step, v.who::uuid, 'r' || right(v.id, 2)
        from (values
            ('00000000-0000-7000-8000-0000000000d1', now() - interval '5 days', 'google',
             '\(facts("authoritative", "none"))', 'gmail.com', 'newcomers', 'create', 'rule', null, '\(ada)'),
            ('\(decision)', now() - interval '4 days', 'github',
             '\(facts("verified", "verified"))', 'gmail.com', 'verified elsewhere',
             'link_after_proof:email_code,linked_identity,password', 'rule', 'prove_ownership', '\(ada)'),
            ('00000000-0000-7000-8000-0000000000d3', now() - interval '3 days', 'twitter',
             '\(facts("verified", "disabled"))', 'example.org', '', 'refuse:user_disabled', 'user_disabled',
             'contact_administrator', '\(bob)'),
            ('00000000-0000-7000-8000-0000000000d4', now() - interval '26 hours', 'google',
             '\(facts("authoritative", "verified"))', 'gmail.com', 'mailbox operator vouches for it', 'link', 'rule', null,
             '\(ada)'),
            ('00000000-0000-7000-8000-0000000000d5', now() - interval '25 hours', 'google',
             '\(facts("none", "none"))', null, 'newcomers', 'create', 'rule', null, '\(bob)')
        ) as v (id, at, provider, facts, domain, rule, outcome, reason, step, who), policy_versions p where p.number = 1;

        """

    private static func facts(_ email: String, _ account: String) -> String {
        "intent=sign_in session=none identity=unknown email=\(email) account=\(account) recycled=no privileged=no dormant=no"
    }

    private static let arrivals = """
        insert into held_arrivals (id, provider, issuer, subject, username, display_name, address, evidence, decision_id, user_id,
                                   status, arrived_at, decided_at, decided_by, note) values
            ('\(arrival)', 'github', 'https://github.com', '101', 'carol', 'Carol', 'ada@gmail.com', 'verified', '\(decision)',
             '\(ada)', 'pending', now() - interval '9 hours', null, null, null),
            ('00000000-0000-7000-8000-0000000000e2', 'twitter', 'https://x.com', '102', null, 'Dan', null, null, '\(decision)',
             null, 'pending', now() - interval '8 hours', null, null, null),
            ('00000000-0000-7000-8000-0000000000e3', 'google', 'https://accounts.google.com', '103', null, null,
             'eve@example.org', 'unverified', '\(decision)', '\(bob)', 'denied', now() - interval '7 hours',
             now() - interval '6 hours', 'grace', 'not known here');

        """
}
