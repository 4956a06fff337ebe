import Foundation
import Jobs
import Logging
import Synchronization
import Testing

@Suite("Running a queue", .timeLimit(.minutes(20)))
struct JobRunnerTests {
    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func runner(
        _ store: MemoryJobStore,
        _ change: (inout JobRunner.Settings) -> Void = { _ in },
        handler: @escaping JobRunner.Handler
    ) -> JobRunner {
        var settings = JobRunner.Settings()
        change(&settings)
        return JobRunner(queue: "q", store: store, settings: settings, logger: Self.quiet, handler: handler)
    }

    /// Runs until a condition holds, then stops in order.
    private func run(_ runner: JobRunner, until condition: () -> Bool) async throws {
        async let ended: Void = runner.run()
        try await eventually { condition() }
        runner.stop()
        await ended
    }

    @Test("every job is done once, never more of them at a time than there are places")
    func all() async throws {
        let store = MemoryJobStore()
        store.add(200)
        let counts = Mutex((running: 0, most: 0, seen: Set<UUID>(), calls: 0))
        let runner = runner(store, { $0.concurrency = 7 }) { job in
            counts.withLock {
                $0.running += 1
                $0.most = max($0.most, $0.running)
                $0.seen.insert(job.id)
                $0.calls += 1
            }
            await Task.yield()
            counts.withLock { $0.running -= 1 }
        }
        try await run(runner) { store.entries.allSatisfy(\.isDone) }
        #expect(counts.withLock { $0.calls } == 200)
        #expect(counts.withLock { $0.seen.count } == 200)
        #expect((1...7).contains(counts.withLock { $0.most }))
    }

    @Test("a kind whose jobs hang keeps no other kind waiting, and has no more than its own places")
    func kinds() async throws {
        let store = MemoryJobStore()
        store.add(50, kind: "slow")
        store.add(20, kind: "quick")
        let running = Mutex(0)
        let most = Mutex(0)
        let isOpen = Mutex(false)
        let change: (inout JobRunner.Settings) -> Void = { settings in
            settings.concurrency = 8
            settings.concurrencyPerKind = 3
            settings.pollInterval = .seconds(3600)
        }
        let runner = runner(store, change) { job in
            guard job.kind == "slow" else { return }
            let count = running.withLock { count in
                count += 1
                return count
            }
            most.withLock { $0 = max($0, count) }
            // Cancelled at the latest when the suite ends.
            try? await eventually { isOpen.withLock { $0 } }
            running.withLock { $0 -= 1 }
        }
        try await run(runner) {
            let quick = store.entries.filter { $0.job.kind == "quick" }
            guard quick.allSatisfy(\.isDone) else { return false }
            isOpen.withLock { $0 = true }
            return store.entries.allSatisfy(\.isDone)
        }
        #expect(most.withLock { $0 } == 3)
    }

    @Test("a wake-up starts new jobs without waiting for the next look")
    func wakeUp() async throws {
        let store = MemoryJobStore()
        let runner = runner(store, { $0.pollInterval = .seconds(3600) }) { _ in }
        async let ended: Void = runner.run()
        store.add(1)
        try await eventually { store.entries.allSatisfy(\.isDone) }
        store.add(3)
        try await eventually { store.entries.allSatisfy(\.isDone) }
        runner.stop()
        await ended
    }

    @Test("failures are postponed, the last one and the hopeless ones are buried, the pointless are done")
    func faults() async throws {
        let store = MemoryJobStore()
        for kind in ["retry", "dead", "obsolete"] { store.add(1, kind: kind) }
        let runner = runner(store, { $0.retries = RetryPolicy(maximumAttempts: 2) }) { job throws(JobFault) in
            switch job.kind {
            case "retry": throw .retry("server_away")
            case "dead": throw .dead("no_such_mailbox")
            default: throw .obsolete
            }
        }
        async let ended: Void = runner.run()
        try await eventually { store.entries[0].error != nil && store.entries[1].isDead && store.entries[2].isDone }
        #expect(!store.entries[0].isDead)
        store.advance(by: .seconds(5))
        try await eventually { store.entries[0].isDead }
        #expect(store.entries.map(\.error) == ["server_away", "no_such_mailbox", nil])
        #expect(store.entries[0].attempts == 2)
        runner.stop()
        await ended
    }

