import Dispatch
import Synchronization

@testable import PasswordHashing

/// What the pool said about itself.
final class Recorder: Sendable {
    let took = Mutex(0)
    let waiting = Mutex(0)
    let shed = Mutex(0)
    let events = Mutex<[HashRegion.Event]>([])

    var metrics: HashingMetrics {
        HashingMetrics(
            took: { _ in self.took.withLock { $0 += 1 } },
            waiting: { count in self.waiting.withLock { $0 = count } },
            shed: { self.shed.withLock { $0 += 1 } },
            region: { event in self.events.withLock { $0.append(event) } }
        )
    }
}

/// Work that stands still until it is let through, and counts how much of it runs at once.
final class Gate: Sendable {
    struct Counts {
        var running = 0
        var most = 0
        var started: [Int] = []
    }

    let counts = Mutex(Counts())
    private let barrier = DispatchSemaphore(value: 0)

    /// Blocks its thread.
    func pass(_ number: Int) {
        counts.withLock { counts in
            counts.running += 1
            counts.most = max(counts.most, counts.running)
            counts.started.append(number)
        }
        barrier.wait()
        counts.withLock { $0.running -= 1 }
    }

    func open(_ count: Int = 1) { for _ in 0..<count { barrier.signal() } }

    var started: [Int] { counts.withLock(\.started) }
}

/// Lets others run until the condition holds; the suite's time limit ends it when it never does.
func eventually(_ condition: () -> Bool) async throws {
    while !condition() {
        try Task.checkCancellation()
        await Task.yield()
    }
}
