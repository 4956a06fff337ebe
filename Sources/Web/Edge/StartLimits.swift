import Flows
import Synchronization

/// How many sign-ins with a provider one client may begin, and callbacks it may bring back, at this node: counted in memory,
/// because each costs calls to somebody else and a row, but none guesses at anything of ours (M06).
final class StartLimits: Sendable {
    private let step: Duration
    private let period: Duration
    private let whole = Mutex<[String: ContinuousClock.Instant]>([:])
    /// More clients than this are not told apart for long: the ones whose allowance is whole are forgotten.
    private let capacity = 50_000

    /// - Parameter limit: attempts at once, and in each ten minutes.
    init(limit: Int) {
        period = .seconds(600)
        step = period / max(1, limit)
    }

    /// Counts one; throws when the allowance is used up.
    func count(_ client: String, at now: ContinuousClock.Instant = .now) throws(Refusal) {
        let wait: Duration? = whole.withLock { whole in
            let next = max(whole[client] ?? now, now) + step
            guard next <= now + period else { return next - now - period }
            if whole.count >= capacity, whole[client] == nil { whole = whole.filter { $0.value > now } }
            // Everybody is busy: whoever is new passes uncounted rather than taking somebody else's count away.
            if whole.count < capacity || whole[client] != nil { whole[client] = next }
            return nil
        }
        if let wait { throw .tooManyStarts(retryAfter: Int(wait.components.seconds) + 1) }
    }
}

extension Refusal {
    static func tooManyStarts(retryAfter: Int) -> Refusal {
        Refusal(
            429,
            "too_many_attempts",
            "There were too many attempts. Wait a little, then try again.",
            nextStep: .waitAndSignInAgain,
            retryAfter: retryAfter,
            detail: "starts_per_client"
        )
    }
}
