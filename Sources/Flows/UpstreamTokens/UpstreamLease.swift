import Accounts

/// The right to refresh one row, and how long this node may rely on it. It runs out only when its node has died, or can not reach the
/// database.
struct UpstreamLease: Sendable {
    /// Whose it is.
    let id: UpstreamLeaseID
    /// From when on it is counted: before the database was asked, so never later than the database's own beginning.
    let askedAt: ContinuousClock.Instant
    /// The longest that a call to a provider takes.
    let callTimeout: Duration

    /// Writing down what came, and a node that is held up.
    static let margin = Duration.seconds(20)

    /// Two calls, the refresh itself and keys that a new ID token may need, and the margin.
    var length: Duration { callTimeout * 2 + Self.margin }

    /// Whether there is enough left for a refresh that begins now. Getting the lease may have taken long.
    func allowsSending(at now: ContinuousClock.Instant) -> Bool {
        askedAt.duration(to: now) < Self.margin / 2
    }
}
