import Accounts
import Administration
import Postgres
import PostgresStore
import TestSupport
import Testing

import struct Logging.Logger

/// What is kept for a while only, and goes in small bites.
@Suite("Retention", .enabled(if: Stack.isAvailable))
struct RetentionTests {
    private static func count(_ stack: Stack, _ table: String, _ condition: String = "true") async throws -> Int {
        let all = try await stack.database.query(
            """
            select (xpath('/row/n/text()', query_to_xml(
                'select count(*) as n from ' || quote_ident(\(table)) || ' where ' || \(condition), false, true, '')))[1]::text
            """
        ).one().decode(String.self, at: 0)
        return Int(all) ?? -1
    }

    /// Ten rows of each kind, one for each of the last ten months.
    private static let rows = """
        insert into users (id) values ('00000000-0000-7000-8000-000000000001');
        insert into linking_decisions (id, decided_at, provider, issuer, subject_hash, facts, policy, rule, outcome, reason)
        select ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, now() - n * interval '30 days', 'google', 'i',
               '\\x00', 'f', 'p', '', 'hold', 'r'
        from generate_series(1, 10) n;
        insert into account_events (id, user_id, happened_at, kind)
        select gen_random_uuid(), '00000000-0000-7000-8000-000000000001', now() - n * interval '30 days', 'signed_up'
        from generate_series(1, 10) n;
        insert into jobs (id, queue, kind, payload, died_at)
        select gen_random_uuid(), 'q', 'k', '{}', case when n < 10 then now() - n * interval '30 days' end
        from generate_series(1, 10) n;
        insert into jobs (id, queue, kind, payload, due_at, claims)
        select gen_random_uuid(), queue, 'k', '{}', now() - n * interval '30 days', claims
        from generate_series(1, 3) n, (values ('a', 0), ('z', 0), ('z', 1)) waiting (queue, claims);
        insert into app_events (kind, payload, happened_at)
        select 'k', json_build_object('n', n), now() - (11 - n) * interval '30 days' from generate_series(1, 10) n;
        insert into held_arrivals (id, provider, issuer, subject, decision_id, last_seen_at, status, decided_at)
        select gen_random_uuid(), 'google', 'i', n::text,
               ('00000000-0000-7000-8000-' || lpad((case n when 3 then 10 else 9 end)::text, 12, '0'))::uuid,
               now() - n * interval '30 days', case when n = 2 then 'denied' else 'pending' end,
               case when n = 2 then now() - interval '10 days' end
        from generate_series(1, 3) n
        """

    @Test("each kind goes when its time is over, at most so many at once; what something still needs stays")
    func removed() async throws {
        let stack = try await Stack.start(nodes: 0)
        try await stack.database.runScript(Self.rows)
        let day: Int64 = 86_400
        let retention = Retention(
            decisions: .seconds(165 * day),
            accountEvents: .seconds(135 * day),
            appEvents: .seconds(105 * day),
            deadJobs: .seconds(75 * day),
            heldArrivals: .seconds(45 * day)
        )
        let store = PostgresStore(client: stack.database, logger: Logger(label: "test"), retention: retention)
        let first = try await store.removeExpired(limit: 2)
        #expect((1...12).contains(first), "two of each at most: \(first)")
        #expect(try await Self.count(stack, "account_events") == 8)
        while try await store.removeExpired(limit: 2) > 0 {}
        // 1 to 5, and the one that the arrival which still waits refers to.
        #expect(try await Self.count(stack, "linking_decisions") == 6)
        #expect(try await Self.count(stack, "linking_decisions", "id::text like '%9'") == 1)
        #expect(try await Self.count(stack, "account_events") == 4)
        // 1 and 2, and those that nobody has given up: all that somebody has taken once, and 1 and 2 of those that nobody took.
        #expect(try await Self.count(stack, "jobs") == 10)
        #expect(try await Self.count(stack, "jobs", "died_at is null") == 8)
        #expect(try await Self.count(stack, "jobs", "claims > 0") == 3)
        // 1 to 3, and the last of those whose time is over: the place of whoever has read everything.
        #expect(try await Self.count(stack, "app_events") == 4)
        #expect(try await Self.count(stack, "app_events", "(payload->>'n')::int >= 7") == 4)
        // The one that waits, and the one that was denied ten days ago.
        #expect(try await Self.count(stack, "held_arrivals") == 2)
        let place = try await stack.database.query("select min(sequence) from app_events").one().decode(
            Int64.self,
            at: 0
        )
        #expect(try await store.events(after: place, limit: 10)?.events.count == 3)
        #expect(try await store.events(after: place - 1, limit: 10) == nil)
        await stack.stop()
    }

    @Test("a node keeps what its settings say")
    func configured() async throws {
        let stack = try await Stack.start(
            nodes: 0,
            settings: [
                "retention.decisions=165d", "retention.account_events=135d", "retention.app_events=105d",
                "retention.dead_jobs=75d", "linking.hold_lifetime=45d",
            ]
        )
        try await stack.database.runScript(Self.rows)
        let node = try await Stack.startNode(stack.arguments)
        _ = try await eventually("what is over to be gone") { () -> Bool? in
            let left = [
                try await Self.count(stack, "linking_decisions"), try await Self.count(stack, "account_events"),
                try await Self.count(stack, "jobs"), try await Self.count(stack, "app_events"),
                try await Self.count(stack, "held_arrivals"),
            ]
            return left == [6, 4, 10, 4, 2] ? true : nil
        }
        node.process.signal(15)
        #expect(try await node.process.ended() == 0)
        await stack.stop()
    }
}
