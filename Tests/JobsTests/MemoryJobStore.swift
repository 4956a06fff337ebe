import Foundation
import JSON
import Jobs
import Synchronization

/// The port in memory, with a clock that a test can turn.
final class MemoryJobStore: JobStore {
    struct Entry: Sendable {
        let job: Job
        var dueAt: Duration = .zero
        var attempts = 0
        var claims: Int64 = 0
        var error: String?
        var isDead = false
        var isDone = false
    }

    struct State: Sendable {
        var entries: [Entry] = []
        var now: Duration = .zero
        var failuresToCome = 0
        var listeners: [AsyncStream<Void>.Continuation] = []
    }

    let state = Mutex(State())

    func add(_ count: Int, kind: String = "test") {
        state.withLock { state in
            for _ in 0..<count {
                state.entries.append(Entry(job: Job(id: UUID(), queue: "q", kind: kind, payload: .null)))
            }
            for listener in state.listeners { listener.yield() }
        }
    }

    var entries: [Entry] { state.withLock { $0.entries } }

    /// Turns the clock; leases run out.
    func advance(by duration: Duration) {
        state.withLock { state in
            state.now += duration
            for listener in state.listeners { listener.yield() }
        }
    }

    func claim(
        queue: String,
        limit: Int,
        lease: Duration,
        excluding kinds: [String] = []
    ) async throws(JobStoreFailure) -> [ClaimedJob] {
        try fail()
        return state.withLock { state in
            var claimed: [ClaimedJob] = []
            for index in state.entries.indices where claimed.count < limit {
                let entry = state.entries[index]
                guard !entry.isDead, !entry.isDone, entry.dueAt <= state.now, !kinds.contains(entry.job.kind) else {
                    continue
                }
                state.entries[index].dueAt = state.now + lease
                state.entries[index].attempts += 1
                state.entries[index].claims += 1
                claimed.append(ClaimedJob(job: entry.job, attempt: entry.attempts + 1, claim: entry.claims + 1))
            }
            return claimed
        }
    }

    private func fail() throws(JobStoreFailure) {
        let fails = state.withLock { state in
            guard state.failuresToCome > 0 else { return false }
            state.failuresToCome -= 1
            return true
        }
        if fails { throw .unavailable }
    }

    private func change(
        _ claimed: ClaimedJob,
        _ body: (inout Entry, Duration) -> Void
    ) throws(JobStoreFailure) -> Bool {
        try fail()
        return state.withLock { state in
            guard
                let index = state.entries.firstIndex(where: {
                    $0.job.id == claimed.job.id && $0.claims == claimed.claim && !$0.isDead && !$0.isDone
                })
            else { return false }
            body(&state.entries[index], state.now)
            return true
        }
    }

    func complete(_ claimed: ClaimedJob) async throws(JobStoreFailure) -> Bool {
        try change(claimed) { entry, _ in entry.isDone = true }
    }

    func postpone(_ claimed: ClaimedJob, by delay: Duration, error: String) async throws(JobStoreFailure) -> Bool {
        try change(claimed) { entry, now in
            entry.dueAt = now + delay
            entry.error = error
        }
    }

    func release(_ claimed: ClaimedJob) async throws(JobStoreFailure) -> Bool {
        try change(claimed) { entry, now in
            entry.dueAt = now
            entry.attempts -= 1
        }
    }

    func bury(_ claimed: ClaimedJob, error: String) async throws(JobStoreFailure) -> Bool {
        try change(claimed) { entry, _ in
            entry.isDead = true
            entry.error = error
        }
    }

    func dead(queue: String?, limit: Int) async throws(JobStoreFailure) -> [DeadJob] { [] }
    func revive(_ id: UUID) async throws(JobStoreFailure) -> Bool { false }
    func reviveAll(queue: String?) async throws(JobStoreFailure) -> Int { 0 }
    func depth(queue: String) async throws(JobStoreFailure) -> QueueDepth { QueueDepth(waiting: 0, dead: 0) }

    func wakeUps(queue: String) -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        state.withLock { $0.listeners.append(continuation) }
        continuation.yield()
        return stream
    }
}

/// Waits until a condition holds; the suite's time limit ends it otherwise.
func eventually(_ condition: () async throws -> Bool) async throws {
    while try await !condition() { try await Task.sleep(for: .milliseconds(5)) }
}
