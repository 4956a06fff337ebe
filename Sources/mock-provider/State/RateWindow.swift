import Synchronization

/// A fixed window of requests per key, as X counts them: 75 in 15 minutes per person.
final class RateWindow: Sendable {
    /// Where a caller stands.
    struct Standing: Sendable {
        let limit: Int
        let remaining: Int
        /// Seconds since 1970.
        let resetsAt: Int64
        let isExceeded: Bool
    }

    private let windows = Mutex(Generations<(start: Int64, count: Int)>(limit: 20_000))
    private let limit: Int
    private let seconds: Int64

    init(limit: Int, seconds: Int64) {
        self.limit = limit
        self.seconds = seconds
    }

    /// Counts one request.
    func count(_ key: String, now: Int64) -> Standing {
        windows.withLock { windows in
            var window = windows[key] ?? (now, 0)
            if now - window.start >= seconds { window = (now, 0) }
            window.count += 1
            windows[key] = window
            return Standing(
                limit: limit,
                remaining: max(0, limit - window.count),
                resetsAt: window.start + seconds,
                isExceeded: window.count > limit
            )
        }
    }

    /// Forgets every caller.
    func reset() {
        windows.withLock { $0.removeAll() }
    }
}
