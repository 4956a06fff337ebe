import Postgres

extension PostgresStore {
    /// Statements that remove, each at most `limit` rows, what has been kept for long enough.
    static func removals(_ retention: Retention, limit: Int) -> [SQL] {
        [
            // Nobody came back, or nobody needs to know any more; whoever arrives again waits again.
            """
            delete from held_arrivals where id in (
                select id from held_arrivals
                where coalesce(decided_at, last_seen_at) < now() - make_interval(secs => \(retention.heldArrivals.seconds))
                limit \(limit) for update skip locked
            )
            """,
            """
            delete from linking_decisions where id in (
                select id from linking_decisions d
                where decided_at < now() - make_interval(secs => \(retention.decisions.seconds))
                  and not exists (select from held_arrivals h where h.decision_id = d.id)
                order by decided_at limit \(limit) for update of d skip locked
            )
            """,
            """
            delete from account_events where id in (
                select id from account_events
                where happened_at < now() - make_interval(secs => \(retention.accountEvents.seconds))
                order by happened_at limit \(limit) for update skip locked
            )
            """,
            """
            delete from jobs where id in (
                select id from jobs where died_at < now() - make_interval(secs => \(retention.deadJobs.seconds))
                limit \(limit) for update skip locked
            )
            """,
            untakenJobs(retention.deadJobs, limit: limit),
            // Of those whose time is over the latest stays, so that a reader who has read everything finds its place; one who finds it
            // gone has been away for longer, and has to read everything anew.
            """
            delete from app_events where sequence in (
                select sequence from app_events e
                where happened_at < now() - make_interval(secs => \(retention.appEvents.seconds))
                  and exists (
                      select from app_events later
                      where later.happened_at < now() - make_interval(secs => \(retention.appEvents.seconds))
                        and (later.transaction, later.sequence) > (e.transaction, e.sequence))
                limit \(limit) for update of e skip locked
            )
            """,
            settledEvents,
        ] + (retention.upstreamProviders.map { [unkeptTokens(besides: $0, limit: limit)] } ?? [])
    }

    /// Jobs that nobody ever took, as mails are where no mail server is configured: they would pile up for ever. Queue by queue, so that
    /// what is due is found in the index, however much waits.
    private static func untakenJobs(_ age: Duration, limit: Int) -> SQL {
        """
        delete from jobs where id in (
            with recursive queues as (
                (select queue from jobs where died_at is null order by queue limit 1)
                union all
                select (select queue from jobs where died_at is null and queue > q.queue order by queue limit 1)
                from queues q where q.queue is not null
            )
            select untaken.id from queues, lateral (
                select id from jobs
                where queue = queues.queue and died_at is null and claims = 0
                  and due_at < now() - make_interval(secs => \(age.seconds))
                order by due_at limit \(limit) for update skip locked
            ) untaken limit \(limit)
        )
        """
    }

    /// Tokens of providers that the operator has kept no longer (C13).
    private static func unkeptTokens(besides providers: Set<String>, limit: Int) -> SQL {
        """
        delete from upstream_tokens where identity_id in (
            select t.identity_id from upstream_tokens t join federated_identities f on f.id = t.identity_id
            where f.provider <> all (\(providers.sorted())) limit \(limit) for update of t skip locked
        )
        """
    }

    /// Transactions are counted by each database server for itself. Events that came from another one with a restored copy may
    /// carry numbers that are still to be given out here, and would be waited for; whatever is here by then is settled, so all of
    /// it goes before everything that is to come.
    static var settledEvents: SQL {
        """
        update app_events set transaction = '0' where transaction <> '0' and exists (
            select from app_events where transaction >= pg_snapshot_xmax(pg_current_snapshot()))
        """
    }
}
