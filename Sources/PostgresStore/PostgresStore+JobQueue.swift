import Accounts
import JSON
public import Jobs
public import Postgres

extension PostgresStore {
    /// A statement that stores jobs; on its own, or as a part of a `with` of the change that causes them.
    public static func enqueue(_ jobs: [Job]) -> SQL {
        guard !jobs.isEmpty else {
            return "insert into jobs (id, queue, kind, payload) select null, null, null, null where false"
        }
        let rows: [SQL] = jobs.map { "(\($0.id), \($0.queue), \($0.kind), \($0.payload.serialized())::json)" }
        return "insert into jobs (id, queue, kind, payload) values \(SQL.concatenating(rows, separator: ", "))"
    }

    /// A statement that stores a job only if a condition holds, to be a part of a `with`:
    /// `mailed as (\(PostgresStore.enqueued(job, when: "exists (select from acted)")))`.
    public static func enqueued(_ job: Job, when condition: SQL) -> SQL {
        """
        insert into jobs (id, queue, kind, payload)
        select \(job.id), \(job.queue), \(job.kind), \(job.payload.serialized())::json where \(condition)
        """
    }

    /// A wake-up for each commit that stored jobs of the queue, and one whenever some may have been missed.
    public func wakeUps(queue: String) -> AsyncStream<Void> {
        // One waiting wake-up says as much as many.
        signals(of: "latchkey_jobs", buffering: .bufferingNewest(1)) { event in
            switch event {
            case .notification(_, let payload) where payload != queue: nil
            case .linkLost: nil
            case .notification, .linkRegained, .overflowed: ()
            }
        }
    }
}

extension JobStoreFailure {
    init(_ failure: StoreFailure) {
        switch failure {
        case .unavailable: self = .unavailable
        case .uncertain: self = .uncertain
        case .broken: self = .broken
        }
    }
}
