import Foundation
import JSON
import Jobs
import Postgres
import PostgresStore
import Synchronization
import Testing

/// Counts what a stream says.
final class Tally: Sendable {
    private let counted = Atomic<Int>(0)
    private let listening = Mutex<Task<Void, Never>?>(nil)

    init(_ stream: AsyncStream<Void>) {
        listening.withLock { listening in
            listening = Task { [weak self] in
                for await _ in stream { self?.counted.add(1, ordering: .sequentiallyConsistent) }
            }
        }
    }

    deinit { listening.withLock { $0?.cancel() } }

    var count: Int { counted.load(ordering: .sequentiallyConsistent) }
}

@Suite("Jobs in Postgres", .enabled(if: TestDatabase.isThere), .timeLimit(.minutes(20)))
struct PostgresJobStoreTests {
    private func job(_ payload: JSONValue = ["to": "ada@example.org"], queue: String = "mail") -> Job {
        Job(id: UUID(), queue: queue, kind: "letter", payload: payload)
    }

    @Test("a job lives from the change that causes it to its end")
    func life() async throws {
        try await TestDatabase.with { conninfo in
            try await TestDatabase.withStore(conninfo) { store, client in
                let payload: JSONValue = ["to": "ada@example.org", "text": .string("a\u{0}b 🙂"), "n": 12]
                let mail = job(payload)
                let hook = job(queue: "webhook")
                try await client.query(PostgresStore.enqueue([mail, hook]))
                try await client.query(PostgresStore.enqueue([]))
                #expect(try await store.depth(queue: "mail") == QueueDepth(waiting: 1, dead: 0))

                let first = try #require(await store.claim(queue: "mail", limit: 10, lease: .seconds(60)).first)
                #expect(first == ClaimedJob(job: mail, attempt: 1, claim: 1))
                #expect(try await store.claim(queue: "mail", limit: 10, lease: .seconds(60)).isEmpty)

                #expect(try await store.postpone(first, by: .zero, error: "server_away"))
                let second = try #require(await store.claim(queue: "mail", limit: 10, lease: .seconds(60)).first)
                #expect(second.attempt == 2 && second.claim == 2)
                #expect(try await store.release(second))
                #expect(try await !store.complete(first))
                let third = try #require(await store.claim(queue: "mail", limit: 10, lease: .seconds(60)).first)
                #expect(third.attempt == 2 && third.claim == 3)
                #expect(try await store.bury(third, error: String(repeating: "x", count: 300)))
                #expect(try await !store.complete(third))
                #expect(try await store.claim(queue: "mail", limit: 10, lease: .seconds(60)).isEmpty)

                let dead = try await store.dead(queue: nil, limit: 10)
                #expect(dead.map(\.id) == [mail.id] && dead.map(\.attempts) == [2])
                #expect(dead[0].error.count == 200 && dead[0].age < .seconds(60))
                #expect(try await store.dead(queue: "webhook", limit: 10).isEmpty)
                #expect(try await store.depth(queue: "mail") == QueueDepth(waiting: 0, dead: 1))

                #expect(try await !store.revive(hook.id))
                #expect(try await store.revive(mail.id))
                let fourth = try #require(await store.claim(queue: "mail", limit: 10, lease: .seconds(60)).first)
                #expect(fourth.attempt == 1 && fourth.claim == 4)
                #expect(try await store.bury(fourth, error: "a"))
                #expect(try await store.reviveAll(queue: "webhook") == 0)
                #expect(try await store.reviveAll(queue: nil) == 1)
                let fifth = try #require(await store.claim(queue: "mail", limit: 10, lease: .seconds(60)).first)
                #expect(try await store.complete(fifth))
                #expect(try await store.depth(queue: "mail") == QueueDepth(waiting: 0, dead: 0))
                #expect(try await store.depth(queue: "webhook") == QueueDepth(waiting: 1, dead: 0))
            }
        }
    }

