public import Accounts
public import Administration
import Postgres

public import struct Foundation.UUID

extension PostgresStore: ReplayStore {
    /// Rows that one statement looks at: some hundredths of a second of one connection.
    private static let bite = 10_000
    /// The same as a part of the text: a plan that does not know it expects a tenth of the table, and sorts that.
    private static let biteLimit: SQL = "10000"

    /// As the planner of Postgres estimates it, so that nothing is counted for a progress bar.
    public func replaySizes(days: Int) async throws(StoreFailure) -> (decisions: Int, users: Int) {
        let rows = try await run(
            """
            select greatest(0, reltuples)::bigint from pg_class
            where oid in ('linking_decisions'::regclass, 'users'::regclass) order by relname
            """
        )
        do {
            let sizes = try rows.decodeAll { (row) throws(PostgresFailure) in try row.decode(Int.self, at: 0) }
            return (decisions: sizes.first ?? 0, users: sizes.last ?? 0)
        } catch {
            throw translate(error)
        }
    }

    /// Grouped by Postgres, so that what comes over is as small as the policies are simple.
    public func decisionGroups(
        after cursor: ReplayCursor?,
        days: Int,
        domains: [String],
        apps: [String]
    ) async throws(StoreFailure) -> ReplayChunk<DecisionKey> {
        // Two statements and no `or`: a plan that holds for both would begin at the oldest row every time.
        let onwards: SQL =
            if let cursor, let time = cursor.time {
                "(decided_at, id) > (\(Timestamp(microseconds: time.microseconds)), \(cursor.id))"
            } else {
                "decided_at > now() - make_interval(days => \(days)::integer)"
            }
        let rows = try await replay(
            """
            with bite as materialized (
                select id, decided_at, facts, provider, domain, app, invited, link_only from linking_decisions
                where \(onwards) order by decided_at, id limit \(Self.biteLimit)
            ), last as (
                select decided_at, id from bite order by decided_at desc, id desc limit 1
            )
            select facts, provider, case when domain = any(\(domains)) then domain when domain is not null then '*' end,
                   case when app = any(\(apps)) then app when app is not null then '*' end,
                   invited, link_only, count(*), (array_agg(id::text))[1:5],
                   (select decided_at from last), (select id from last), (select count(*) from bite)
            from bite group by 1, 2, 3, 4, 5, 6
            """
        )
        do {
            var groups: [ReplayGroup<DecisionKey>] = []
            for row in rows {
                guard let provider = ProviderID(try row.decode(String.self, at: 1)) else { continue }
                let context = LinkingContext(
                    provider: provider,
                    domain: try row.decode(String?.self, at: 2),
                    app: try row.decode(String?.self, at: 3),
                    linkOnly: try row.decode(Bool.self, at: 5),
                    invited: try row.decode(Bool.self, at: 4)
                )
                groups.append(
                    ReplayGroup(
                        key: DecisionKey(facts: try row.decode(String.self, at: 0), context: context),
                        count: try row.decode(Int.self, at: 6),
                        samples: try row.decode([String].self, at: 7)
                    )
                )
            }
            guard let row = rows.first else { return ReplayChunk(groups: [], rows: 0, next: nil) }
            let count = try row.decode(Int.self, at: 10)
            let last = ReplayCursor(
                time: Instant(try row.decode(Timestamp.self, at: 8)),
                id: try row.decode(UUID.self, at: 9)
            )
            return ReplayChunk(groups: groups, rows: count, next: count < Self.bite ? nil : last)
        } catch {
            throw translate(error)
        }
    }

