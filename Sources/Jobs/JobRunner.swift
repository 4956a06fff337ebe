public import Logging
import Synchronization

/// Works on one queue: claims what is due, hands it to the handler, writes down what came of it.
///
/// Each job is handled by one node at a time. Should a node die, its lease runs out and another takes the job over; the
/// handler may then see a job that was done but not written down, so what it does bears the job's id.
public final class JobRunner: Sendable {
    /// Does one job. Called on a task of its own, cancelled when the time limit or the node's own end has come; it has to
    /// return soon after that.
    public typealias Handler = @Sendable (Job) async throws(JobFault) -> Void

    /// How a runner works.
    public struct Settings: Sendable {
        /// Jobs worked on at a time. Default 4.
        public var concurrency: Int = 4
        /// Jobs of one kind worked on at a time, so that a kind that is slow keeps no other waiting; nil for as many as there are
        /// places. Default nil.
        public var concurrencyPerKind: Int?
        /// How long one attempt may take. Default 60 s.
        public var timeLimit: Duration = .seconds(60)
        /// How long a claim holds; has to be longer than an attempt takes. Default 2 min.
        public var lease: Duration = .seconds(120)
        /// How often to look without having been woken. Default 5 s.
        public var pollInterval: Duration = .seconds(5)
        /// How often the depth of the queue is measured. Default 15 s.
        public var measureInterval: Duration = .seconds(15)
        /// When to try again.
        public var retries = RetryPolicy()

        /// The defaults.
        public init() {}
    }

    private struct State: Sendable {
        var isStopping = false
        var running: [String: Int] = [:]
        var storeIsAway = false
    }

