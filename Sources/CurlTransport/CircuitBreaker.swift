/// Stops asking a provider that just failed several times in a row, so that its failures cost neither connections
/// nor people's time, and asks again carefully: a pure state machine, its clock and its chance come from outside.
struct CircuitBreaker: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// What is known about the provider. The raw value is the metric's.
    enum State: Int, Sendable {
        /// Healthy: requests pass.
        case closed = 0
        /// The cool-down is over: one request may try.
        case halfOpen = 1
        /// Failing: nothing passes until the cool-down is over.
        case open = 2
    }

    /// The right to send one request.
    enum Permit: Sendable, Hashable {
        /// Sent while the circuit was closed.
        case ordinary
        /// The one that tries whether the provider is back.
        case probe
    }

    /// What an attempt says about the provider.
    enum Verdict: Sendable {
        /// It answered.
        case success
        /// It failed to answer, or answered 5xx.
        case failure
        /// The attempt says nothing: cancelled, or refused before it was sent.
        case neutral
    }

    private enum Phase: Sendable {
        case closed(failures: Int)
        case open(until: Instant, coolDown: Duration)
        case halfOpen(probing: Bool, coolDown: Duration)
    }

    private let settings: CircuitBreakerSettings
    private var phase: Phase = .closed(failures: 0)

    init(_ settings: CircuitBreakerSettings) {
        self.settings = settings
    }

    /// The state without a clock, as of the last decision: what logs and metrics tell.
    var state: State {
        switch phase {
        case .closed: .closed
        case .open: .open
        case .halfOpen: .halfOpen
        }
    }

    /// Whether ``admit(at:)`` would give a permit.
    func wouldAdmit(at now: Instant) -> Bool {
        switch phase {
        case .closed: true
        case .halfOpen(let probing, _): !probing
        case .open(let until, _): now >= until
        }
    }

    /// Gives the right to send a request, or nil while the circuit is open. Every permit ends in ``record(_:for:at:chance:)``.
    mutating func admit(at now: Instant) -> Permit? {
        guard wouldAdmit(at: now) else { return nil }
        switch phase {
        case .closed:
            return .ordinary
        case .open(_, let coolDown), .halfOpen(_, let coolDown):
            phase = .halfOpen(probing: true, coolDown: coolDown)
            return .probe
        }
    }

    /// Takes note of how an attempt ended. `chance` in 0..<1 spreads the cool-downs of several nodes, which would
    /// otherwise all knock at the same moment.
    mutating func record(_ verdict: Verdict, for permit: Permit, at now: Instant, chance: Double) {
        switch (phase, permit, verdict) {
        case (.closed, _, .success):
            phase = .closed(failures: 0)
        case (.closed(let failures), .ordinary, .failure):
            let count = failures + 1
            phase =
                count >= settings.failuresToOpen
                ? opened(for: settings.coolDown, at: now, chance: chance) : .closed(failures: count)
        case (.halfOpen, .probe, .success):
            phase = .closed(failures: 0)
        case (.halfOpen(_, let coolDown), .probe, .failure):
            phase = opened(for: min(coolDown * 2, settings.maximumCoolDown), at: now, chance: chance)
        case (.halfOpen(_, let coolDown), .probe, .neutral):
            phase = .halfOpen(probing: false, coolDown: coolDown)
        default:
            // Stragglers sent before the circuit opened say nothing new: only the probe closes it.
            break
        }
    }

    private func opened(for coolDown: Duration, at now: Instant, chance: Double) -> Phase {
        .open(until: now.advanced(by: coolDown * (0.75 + 0.25 * chance)), coolDown: coolDown)
    }
}