    @Test("an attempt that takes too long is cancelled and counts as failed")
    func timeLimit() async throws {
        let store = MemoryJobStore()
        store.add(1)
        let runner = runner(store, { $0.timeLimit = .milliseconds(20) }) { _ throws(JobFault) in
            do { try await Task.sleep(for: .seconds(3600)) } catch { throw .retry("cancelled") }
        }
        try await run(runner) { store.entries[0].error != nil }
        #expect(store.entries[0].error == "timed_out")
    }

    @Test("what was done although the time was over is done")
    func lateSuccess() async throws {
        let store = MemoryJobStore()
        store.add(1)
        let runner = runner(store, { $0.timeLimit = .milliseconds(20) }) { _ in
            try? await Task.sleep(for: .seconds(3600))
        }
        try await run(runner) { store.entries[0].isDone || store.entries[0].error != nil }
        #expect(store.entries[0].isDone)
    }

    @Test("stopping claims nothing more and lets what runs finish")
    func graceful() async throws {
        let store = MemoryJobStore()
        store.add(5)
        let (gate, open) = AsyncStream<Void>.makeStream()
        let running = Mutex(0)
        let runner = runner(store, { $0.concurrency = 2 }) { _ in
            running.withLock { $0 += 1 }
            for await _ in gate { break }
        }
        async let ended: Void = runner.run()
        try await eventually { running.withLock { $0 } == 2 }
        runner.stop()
        open.finish()
        await ended
        #expect(store.entries.count(where: \.isDone) == 2)
        #expect(store.entries.count { $0.claims == 0 } == 3)
    }

    @Test("a cancelled runner gives back what it could not finish, uncounted")
    func cancelled() async throws {
        let store = MemoryJobStore()
        store.add(1)
        let running = Mutex(false)
        let runner = runner(store) { _ throws(JobFault) in
            running.withLock { $0 = true }
            do { try await Task.sleep(for: .seconds(3600)) } catch { throw .retry("stopped") }
        }
        let task = Task { await runner.run() }
        try await eventually { running.withLock { $0 } }
        task.cancel()
        await task.value
        #expect(store.entries[0].attempts == 0 && store.entries[0].dueAt == .zero && store.entries[0].error == nil)
    }

    @Test("an outcome that cannot be written down at once is written down later, and the job is not done twice")
    func storeAway() async throws {
        let store = MemoryJobStore()
        store.add(1)
        let calls = Mutex(0)
        let runner = runner(store) { _ in
            calls.withLock { $0 += 1 }
            store.state.withLock { $0.failuresToCome = 3 }
        }
        try await run(runner) { store.entries[0].isDone }
        #expect(calls.withLock { $0 } == 1)
    }

    @Test("a job whose every attempt ended with its node is buried, not handled again")
    func poison() async throws {
        let store = MemoryJobStore()
        store.add(1)
        for _ in 0..<12 {
            _ = try await store.claim(queue: "q", limit: 1, lease: .seconds(120))
            store.advance(by: .seconds(120))
        }
        let calls = Mutex(0)
        let runner = runner(store) { _ in calls.withLock { $0 += 1 } }
        try await run(runner) { store.entries[0].isDead }
        #expect(store.entries[0].error == "lease_ran_out")
        #expect(calls.withLock { $0 } == 0)
    }

    @Test("what a node says after its lease was taken over changes nothing")
    func fence() async throws {
        let store = MemoryJobStore()
        store.add(1)
        let stale = try #require(await store.claim(queue: "q", limit: 1, lease: .seconds(120)).first)
        store.advance(by: .seconds(121))
        let fresh = try #require(await store.claim(queue: "q", limit: 1, lease: .seconds(120)).first)
        #expect(try await !store.bury(stale, error: "late"))
        #expect(try await store.complete(fresh))
    }
}
