/// One provider's share of the transport: how many calls run at once, how many wait, and whether it is asked at all.
/// A pure value; a provider that is dead, slow or dripping fills its own share and nobody else's (R7, L08).
struct Bulkhead: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// What happens to a call that arrives.
    enum Arrival: Sendable, Hashable {
        /// It runs now.
        case start(CircuitBreaker.Permit)
        /// It waits for its turn.
        case wait
        /// It fails at once: nothing was sent.
        case busy
        /// It fails at once: the provider is not asked at the moment.
        case circuitOpen
    }

    /// What happens to a call that waited.
    enum Departure: Sendable, Hashable {
        /// It runs now.
        case start(UInt64, CircuitBreaker.Permit)
        /// It fails: the circuit opened while it waited.
        case circuitOpen(UInt64)
    }

    private let maximumRunning: Int
    private let maximumWaiting: Int
    private(set) var running = 0
    private(set) var waiting: [UInt64] = []
    private(set) var breaker: CircuitBreaker

    init(maximumRunning: Int, maximumWaiting: Int, breaker: CircuitBreakerSettings) {
        self.maximumRunning = maximumRunning
        self.maximumWaiting = maximumWaiting
        self.breaker = CircuitBreaker(breaker)
    }

    /// Decides about a call that arrives, and counts it.
    mutating func arrive(_ id: UInt64, at now: Instant) -> Arrival {
        guard breaker.wouldAdmit(at: now) else { return .circuitOpen }
        if running < maximumRunning && waiting.isEmpty {
            guard let permit = breaker.admit(at: now) else { return .circuitOpen }
            running += 1
            return .start(permit)
        }
        guard waiting.count < maximumWaiting else { return .busy }
        waiting.append(id)
        return .wait
    }

    /// A running call ended.
    mutating func leave(
        _ permit: CircuitBreaker.Permit,
        _ verdict: CircuitBreaker.Verdict,
        at now: Instant,
        chance: Double
    ) {
        running -= 1
        breaker.record(verdict, for: permit, at: now, chance: chance)
    }

    /// A waiting call gave up.
    mutating func abandon(_ id: UInt64) {
        waiting.removeAll { $0 == id }
    }

    /// The next waiting call whose fate is decided, or nil when all that wait have to go on waiting.
    mutating func next(at now: Instant) -> Departure? {
        guard let first = waiting.first else { return nil }
        guard breaker.wouldAdmit(at: now) else {
            waiting.removeFirst()
            return .circuitOpen(first)
        }
        guard running < maximumRunning, let permit = breaker.admit(at: now) else { return nil }
        waiting.removeFirst()
        running += 1
        return .start(first, permit)
    }
}
