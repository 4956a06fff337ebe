import JSON
public import Jobs
import Postgres

public import struct Foundation.UUID

extension PostgresStore: JobStore {
    /// `for update skip locked` keeps simultaneous claims apart, the lease in `due_at` keeps later ones away.
    public func claim(
        queue: String,
        limit: Int,
        lease: Duration,
        excluding kinds: [String]
    ) async throws(JobStoreFailure) -> [ClaimedJob] {
        let rows = try await runForJobs(
            """
            with due as (
                select id from jobs
                where queue = \(queue) and died_at is null and due_at <= now() and kind <> all (\(kinds))
                order by due_at limit \(limit) for update skip locked
            )
            update jobs j
            set due_at = now() + make_interval(secs => \(lease.seconds)), attempts = attempts + 1, claims = claims + 1
            from due where j.id = due.id
            returning j.id, j.kind, j.payload, j.attempts, j.claims
            """
        )
        do {
            return try rows.map { row throws(PostgresFailure) in
                let payload = Array(try row.decode(String.self, at: 2).utf8)
                return ClaimedJob(
                    job: Job(
                        id: try row.decode(UUID.self, at: 0),
                        queue: queue,
                        kind: try row.decode(String.self, at: 1),
                        // What Postgres takes for JSON and our reader does not, such as a name that occurs twice, was not
                        // written by `enqueue`; the handler gives such a job up instead of everybody else's waiting for it.
                        payload: (try? JSONValue.parse(payload)) ?? .null
                    ),
                    attempt: Int(try row.decode(Int32.self, at: 3)),
                    claim: try row.decode(Int64.self, at: 4)
                )
            }
        } catch {
            throw JobStoreFailure(translate(error))
        }
    }

    /// Removes the row.
    public func complete(_ claimed: ClaimedJob) async throws(JobStoreFailure) -> Bool {
        try await settle("delete from jobs", claimed)
    }

    /// The next attempt is due after the wait.
    public func postpone(
        _ claimed: ClaimedJob,
        by delay: Duration,
        error: String
    ) async throws(JobStoreFailure) -> Bool {
        try await settle(
            """
            update jobs set due_at = now() + make_interval(secs => \(delay.seconds)), last_error = left(\(error), 200)
            """,
            claimed
        )
    }

    /// Due at once; others are woken, because this node claims nothing more.
    public func release(_ claimed: ClaimedJob) async throws(JobStoreFailure) -> Bool {
        let rows = try await runForJobs(
            """
            with released as (
                update jobs set due_at = now(), attempts = greatest(attempts - 1, 0)
                where id = \(claimed.job.id) and claims = \(claimed.claim) and died_at is null
                returning queue
            )
            select pg_notify('latchkey_jobs', queue) from released
            """
        )
        return rows.count == 1
    }

    /// The row stays, as a dead letter.
    public func bury(_ claimed: ClaimedJob, error: String) async throws(JobStoreFailure) -> Bool {
        try await settle("update jobs set died_at = now(), last_error = left(\(error), 200)", claimed)
    }

    private func settle(_ change: SQL, _ claimed: ClaimedJob) async throws(JobStoreFailure) -> Bool {
        try await runForJobs(
            "\(change) where id = \(claimed.job.id) and claims = \(claimed.claim) and died_at is null"
        ).affected == 1
    }

    /// Dead letters, the latest first.
    public func dead(queue: String?, limit: Int) async throws(JobStoreFailure) -> [DeadJob] {
        let rows = try await runForJobs(
            """
            select id, queue, kind, attempts, coalesce(last_error, ''), extract(epoch from now() - died_at)::float8
            from jobs where died_at is not null and queue = coalesce(\(nullable: queue), queue)
            order by died_at desc limit \(limit)
            """
        )
        do {
            return try rows.map { row throws(PostgresFailure) in
                DeadJob(
                    id: try row.decode(UUID.self, at: 0),
                    queue: try row.decode(String.self, at: 1),
                    kind: try row.decode(String.self, at: 2),
                    attempts: Int(try row.decode(Int32.self, at: 3)),
                    error: try row.decode(String.self, at: 4),
                    age: .seconds(max(0, try row.decode(Double.self, at: 5)))
                )
            }
        } catch {
            throw JobStoreFailure(translate(error))
        }
    }

    /// One dead letter lives again.
    public func revive(_ id: UUID) async throws(JobStoreFailure) -> Bool {
        try await revive(where: "id = \(id)") == 1
    }

    /// All dead letters live again.
    public func reviveAll(queue: String?) async throws(JobStoreFailure) -> Int {
        try await revive(where: "queue = coalesce(\(nullable: queue), queue)")
    }

    private func revive(where condition: SQL) async throws(JobStoreFailure) -> Int {
        let rows = try await runForJobs(
            """
            with revived as (
                update jobs set died_at = null, due_at = now(), attempts = 0
                where died_at is not null and \(condition)
                returning queue
            ), woken as (
                select pg_notify('latchkey_jobs', queue) from (select distinct queue from revived) queues
            )
            select (select count(*) from revived), (select count(*) from woken)
            """
        )
        do {
            return try rows.one().decode(Int.self, at: 0)
        } catch {
            throw JobStoreFailure(translate(error))
        }
    }

    /// Counts what is there now.
    public func depth(queue: String) async throws(JobStoreFailure) -> QueueDepth {
        let rows = try await runForJobs(
            """
            select count(*) filter (where died_at is null), count(*) filter (where died_at is not null)
            from jobs where queue = \(queue)
            """
        )
        do {
            let row = try rows.one()
            return QueueDepth(waiting: try row.decode(Int.self, at: 0), dead: try row.decode(Int.self, at: 1))
        } catch {
            throw JobStoreFailure(translate(error))
        }
    }

    private func runForJobs(_ statement: SQL) async throws(JobStoreFailure) -> Rows {
        do {
            return try await client.query(statement)
        } catch {
            throw JobStoreFailure(translate(error))
        }
    }
}
