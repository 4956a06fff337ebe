import Glibc
import Synchronization

/// What a reactor drives. Both are called on its thread only.
protocol ReactorHandler: AnyObject, Sendable {
    /// Whether something was handed in since the last turn. May be called while others hand in more.
    var hasWork: Bool { get }

    /// Handles ready descriptors and whatever was handed in; says how long to sleep, nil when it is all over.
    func turn(_ ready: [Poller.Readiness]) -> Int32?
}

/// One thread that waits for sockets and runs everything that touches them. As a serial executor it *is* the isolation
/// of the actor it drives: libpq's pointers are that actor's state and never leave the thread.
final class Reactor: SerialExecutor {
    let poller: Poller

    private struct Jobs {
        var waiting: [UnownedJob] = []
        var hasThread = false
    }

    private let jobs = Mutex(Jobs())
    private let asleep = Atomic<Bool>(false)
    /// `pthread_self` of the thread, 0 without one.
    private let thread = Atomic<UInt>(0)

    /// Nil when the process has no descriptors left.
    init?() {
        guard let poller = Poller() else { return nil }
        self.poller = poller
    }

    /// Starts the thread; it ends when the handler says that it is all over. False when the system has no thread to give.
    func start(driving handler: any ReactorHandler) -> Bool {
        jobs.withLock { $0.hasThread = true }
        guard PosixThread.start({ self.loop(driving: handler) }) else {
            jobs.withLock { $0.hasThread = false }
            return false
        }
        return true
    }

    /// Makes sure the thread looks at what was just handed in. Costs a system call only when the thread sleeps.
    func wake() {
        // The order makes it safe: work is handed in before this, and the thread announces its sleep before it looks
        // for work one last time.
        if asleep.load(ordering: .sequentiallyConsistent), asleep.exchange(false, ordering: .sequentiallyConsistent) {
            poller.wake()
        }
    }

    private func loop(driving handler: any ReactorHandler) {
        thread.store(UInt(pthread_self()), ordering: .sequentiallyConsistent)
        var ready: [Poller.Readiness] = []
        while true {
            runJobs()
            let sleep = handler.turn(ready)
            ready.removeAll(keepingCapacity: true)
            guard let sleep else { break }
            asleep.store(true, ordering: .sequentiallyConsistent)
            let busy = handler.hasWork || jobs.withLock { !$0.waiting.isEmpty }
            poller.wait(milliseconds: busy ? 0 : sleep, into: &ready)
            asleep.store(false, ordering: .sequentiallyConsistent)
        }
        runJobsUntilIdle()
    }

    private func runJobs() {
        let waiting = jobs.withLock { jobs in
            defer { jobs.waiting.removeAll() }
            return jobs.waiting
        }
        for job in waiting { unsafe job.runSynchronously(on: asUnownedSerialExecutor()) }
    }

    /// Runs what is left and gives up the thread, in such a way that a later job starts a new one.
    private func runJobsUntilIdle() {
        thread.store(UInt(pthread_self()), ordering: .sequentiallyConsistent)
        while true {
            runJobs()
            let isIdle = jobs.withLock { jobs in
                guard jobs.waiting.isEmpty else { return false }
                thread.store(0, ordering: .sequentiallyConsistent)
                jobs.hasThread = false
                return true
            }
            if isIdle { return }
        }
    }

    /// Takes a job of the actor.
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let needsThread = jobs.withLock { jobs in
            jobs.waiting.append(job)
            defer { jobs.hasThread = true }
            return !jobs.hasThread
        }
        if needsThread {
            if !PosixThread.start({ self.runJobsUntilIdle() }) { jobs.withLock { $0.hasThread = false } }
        } else {
            wake()
        }
    }

    /// Whether the caller runs on this thread: what `assumeIsolated` asks.
    func checkIsolated() {
        precondition(
            thread.load(ordering: .relaxed) == UInt(pthread_self()),
            "Postgres connections are touched by the reactor's thread only: a mistake in this module"
        )
    }

    func isIsolatingCurrentContext() -> Bool? { thread.load(ordering: .relaxed) == UInt(pthread_self()) }
}
