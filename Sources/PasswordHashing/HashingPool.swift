import Accounts
import Dispatch
import Synchronization

/// A fixed number of threads and a queue in front of them, first come, first served. Whoever finds the queue full is
/// sent away at once: waiting for longer than a browser waits helps nobody, and every hash in work costs its memory.
final class HashingPool: Sendable {
    private struct Item: Sendable {
        let id: UInt64
        /// Does the work and gives back what tells the caller.
        let work: @Sendable () -> @Sendable () -> Void
        let refuse: @Sendable (HashingFailure) -> Void
    }

    private struct State {
        var waiting: [Item] = []
        var running = 0
        var threads = 0
        var isClosed = false
        var nextID: UInt64 = 0
        var onEnd: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    /// Counts what was queued since it was last looked; may count too much, never too little.
    private let arrivals = DispatchSemaphore(value: 0)
    private let capacity: Int
    private let keepsMemory: KeepsMemory?
    private let metrics: HashingMetrics

    /// The memory that each thread keeps for its hashes.
    struct KeepsMemory: Sendable {
        /// Of the largest hash it is for.
        let bytes: Int
        /// How long a thread without work keeps it, wiped. Long enough that sign-ins now and then find it there, short
        /// enough that a night's quiet node is as small as it can be.
        var idleFor = DispatchTimeInterval.seconds(10)
    }

    /// Starts the threads. They keep the pool alive until ``close()``, which the owner has to call.
    init(
        threads: Int,
        queueLimit: Int,
        niceness: Int32,
        keepsMemory: KeepsMemory? = nil,
        metrics: HashingMetrics
    ) throws(PasswordHasherFault) {
        guard (1...256).contains(threads), (0...100_000).contains(queueLimit) else { throw .limitsOutOfBounds }
        capacity = threads + queueLimit
        self.keepsMemory = keepsMemory
        self.metrics = metrics
        for _ in 0..<threads {
            state.withLock { $0.threads += 1 }
            guard HashingThread.start(niceness: niceness, { self.serve() }) else {
                state.withLock { $0.threads -= 1 }
                close()
                throw .noThread
            }
        }
    }

    /// Runs work on one of the threads and waits for it.
    ///
    /// - Throws: `overloaded` at once when as many wait as may; `stopped` after ``close()``, and when the caller is
    ///   cancelled before its turn came, in which case the work is never done.
    func perform<Value: Sendable>(
        _ work: @escaping @Sendable () -> Result<Value, HashingFailure>
    ) async throws(HashingFailure) -> Value {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        let result: Result<Value, HashingFailure> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let item = Item(
                    id: id,
                    work: {
                        let value = work()
                        return { continuation.resume(returning: value) }
                    },
                    refuse: { continuation.resume(returning: .failure($0)) }
                )
                if let failure = add(item) { return item.refuse(failure) }
                // The cancellation may have come before there was anything to withdraw.
                if Task.isCancelled { withdraw(id) }
            }
        } onCancel: {
            withdraw(id)
        }
        return try result.get()
    }

    /// Takes no more, sends away what waits, lets run what runs.
    func close() {
        let (waiting, threads) = state.withLock { state in
            defer { state.waiting = [] }
            state.isClosed = true
            metrics.waiting(0)
            return (state.waiting, state.threads)
        }
        for item in waiting { item.refuse(.stopped) }
        for _ in 0..<threads { arrivals.signal() }
    }

    /// Returns when the last thread has ended, after ``close()``.
    func waitForEnd() async {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if state.threads > 0 { state.onEnd.append(continuation) }
                return state.threads == 0
            }
            if hasEnded { continuation.resume() }
        }
    }

    private func add(_ item: Item) -> HashingFailure? {
        let failure: HashingFailure? = state.withLock { state in
            guard !state.isClosed else { return .stopped }
            guard state.waiting.count + state.running < capacity else { return .overloaded }
            state.waiting.append(item)
            metrics.waiting(state.waiting.count)
            return nil
        }
        switch failure {
        case nil: arrivals.signal()
        case .overloaded: metrics.shed()
        case .stopped, .outOfMemory: break
        }
        return failure
    }

    private func withdraw(_ id: UInt64) {
        let item: Item? = state.withLock { state in
            guard let index = state.waiting.firstIndex(where: { $0.id == id }) else { return nil }
            defer { metrics.waiting(state.waiting.count) }
            return state.waiting.remove(at: index)
        }
        item?.refuse(.stopped)
    }

    /// A thread that finds nothing to do wipes its memory before it waits, and gives it back when it has waited for long.
    private func waitForArrival(keeping region: HashRegion?) {
        guard let region, let keepsMemory else { return arrivals.wait() }
        guard arrivals.wait(timeout: .now()) == .timedOut else { return }
        region.wipe()
        guard arrivals.wait(timeout: .now() + keepsMemory.idleFor) == .timedOut else { return }
        region.release()
        arrivals.wait()
    }

    /// The life of one thread.
    private func serve() {
        let region = keepsMemory.map { HashRegion(bytes: $0.bytes, report: metrics.region) }
        while true {
            waitForArrival(keeping: region)
            let (item, isClosed): (Item?, Bool) = state.withLock { state in
                guard !state.waiting.isEmpty else { return (nil, state.isClosed) }
                state.running += 1
                defer { metrics.waiting(state.waiting.count) }
                return (state.waiting.removeFirst(), false)
            }
            if let item {
                let start = ContinuousClock.now
                let deliver = region?.lend(to: item.work) ?? item.work()
                metrics.took(start.duration(to: .now))
                // Before the caller goes on: it may come back at once, and its own place must be free.
                state.withLock { $0.running -= 1 }
                deliver()
            } else if isClosed {
                break
            }
        }
        region?.release()
        let ended = state.withLock { state in
            state.threads -= 1
            guard state.threads == 0 else { return [CheckedContinuation<Void, Never>]() }
            defer { state.onEnd = [] }
            return state.onEnd
        }
        for continuation in ended { continuation.resume() }
    }
}
