public import Accounts
public import Administration
import Postgres

import struct Foundation.UUID

extension PostgresStore: DecisionStore {
    private static let columns: SQL = """
        select id, decided_at, provider, domain, app, invited, link_only, facts, policy_version, policy, rule, outcome, reason,
               next_step, user_id, request_id, shadow_outcome
        from linking_decisions
        """

    /// The latest first.
    public func decisions(_ filter: DecisionFilter) async throws(StoreFailure) -> [RecordedDecision] {
        let since = filter.since.map { Timestamp(microseconds: $0.microseconds) }
        let until = filter.until.map { Timestamp(microseconds: $0.microseconds) }
        let rows = try await run(
            """
            \(Self.columns)
            where (\(filter.user == nil) or user_id = \(nullable: filter.user?.uuid))
              and (\(since == nil) or decided_at >= \(nullable: since))
              and (\(until == nil) or decided_at < \(nullable: until))
              and (\(filter.outcome == nil) or outcome = \(nullable: filter.outcome)
                   or split_part(outcome, ':', 1) = \(nullable: filter.outcome))
            order by decided_at desc, id desc limit \(filter.limit)
            """
        )
        return try recorded(rows)
    }

    /// One decision.
    public func decision(_ id: DecisionID) async throws(StoreFailure) -> RecordedDecision? {
        try recorded(try await run("\(Self.columns) where id = \(id.uuid)")).first
    }

    /// By outcomes, the most frequent first.
    public func shadowCounts(policyHash: String) async throws(StoreFailure) -> [ShadowCount] {
        let rows = try await run(
            """
            select outcome, shadow_outcome, count(*), (array_agg(id::text order by decided_at desc))[1:5]
            from linking_decisions where shadow_policy = \(policyHash)
            group by 1, 2 order by 3 desc, 1, 2
            """
        )
        do {
            return try rows.decodeAll { (row) throws(PostgresFailure) in
                ShadowCount(
                    outcome: try row.decode(String.self, at: 0),
                    shadowOutcome: try row.decode(String.self, at: 1),
                    count: try row.decode(Int.self, at: 2),
                    samples: try row.decode([String].self, at: 3)
                )
            }
        } catch {
            throw translate(error)
        }
    }

    private func recorded(_ rows: Rows) throws(StoreFailure) -> [RecordedDecision] {
        do {
            return try rows.decodeAll { (row) throws(PostgresFailure) in try Self.recorded(row) }.compactMap { $0 }
        } catch {
            throw translate(error)
        }
    }

    /// Nil for a provider whose name nobody could have written.
    private static func recorded(_ row: Row) throws(PostgresFailure) -> RecordedDecision? {
        guard let provider = ProviderID(try row.decode(String.self, at: 2)) else { return nil }
        let rule = try row.decode(String.self, at: 10)
        return RecordedDecision(
            id: DecisionID(try row.decode(UUID.self, at: 0)),
            decidedAt: Instant(try row.decode(Timestamp.self, at: 1)),
            context: LinkingContext(
                provider: provider,
                domain: try row.decode(String?.self, at: 3),
                app: try row.decode(String?.self, at: 4),
                linkOnly: try row.decode(Bool.self, at: 6),
                invited: try row.decode(Bool.self, at: 5)
            ),
            facts: try row.decode(String.self, at: 7),
            policyVersion: try row.decode(Int.self, at: 8),
            policyHash: try row.decode(String.self, at: 9),
            rule: rule.isEmpty ? nil : rule,
            outcome: try row.decode(String.self, at: 11),
            reason: try row.decode(String.self, at: 12),
            nextStep: try row.decode(String?.self, at: 13),
            user: try row.decode(UUID?.self, at: 14).map { UserID($0) },
            requestID: try row.decode(String?.self, at: 15),
            shadowOutcome: try row.decode(String?.self, at: 16)
        )
    }
}
