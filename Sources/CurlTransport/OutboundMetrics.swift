import CoreMetrics
import Metrics
import Synchronization

/// What the transport counts. Labels are the provider's id and an outcome from a closed list; never a URL, which
/// would be unbounded and may tell who signs in.
final class OutboundMetrics: Sendable {
    private struct Instruments: Sendable {
        var outcomes: [String: Counter] = [:]
        let duration: Timer
        let circuit: Meter
    }

    private let factory: any MetricsFactory
    private let instruments = Mutex<[String: Instruments]>([:])

    init(factory: any MetricsFactory) {
        self.factory = factory
    }

    /// Counts the end of a call; `outcome` is `2xx` to `5xx`, a failure's code, or `cancelled`.
    func count(_ outcome: String, provider: String) {
        let counter = update(provider) { instruments in
            if let counter = instruments.outcomes[outcome] { return counter }
            let counter = Counter(
                label: "latchkey_outbound_requests_total",
                dimensions: [("provider", provider), ("outcome", outcome)],
                factory: factory
            )
            instruments.outcomes[outcome] = counter
            return counter
        }
        counter.increment()
    }

    /// Records how long a call took that was started, from start to end.
    func record(_ duration: Duration, provider: String) {
        let (seconds, attoseconds) = duration.components
        update(provider) { $0.duration }.recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }

    /// 0 closed, 1 half-open, 2 open.
    func set(_ state: CircuitBreaker.State, provider: String) {
        update(provider) { $0.circuit }.set(state.rawValue)
    }

    private func update<Instrument: Sendable>(
        _ provider: String,
        _ body: (inout Instruments) -> Instrument
    ) -> Instrument {
        instruments.withLock { table in
            var entry =
                table[provider]
                ?? Instruments(
                    duration: Timer(
                        label: "latchkey_outbound_duration_seconds",
                        dimensions: [("provider", provider)],
                        factory: factory
                    ),
                    circuit: Meter(
                        label: "latchkey_outbound_circuit_state",
                        dimensions: [("provider", provider)],
                        factory: factory
                    )
                )
            let instrument = body(&entry)
            table[provider] = entry
            return instrument
        }
    }
}