    @Test("a job is stored exactly when its change is")
    func atomicity() async throws {
        try await TestDatabase.with { conninfo in
            try await TestDatabase.withStore(conninfo) { store, client in
                let kept = job()
                for happens in [false, true] {
                    try await client.query(
                        """
                        with acted as (select 1 where \(happens)), mailed as (
                            \(PostgresStore.enqueued(kept, when: "exists (select from acted)"))
                        )
                        select count(*) from acted
                        """
                    )
                    #expect(try await store.depth(queue: "mail").waiting == (happens ? 1 : 0))
                }
                await #expect(throws: PostgresFailure.self) {
                    try await client.atomically([PostgresStore.enqueue([job()]), "select 1 / 0"])
                }
                #expect(try await store.depth(queue: "mail").waiting == 1)
            }
        }
    }

    @Test("storing, reviving and giving back wake the runners of that queue, and of no other")
    func wakeUps() async throws {
        try await TestDatabase.with { conninfo in
            try await TestDatabase.withStore(conninfo) { store, client in
                let mails = Tally(store.wakeUps(queue: "mail"))
                let webhooks = Tally(store.wakeUps(queue: "webhook"))
                // The first says that the channel is open.
                try await eventually { mails.count == 1 && webhooks.count == 1 }
                try await client.query(PostgresStore.enqueue([job(), job()]))
                try await eventually { mails.count == 2 }
                let claimed = try await store.claim(queue: "mail", limit: 2, lease: .seconds(60))
                #expect(try await store.release(claimed[0]))
                try await eventually { mails.count == 3 }
                #expect(try await store.bury(claimed[1], error: "a"))
                #expect(try await store.reviveAll(queue: nil) == 1)
                try await eventually { mails.count == 4 }
                #expect(webhooks.count == 1)
            }
        }
    }

    @Test("two nodes over one database do five hundred jobs, each exactly once")
    func twoNodes() async throws {
        try await TestDatabase.with { conninfo in
            try await TestDatabase.withStore(conninfo) { first, client in
                try await TestDatabase.withStore(conninfo) { second, _ in
                    let done = Mutex<[UUID: [String]]>([:])
                    let runners = [("first", first), ("second", second)].map { name, store in
                        var settings = JobRunner.Settings()
                        settings.concurrency = 8
                        return JobRunner(queue: "mail", store: store, settings: settings, logger: JobRunnerTests.quiet)
                        { job in
                            done.withLock { $0[job.id, default: []].append(name) }
                            // Neither goes on alone, however late the other starts.
                            while done.withLock({ Set($0.values.joined()).count }) < 2 {
                                try? await Task.sleep(for: .milliseconds(5))
                            }
                        }
                    }
                    let jobs = (0..<500).map { _ in job() }
                    await withThrowingTaskGroup(of: Void.self) { group in
                        for runner in runners { group.addTask { await runner.run() } }
                        group.addTask {
                            for start in stride(from: 0, to: 500, by: 20) {
                                try await client.query(PostgresStore.enqueue(Array(jobs[start..<start + 20])))
                            }
                            try await eventually { try await first.depth(queue: "mail").waiting == 0 }
                            for runner in runners { runner.stop() }
                        }
                    }
                    let counts = done.withLock { $0 }
                    #expect(counts.count == 500)
                    #expect(counts.values.allSatisfy { $0.count == 1 })
                    #expect(Set(counts.values.joined()).count == 2, "one node did everything")
                }
            }
        }
    }

    @Test("what a node that died had claimed passes on when its lease is over")
    func crash() async throws {
        try await TestDatabase.with { conninfo in
            try await TestDatabase.withStore(conninfo) { store, client in
                let jobs = (0..<3).map { _ in job() }
                try await client.query(PostgresStore.enqueue(jobs))
                var lost: [ClaimedJob] = []
                try await TestDatabase.withStore(conninfo) { dying, _ in
                    lost = try await dying.claim(queue: "mail", limit: 2, lease: .milliseconds(800))
                }
                #expect(lost.count == 2)
                let done = Mutex<[UUID]>([])
                var settings = JobRunner.Settings()
                settings.pollInterval = .milliseconds(100)
                let runner = JobRunner(queue: "mail", store: store, settings: settings, logger: JobRunnerTests.quiet) {
                    job in
                    done.withLock { $0.append(job.id) }
                }
                async let ended: Void = runner.run()
                try await eventually { try await store.depth(queue: "mail").waiting == 0 }
                runner.stop()
                await ended
                #expect(Set(done.withLock { $0 }) == Set(jobs.map(\.id)) && done.withLock { $0.count } == 3)
                for late in lost { #expect(try await !store.complete(late)) }
            }
        }
    }
}

extension JobStore {
    /// Takes jobs of any kind.
    fileprivate func claim(
        queue: String,
        limit: Int,
        lease: Duration
    ) async throws(JobStoreFailure) -> [ClaimedJob] {
        try await claim(queue: queue, limit: limit, lease: lease, excluding: [])
    }
}
