import Metrics
import Synchronization

/// `latchkey_http_requests_total{route,status}` and `latchkey_http_request_duration_seconds{route}`.
/// Instruments are looked up once per label set: a look-up on each request would cost more than a session check's JSON.
final class RequestMetrics: Sendable {
    private struct Key: Hashable {
        let route: String
        let status: Int
    }

    /// What one label set is recorded with.
    struct Instruments: Sendable {
        fileprivate let counter: Counter
        fileprivate let timer: Metrics.Timer

        func record(nanoseconds: Int64) {
            counter.increment()
            timer.recordNanoseconds(nanoseconds)
        }
    }

    private let instruments = Mutex<[Key: Instruments]>([:])

    func record(route: String, status: Int, nanoseconds: Int64) {
        instruments(route: route, status: status).record(nanoseconds: nanoseconds)
    }

    func instruments(route: String, status: Int) -> Instruments {
        let key = Key(route: route, status: status)
        return instruments.withLock { known in
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
    }
}
