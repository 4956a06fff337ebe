import Metrics
import Synchronization

/// `latchkey_http_requests_total{route,status}` and `latchkey_http_request_duration_seconds{route}`.
/// Instruments are looked up once per label set: a look-up on each request would cost more than a session check's JSON.
final class RequestMetrics: Sendable {
    private struct Key: Hashable {
        let route: String
        let status: Int
    }

    private struct Instruments: Sendable {
        let counter: Counter
        let timer: Metrics.Timer
    }

    private let instruments = Mutex<[Key: Instruments]>([:])

    func record(route: String, status: Int, elapsed: Duration) {
        let key = Key(route: route, status: status)
        let found = instruments.withLock { known in
            if let found = known[key] { return found }
            let made = Instruments(
                counter: Counter(
                    label: "latchkey_http_requests_total",
                    dimensions: [("route", route), ("status", String(status))]
                ),
                timer: Metrics.Timer(
                    label: "latchkey_http_request_duration_seconds",
                    dimensions: [("route", route)]
                )
            )
            known[key] = made
            return made
        }
        found.counter.increment()
        let (seconds, attoseconds) = elapsed.components
        found.timer.recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}