    /// Users in the order of their ids, with their proven addresses.
    public func addressGroups(
        after cursor: ReplayCursor?,
        question: AddressQuestion
    ) async throws(StoreFailure) -> ReplayChunk<AddressKey> {
        let onwards: SQL = if let cursor { "id > \(cursor.id)" } else { "true" }
        let rows = try await replay(
            """
            with bite as materialized (
                select id, disabled_at is not null as disabled,
                       roles && \(question.privilegedRoles) or has_second_factor as privileged,
                       coalesce(last_sign_in_at < now() - make_interval(secs => \(nullable: question.dormantBefore.map(Double.init))),
                                false) as dormant_before,
                       coalesce(last_sign_in_at < now() - make_interval(secs => \(nullable: question.dormantAfter.map(Double.init))),
                                false) as dormant_after
                from users where \(onwards) order by id limit \(Self.biteLimit)
            ), known as (
                select b.*, split_part(e.address, '@', 2) as domain,
                       array(select distinct f.issuer from federated_identities f
                             where f.user_id = b.id and f.issuer = any(\(question.issuers)) order by 1) as issuers
                -- `offset 0` keeps the planner from reading every address for each bite: they are looked up one by one.
                from bite b cross join lateral (
                    select address from user_emails where user_id = b.id and verified_at is not null offset 0) e
            ), grouped as (
                select case when domain = any(\(question.domains)) then domain else '*' end as domain, disabled, privileged,
                       dormant_before, dormant_after, issuers, count(*) as people, (array_agg(id::text))[1:5] as samples
                from known group by 1, 2, 3, 4, 5, 6
            )
            select g.domain, g.disabled, g.privileged, g.dormant_before, g.dormant_after, g.issuers, g.people, g.samples,
                   l.id, l.number
            from (select (select id from bite order by id desc limit 1) as id, (select count(*) from bite) as number) l
            left join grouped g on true
            """
        )
        do {
            var groups: [ReplayGroup<AddressKey>] = []
            for row in rows {
                guard let domain = try row.decode(String?.self, at: 0) else { continue }
                let key = AddressKey(
                    domain: domain,
                    isDisabled: try row.decode(Bool.self, at: 1),
                    isPrivileged: try row.decode(Bool.self, at: 2),
                    wasDormant: try row.decode(Bool.self, at: 3),
                    isDormant: try row.decode(Bool.self, at: 4),
                    issuers: Set(try row.decode([String].self, at: 5))
                )
                groups.append(
                    ReplayGroup(
                        key: key,
                        count: try row.decode(Int.self, at: 6),
                        samples: try row.decode([String].self, at: 7)
                    )
                )
            }
            guard let row = rows.first, let last = try row.decode(UUID?.self, at: 8) else {
                return ReplayChunk(groups: groups, rows: 0, next: nil)
            }
            let count = try row.decode(Int.self, at: 9)
            return ReplayChunk(
                groups: groups,
                rows: count,
                next: count < Self.bite ? nil : ReplayCursor(time: nil, id: last)
            )
        } catch {
            throw translate(error)
        }
    }

    /// Keeps a plan for a day, and drops those that have expired.
    public func keep(_ plan: PolicyPlan, summary: String, author: String) async throws(StoreFailure) {
        guard let id = UUID(uuidString: plan.id) else { throw .broken }
        do {
            try await client.atomically([
                "delete from policy_plans where expires_at < now()",
                """
                insert into policy_plans (id, base_version, base_hash, policy_hash, days, summary, author)
                values (\(id), \(plan.baseVersion)::integer, \(plan.baseHash), \(plan.policyHash), \(plan.days)::integer,
                        \(summary), \(author))
                """,
            ])
        } catch {
            throw translate(error)
        }
    }

    /// What a plan said.
    public func planSummary(_ id: UUID) async throws(StoreFailure) -> String? {
        let rows = try await run("select summary from policy_plans where id = \(id) and expires_at > now()")
        do {
            return try rows.first?.decode(String.self, at: 0)
        } catch {
            throw translate(error)
        }
    }

    /// On a connection of its own, because on a shared one the statements of sign-ins would wait behind it; with one process of
    /// Postgres and no more, and with room to group a bite without writing it to disk.
    private func replay(_ statement: SQL) async throws(StoreFailure) -> Rows {
        do {
            return try await client.transaction { transaction in
                let answers = try await transaction.commit(after: [
                    """
                    select set_config('transaction_read_only', 'on', true), set_config('work_mem', '32MB', true),
                           set_config('max_parallel_workers_per_gather', '0', true), set_config('jit', 'off', true)
                    """,
                    statement,
                ])
                return answers[1]
            }
        } catch let failure as PostgresFailure {
            throw translate(failure)
        } catch {
            throw .unavailable
        }
    }
}
