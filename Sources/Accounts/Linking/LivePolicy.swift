import Synchronization

/// A candidate that is decided beside the policy in force, and only compared.
public struct ShadowPolicy: Sendable, Hashable {
    /// The candidate.
    public let policy: LinkingPolicy
    /// Its ``LinkingPolicy/hash``.
    public let hash: String

    /// Creates a shadow; the hash is computed once, here.
    public init(_ policy: LinkingPolicy) {
        self.policy = policy
        hash = policy.hash
    }
}

/// A policy that was checked, with its place in the history.
public struct PolicyInForce: Sendable, Hashable {
    /// The policy.
    public let policy: LinkingPolicy
    /// Its number in the history, from 1; 0 while no version is known.
    public let version: Int
    /// Its ``LinkingPolicy/hash``.
    public let hash: String
    /// What is tried out beside it.
    public let shadow: ShadowPolicy?

    /// Creates a policy in force; the hash is computed once, here.
    public init(_ policy: LinkingPolicy, version: Int, shadow: ShadowPolicy? = nil) {
        self.policy = policy
        self.version = version
        hash = policy.hash
        self.shadow = shadow
    }
}

/// The policy this node decides by. It is swapped as a whole: whoever began to decide under one goes on under the same.
public final class LivePolicy: Sendable {
    private let current: Mutex<PolicyInForce>

    /// Starts with a policy that has been checked.
    public init(_ inForce: PolicyInForce) { current = Mutex(inForce) }

    /// The policy at this moment.
    public var inForce: PolicyInForce { current.withLock { $0 } }

    /// Puts another in force. Checking it is the caller's part.
    public func replace(with next: PolicyInForce) { current.withLock { $0 = next } }
}
