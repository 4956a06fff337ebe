public import Accounts

/// Where the versions of the policy are kept: once for all nodes.
public protocol PolicyStore: Sendable {
    /// What is in force and what is tried beside it, of one moment.
    func snapshot() async throws(StoreFailure) -> PolicySnapshot
    /// One version; nil when there is none of that number.
    func version(_ number: Int) async throws(StoreFailure) -> PolicyVersion?
    /// Every version, the oldest first.
    func versions() async throws(StoreFailure) -> [PolicyVersion]
    /// Whether a policy of that hash was ever in force.
    func knows(policyHash: String) async throws(StoreFailure) -> Bool
    /// Adds a version if `base` is still the latest, and tells every node in the same commit. Of several at once, one wins.
    /// - Parameter base: number of the version that the draft was made for; 0 for none.
    func append(_ draft: PolicyDraft, after base: Int) async throws(StoreFailure) -> PolicyAppend
    /// Puts a candidate beside the policy in force, instead of any other, or takes it away; tells every node.
    func setShadow(_ shadow: StoredShadow?) async throws(StoreFailure)
    /// Something for every change of versions and candidates, and whenever one may have been missed.
    func changes() -> AsyncStream<PolicySignal>
}

/// What is in force, and what is tried beside it.
public struct PolicySnapshot: Sendable, Hashable {
    /// The latest version; nil when there is none.
    public let live: PolicyVersion?
    /// The candidate; nil when there is none.
    public let shadow: StoredShadow?

    /// Creates a snapshot.
    public init(live: PolicyVersion?, shadow: StoredShadow?) {
        self.live = live
        self.shadow = shadow
    }
}

/// A candidate that is tried out in shadow mode.
public struct StoredShadow: Sendable, Hashable {
    /// Its text.
    public let text: String
    /// ``LinkingPolicy/hash`` of what it says.
    public let policyHash: String
    /// Who wants to know.
    public let author: String
    /// Since when; nil before it is stored.
    public let startedAt: Instant?

    /// Creates a candidate.
    public init(text: String, policyHash: String, author: String, startedAt: Instant? = nil) {
        self.text = text
        self.policyHash = policyHash
        self.author = author
        self.startedAt = startedAt
    }
}

/// What came of adding a version.
public enum PolicyAppend: Sendable, Hashable {
    /// It is in force.
    case appended(PolicyVersion)
    /// Somebody else was faster; this is in force now.
    case moved(live: Int)
}

/// What a node hears of the store.
public enum PolicySignal: Sendable, Hashable {
    /// Look: something changed, or may have.
    case changed
    /// Nothing will be heard until ``regained``.
    case lost
    /// Changes are heard, for the first time or again; some may have been missed before.
    case regained
}
