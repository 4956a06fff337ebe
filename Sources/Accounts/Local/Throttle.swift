import Cryptography

/// How often something may be tried: a burst at once, then one more each time a part of the period has passed
/// (generic cell rate algorithm, ITU-T I.371).
public struct ThrottleRule: Sendable, Hashable {
    /// What is limited; part of every key, so that two rules never share a count.
    public let name: String
    /// Attempts at once, and in each period.
    public let limit: Int
    /// The period.
    public let period: Duration

    /// Creates a rule; a limit below one counts as one.
    public init(_ name: String, limit: Int, per period: Duration) {
        self.name = name
        self.limit = max(1, limit)
        self.period = period
    }

    /// The count for one address, network, pair or user.
    public func key(_ subject: String...) -> ThrottleKey {
        let text = ([name] + subject).joined(separator: "\u{0}")
        return ThrottleKey(rule: self, hash: TokenHash(SHA2.sha256(Array(text.utf8))))
    }
}

/// One thing that is counted.
public struct ThrottleKey: Sendable, Hashable {
    /// By which rule.
    public let rule: ThrottleRule
    /// SHA-256 of the rule's name and of what is counted.
    public let hash: TokenHash
}

/// Whether an attempt may go on.
public enum ThrottleVerdict: Sendable, Hashable {
    /// It may, and it was counted.
    case admitted
    /// Not now; nothing was counted. Seconds until it makes sense again, at least one.
    case wait(seconds: Int)
}

/// Counts of attempts that hold over all nodes.
public protocol ThrottleStore: Sendable {
    /// Counts one attempt under every key, or, if any of them is used up, under none.
    /// The count is taken before the attempt: a thousand guesses sent at once are still a thousand guesses.
    func take(_ keys: [ThrottleKey]) async throws(StoreFailure) -> ThrottleVerdict
}
