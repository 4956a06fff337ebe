public import Accounts
public import Administration
import Postgres

extension PostgresStore: PolicyStore {
    /// The latest version and the candidate, in one statement.
    public func snapshot() async throws(StoreFailure) -> PolicySnapshot {
        let rows = try await run(
            """
            select v.number, v.text, v.policy_hash, v.author, v.reason, v.source, v.created_at, v.plan, v.difference,
                   v.chain_hash, s.text, s.policy_hash, s.author, s.started_at
            from (select) one
            left join (select * from policy_versions order by number desc limit 1) v on true
            left join policy_shadow s on true
            """
        )
        do {
            let row = try rows.one()
            let isThere = try row.decode(Int?.self, at: 0) != nil
            return PolicySnapshot(
                live: isThere ? try Self.version(row) : nil,
                shadow: try Self.shadow(row)
            )
        } catch {
            throw translate(error)
        }
    }

    /// One version.
    public func version(_ number: Int) async throws(StoreFailure) -> PolicyVersion? {
        try await versions(where: "number = \(number)").first
    }

    /// Every version, the oldest first.
    public func versions() async throws(StoreFailure) -> [PolicyVersion] {
        try await versions(where: "true")
    }

    private func versions(where condition: SQL) async throws(StoreFailure) -> [PolicyVersion] {
        let rows = try await run(
            """
            select number, text, policy_hash, author, reason, source, created_at, plan, difference, chain_hash
            from policy_versions where \(condition) order by number
            """
        )
        do {
            return try rows.decodeAll { (row) throws(PostgresFailure) in try Self.version(row) }
        } catch {
            throw translate(error)
        }
    }

    /// Whether a policy of that hash was ever in force.
    public func knows(policyHash: String) async throws(StoreFailure) -> Bool {
        let rows = try await run("select 1 from policy_versions where policy_hash = \(policyHash) limit 1")
        return rows.first != nil
    }

    /// The table is locked first, against everybody else who wants to add: whoever waited finds another version than the
    /// one they looked at.
    public func append(_ draft: PolicyDraft, after base: Int) async throws(StoreFailure) -> PolicyAppend {
        do {
            return try await client.transaction { transaction in
                let read = try await transaction.pipeline([
                    "lock table policy_versions in share row exclusive mode",
                    """
                    select v.number, v.text, v.policy_hash, v.author, v.reason, v.source, v.created_at, v.plan,
                           v.difference, v.chain_hash, clock_timestamp()
                    from (select) one
                    left join (select * from policy_versions order by number desc limit 1) v on true
                    """,
                ])
                let row = try read[1].one()
                let previous = try row.decode(Int?.self, at: 0) == nil ? nil : try Self.version(row)
                guard previous?.number ?? 0 == base else { return .moved(live: previous?.number ?? 0) }
                let now = try row.decode(Timestamp.self, at: 10)
                let version = PolicyVersion(draft, after: previous, at: Instant(now))
                _ = try await transaction.pipeline([
                    """
                    insert into policy_versions (number, text, policy_hash, author, reason, source, created_at, plan,
                                                 difference, chain_hash)
                    values (\(version.number), \(version.text), \(version.policyHash), \(version.author),
                            \(version.reason), \(version.source.rawValue), \(now), \(nullable: version.plan),
                            \(version.difference), \(version.chainHash))
                    """,
                    "select pg_notify('latchkey_policy', \(String(version.number)))",
                ])
                return .appended(version)
            }
        } catch let failure as PostgresFailure {
            throw translate(failure)
        } catch {
            throw .unavailable
        }
    }

    /// The one candidate.
    public func setShadow(_ shadow: StoredShadow?) async throws(StoreFailure) {
        do {
            let change: SQL =
                if let shadow {
                    """
                    insert into policy_shadow (text, policy_hash, author)
                    values (\(shadow.text), \(shadow.policyHash), \(shadow.author))
                    on conflict (only_row) do update
                    set text = excluded.text, policy_hash = excluded.policy_hash, author = excluded.author,
                        started_at = now()
                    """
                } else {
                    "delete from policy_shadow"
                }
            try await client.atomically([change, "select pg_notify('latchkey_policy', 'shadow')"])
        } catch {
            throw translate(error)
        }
    }

    /// By LISTEN, on a connection of its own.
    public func changes() -> AsyncStream<PolicySignal> {
        signals(of: "latchkey_policy") { event in
            switch event {
            case .notification, .overflowed: .changed
            case .linkLost: .lost
            case .linkRegained: .regained
            }
        }
    }

    private static func shadow(_ row: Row) throws(PostgresFailure) -> StoredShadow? {
        guard let text = try row.decode(String?.self, at: 10) else { return nil }
        return StoredShadow(
            text: text,
            policyHash: try row.decode(String.self, at: 11),
            author: try row.decode(String.self, at: 12),
            startedAt: Instant(try row.decode(Timestamp.self, at: 13))
        )
    }

    private static func version(_ row: Row) throws(PostgresFailure) -> PolicyVersion {
        PolicyVersion(
            PolicyDraft(
                text: try row.decode(String.self, at: 1),
                policyHash: try row.decode(String.self, at: 2),
                author: try row.decode(String.self, at: 3),
                reason: try row.decode(String.self, at: 4),
                source: PolicyVersion.Source(rawValue: try row.decode(String.self, at: 5)) ?? .file,
                plan: try row.decode(String?.self, at: 7),
                difference: try row.decode(String.self, at: 8)
            ),
            number: try row.decode(Int.self, at: 0),
            createdAt: Instant(try row.decode(Timestamp.self, at: 6)),
            chainHash: try row.decode(String.self, at: 9)
        )
    }
}
