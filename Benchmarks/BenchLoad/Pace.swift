import Foundation
import Synchronization

/// When people come, where they come one by one instead of as fast as they are served.
struct Pace: Sendable {
    private var next: ContinuousClock.Instant
    private let interval: Duration

    /// - Parameters:
    ///   - first: When the first one comes.
    ///   - interval: How long after each the next one does, whether that one has been served or not.
    init(first: ContinuousClock.Instant, interval: Duration) {
        next = first
        self.interval = interval
    }

    /// Waits until the next one comes; the moment from which they wait. A server that is slow for one is late for all behind, and
    /// that counts.
    mutating func turn() async -> ContinuousClock.Instant {
        let due = next
        next += interval
        try? await Task.sleep(until: due, clock: .continuous)
        return due
    }
}

/// Whether another process is still there.
final class Companion: Sendable {
    private let isGone = Mutex(false)

    /// Whether it has ended.
    var hasEnded: Bool { isGone.withLock { $0 } }

    /// Looks until it is gone.
    func watch(_ process: Int32) async {
        while !Task.isCancelled, FileManager.default.fileExists(atPath: "/proc/\(process)") {
            try? await Task.sleep(for: .milliseconds(20))
        }
        isGone.withLock { $0 = true }
    }
}