    private let queue: String
    private let store: any JobStore
    private let settings: Settings
    private let logger: Logger
    private let metrics: JobMetrics
    private let handler: Handler
    private let state = Mutex(State())
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    /// Creates a runner; nothing happens before ``run()``.
    public init(
        queue: String,
        store: any JobStore,
        settings: Settings = Settings(),
        logger: Logger,
        handler: @escaping Handler
    ) {
        self.queue = queue
        self.store = store
        self.settings = settings
        self.logger = logger
        self.handler = handler
        metrics = JobMetrics(queue: queue)
        (signals, signal) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Works until ``stop()``, and returns when the jobs being worked on then are done. Cancelling the task breaks them off
    /// and gives them back. To be called once.
    public func run() async {
        await withTaskGroup(of: Void.self) { feeders in
            feeders.addTask { [store, queue, signal] in
                for await _ in store.wakeUps(queue: queue) { signal.yield() }
            }
            feeders.addTask { [signal, settings] in
                while !Task.isCancelled {
                    signal.yield()
                    try? await Task.sleep(for: settings.pollInterval)
                }
            }
            feeders.addTask { await self.measure() }
            await withDiscardingTaskGroup { workers in
                for await _ in signals {
                    guard !isStopping else { break }
                    for claimed in await claimDue() {
                        workers.addTask { await self.work(on: claimed) }
                    }
                }
            }
            feeders.cancelAll()
        }
    }

    /// Claims nothing more; ``run()`` returns when the jobs being worked on are done.
    public func stop() {
        state.withLock { $0.isStopping = true }
        signal.yield()
    }

    private var isStopping: Bool { state.withLock { $0.isStopping } }

    /// As many due jobs as there are free places, so that none waits here while another node could do it. Where each kind has
    /// places of its own, no more than fit if all that come are of one kind.
    private func claimDue() async -> [ClaimedJob] {
        let running = state.withLock { $0.running }
        let most = settings.concurrencyPerKind ?? .max
        let fullest = running.values.filter { $0 < most }.max() ?? 0
        let free = min(settings.concurrency - running.values.reduce(0, +), most - fullest)
        guard free > 0 else { return [] }
        let full = running.filter { $0.value >= most }.keys.sorted()
        do {
            let claimed = try await store.claim(queue: queue, limit: free, lease: settings.lease, excluding: full)
            // There may be more, of another kind.
            if claimed.count == free, settings.concurrencyPerKind != nil { signal.yield() }
            let wasAway = state.withLock { state in
                for one in claimed { state.running[one.job.kind, default: 0] += 1 }
                defer { state.storeIsAway = false }
                return state.storeIsAway
            }
            if wasAway { logger.notice("the job store is back", metadata: ["queue": "\(queue)"]) }
            return claimed
        } catch {
            // Once for each time it goes away, not every few seconds.
            let isNews = state.withLock { state in
                defer { state.storeIsAway = true }
                return !state.storeIsAway
            }
            if isNews, !Task.isCancelled {
                logger.warning("jobs cannot be claimed", metadata: ["queue": "\(queue)", "error": "\(error.rawValue)"])
            }
            return []
        }
    }

    private func work(on claimed: ClaimedJob) async {
        let leaseEnd = ContinuousClock.now.advanced(by: settings.lease)
        let attempt: Attempt
        if claimed.attempt > settings.retries.maximumAttempts {
            // Every attempt before ended with the node that made it: this job may be what ends them.
            attempt = .ended(.dead("lease_ran_out"))
        } else {
            attempt = await handle(claimed.job)
        }
        await settle(claimed, attempt, by: leaseEnd)
        state.withLock { state in
            let left = state.running[claimed.job.kind, default: 1] - 1
            state.running[claimed.job.kind] = left > 0 ? left : nil
        }
        signal.yield()
    }

    /// How an attempt ended.
    private enum Attempt: Sendable {
        case ended(JobFault?)
        case brokenOff
    }

    /// Runs the handler within its time limit.
    private func handle(_ job: Job) async -> Attempt {
        enum Racer: Sendable {
            case handler(JobFault?)
            case clock
        }
        let fault: JobFault? = await withTaskGroup(of: Racer.self) { race in
            race.addTask { [handler] in
                do throws(JobFault) {
                    try await handler(job)
                    return .handler(nil)
                } catch {
                    return .handler(error)
                }
            }
            race.addTask { [settings] in
                try? await Task.sleep(for: settings.timeLimit)
                return .clock
            }
            var hasTimedOut = false
            for await racer in race {
                switch racer {
                case .clock:
                    hasTimedOut = true
                case .handler(let fault):
                    race.cancelAll()
                    // Whatever it managed to do counts, however late: doing it again would be worse.
                    guard hasTimedOut, case .retry = fault else { return fault }
                    return .retry("timed_out")
                }
                race.cancelAll()
            }
            return .retry("timed_out")
        }
        if Task.isCancelled, case .retry = fault { return .brokenOff }
        return .ended(fault)
    }

    /// Writes the outcome down, again and again until the lease is over: a job that is done and does not say so is done
    /// twice.
    private func settle(_ claimed: ClaimedJob, _ attempt: Attempt, by leaseEnd: ContinuousClock.Instant) async {
        // When this node is ending there is time for one try only.
        let patience = Task.isCancelled ? ContinuousClock.now : leaseEnd
        // On a task of its own: the outcome has to be written down even when this one was cancelled.
        await Task { await self.record(claimed, attempt, patience: patience) }.value
    }

    private func record(_ claimed: ClaimedJob, _ attempt: Attempt, patience: ContinuousClock.Instant) async {
        var pause: Duration = .milliseconds(100)
        while true {
            do throws(JobStoreFailure) {
                return try await record(claimed, attempt)
            } catch {
                guard ContinuousClock.now.advanced(by: pause) < patience else {
                    logger.error(
                        "the outcome of a job could not be written down",
                        metadata: describe(claimed, ["error": "\(error.rawValue)"])
                    )
                    return
                }
            }
            try? await Task.sleep(for: pause)
            pause = min(pause * 2, .seconds(5))
        }
    }

    private func record(_ claimed: ClaimedJob, _ attempt: Attempt) async throws(JobStoreFailure) {
        let isOurs: Bool
        let outcome: JobMetrics.Outcome
        switch attempt {
        case .brokenOff:
            isOurs = try await store.release(claimed)
            outcome = .released
        case .ended(let fault):
            let chance = Double.random(in: 0..<1)
            switch settings.retries.verdict(on: fault, attempt: claimed.attempt, chance: chance) {
            case .done:
                isOurs = try await store.complete(claimed)
                outcome = .done
            case .obsolete:
                isOurs = try await store.complete(claimed)
                outcome = .obsolete
            case .postpone(let delay, let code):
                isOurs = try await store.postpone(claimed, by: delay, error: code)
                outcome = .retried
                logger.info("a job will be tried again", metadata: describe(claimed, ["error": "\(code)"]))
            case .bury(let code):
                isOurs = try await store.bury(claimed, error: code)
                outcome = .dead
                logger.error("a job was given up", metadata: describe(claimed, ["error": "\(code)"]))
            }
        }
        metrics.count(isOurs ? outcome : .lost, kind: claimed.job.kind)
    }

    private func describe(_ claimed: ClaimedJob, _ more: Logger.Metadata) -> Logger.Metadata {
        let job = claimed.job
        let common: Logger.Metadata = [
            "job": "\(job.id)", "queue": "\(job.queue)", "kind": "\(job.kind)", "attempt": "\(claimed.attempt)",
        ]
        return common.merging(more) { _, new in new }
    }

    private func measure() async {
        while !Task.isCancelled {
            if let depth = try? await store.depth(queue: queue) { metrics.set(depth) }
            try? await Task.sleep(for: settings.measureInterval)
        }
    }
}
