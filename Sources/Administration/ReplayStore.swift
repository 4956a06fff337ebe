public import Accounts

public import struct Foundation.UUID

/// Decisions, or people, that no policy at hand can tell apart.
public struct ReplayGroup<Key: Hashable & Sendable>: Sendable {
    /// What they have in common.
    public let key: Key
    /// How many.
    public let count: Int
    /// Up to five of them.
    public let samples: [String]

    /// Creates a group.
    public init(key: Key, count: Int, samples: [String]) {
        self.key = key
        self.count = count
        self.samples = samples
    }
}

/// Recorded decisions that are alike.
public struct DecisionKey: Sendable, Hashable {
    /// The facts, as ``LinkingFacts/description`` writes them.
    public let facts: String
    /// Where; domain and app are `*` when no rule names them.
    public let context: LinkingContext

    /// Creates a key.
    public init(facts: String, context: LinkingContext) {
        self.facts = facts
        self.context = context
    }
}

/// Users with a proven address who are alike.
public struct AddressKey: Sendable, Hashable {
    /// Domain of the address; `*` when nothing at hand names it.
    public let domain: String
    /// The user is disabled.
    public let isDisabled: Bool
    /// Holds a privileged role, or has a second factor.
    public let isPrivileged: Bool
    /// Dormant by the policy in force.
    public let wasDormant: Bool
    /// Dormant by the new one.
    public let isDormant: Bool
    /// Issuers at which they have an identity already.
    public let issuers: Set<String>

    /// Creates a key.
    public init(
        domain: String,
        isDisabled: Bool,
        isPrivileged: Bool,
        wasDormant: Bool,
        isDormant: Bool,
        issuers: Set<String>
    ) {
        self.domain = domain
        self.isDisabled = isDisabled
        self.isPrivileged = isPrivileged
        self.wasDormant = wasDormant
        self.isDormant = isDormant
        self.issuers = issuers
    }
}

/// One bite of a replay, small enough that sign-ins do not notice.
public struct ReplayChunk<Key: Hashable & Sendable>: Sendable {
    /// What was in it.
    public let groups: [ReplayGroup<Key>]
    /// How many rows were looked at.
    public let rows: Int
    /// Where to go on; nil at the end.
    public let next: ReplayCursor?

    /// Creates a chunk.
    public init(groups: [ReplayGroup<Key>], rows: Int, next: ReplayCursor?) {
        self.groups = groups
        self.rows = rows
        self.next = next
    }
}

/// The last row that was looked at.
public struct ReplayCursor: Sendable, Hashable {
    /// Its time; users have none.
    public let time: Instant?
    /// Its id.
    public let id: UUID

    /// Creates a cursor.
    public init(time: Instant?, id: UUID) {
        self.time = time
        self.id = id
    }
}

/// What a plan asks of the database. Every statement only reads and is short.
public protocol ReplayStore: Sendable {
    /// About how many rows there are, for showing progress.
    func replaySizes(days: Int) async throws(StoreFailure) -> (decisions: Int, users: Int)
    /// Decisions of the last days after a cursor, grouped.
    func decisionGroups(after: ReplayCursor?, days: Int, domains: [String], apps: [String])
        async throws(StoreFailure) -> ReplayChunk<DecisionKey>
    /// Users after a cursor, with their proven addresses, grouped.
    func addressGroups(after: ReplayCursor?, question: AddressQuestion)
        async throws(StoreFailure) -> ReplayChunk<AddressKey>
    /// Keeps a plan for a day.
    func keep(_ plan: PolicyPlan, summary: String, author: String) async throws(StoreFailure)
    /// The summary of a plan that has not expired, as JSON.
    func planSummary(_ id: UUID) async throws(StoreFailure) -> String?
}

/// What tells users apart.
public struct AddressQuestion: Sendable, Hashable {
    /// Domains that something names.
    public let domains: [String]
    /// Issuers of the enabled providers.
    public let issuers: [String]
    /// Roles that make an account privileged.
    public let privilegedRoles: [String]
    /// Seconds after which an account is dormant under the policy in force; nil for never.
    public let dormantBefore: Int?
    /// The same under the new policy.
    public let dormantAfter: Int?

    /// Creates a question.
    public init(
        domains: [String],
        issuers: [String],
        privilegedRoles: [String],
        dormantBefore: Int?,
        dormantAfter: Int?
    ) {
        self.domains = domains
        self.issuers = issuers
        self.privilegedRoles = privilegedRoles
        self.dormantBefore = dormantBefore
        self.dormantAfter = dormantAfter
    }
}
