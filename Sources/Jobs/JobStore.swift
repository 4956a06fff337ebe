public import struct Foundation.UUID

/// Why the store did not do what it was asked.
public enum JobStoreFailure: String, Error, Sendable, CaseIterable {
    /// The database is away or overloaded; trying again in a moment may work.
    case unavailable
    /// The connection broke while a change was under way: it may or may not have happened.
    case uncertain
    /// The database answered with something that should not happen.
    case broken
}

/// Where jobs wait. All times are the store's own, so that nodes with wrong clocks agree.
public protocol JobStore: Sendable {
    /// Takes up to `limit` jobs that are due, the longest due first, for `lease`. No two claims of one moment get the same
    /// job; a job whose lease ran out is due again.
    /// - Parameter kinds: of these none is taken.
    func claim(
        queue: String,
        limit: Int,
        lease: Duration,
        excluding kinds: [String]
    ) async throws(JobStoreFailure) -> [ClaimedJob]
    /// The job is done and goes away. False when this claim is not the present one any more.
    func complete(_ claimed: ClaimedJob) async throws(JobStoreFailure) -> Bool
    /// The attempt failed: the next one not before `delay` is over. False as for ``complete(_:)``.
    func postpone(_ claimed: ClaimedJob, by delay: Duration, error: String) async throws(JobStoreFailure) -> Bool
    /// The attempt was broken off by this node's own end: due at once, and not counted. False as for ``complete(_:)``.
    func release(_ claimed: ClaimedJob) async throws(JobStoreFailure) -> Bool
    /// The job becomes a dead letter. False as for ``complete(_:)``.
    func bury(_ claimed: ClaimedJob, error: String) async throws(JobStoreFailure) -> Bool

    /// Dead letters, the latest first; of all queues when none is named.
    func dead(queue: String?, limit: Int) async throws(JobStoreFailure) -> [DeadJob]
    /// Makes a dead letter due again, with all attempts before it. False when there is none of that id.
    func revive(_ id: UUID) async throws(JobStoreFailure) -> Bool
    /// Makes all dead letters due again, of one queue or of all; returns how many.
    func reviveAll(queue: String?) async throws(JobStoreFailure) -> Int

    /// How full a queue is.
    func depth(queue: String) async throws(JobStoreFailure) -> QueueDepth
    /// Says something whenever there may be jobs to claim; never the only reason to look, because a wake-up can get lost.
    func wakeUps(queue: String) -> AsyncStream<Void>
}
