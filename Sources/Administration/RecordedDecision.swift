public import Accounts

/// One row about one decision, as it was written down.
public struct RecordedDecision: Sendable, Hashable {
    /// Its id.
    public let id: DecisionID
    /// When.
    public let decidedAt: Instant
    /// Provider, domain, app, invitation.
    public let context: LinkingContext
    /// The facts, as ``LinkingFacts/description`` writes them.
    public let facts: String
    /// The policy's number in its history; 0 before there was one.
    public let policyVersion: Int
    /// The policy's hash.
    public let policyHash: String
    /// Name of the rule; nil when structure decided.
    public let rule: String?
    /// What happened, as ``LinkingOutcome/description`` writes it.
    public let outcome: String
    /// Why, as ``DecisionReason/code``.
    public let reason: String
    /// What was offered next.
    public let nextStep: String?
    /// Whose account it concerned.
    public let user: UserID?
    /// The request.
    public let requestID: String?
    /// What a candidate in shadow mode would have done.
    public let shadowOutcome: String?

    /// Creates a decision read from its row.
    public init(
        id: DecisionID,
        decidedAt: Instant,
        context: LinkingContext,
        facts: String,
        policyVersion: Int,
        policyHash: String,
        rule: String?,
        outcome: String,
        reason: String,
        nextStep: String?,
        user: UserID?,
        requestID: String?,
        shadowOutcome: String?
    ) {
        self.id = id
        self.decidedAt = decidedAt
        self.context = context
        self.facts = facts
        self.policyVersion = policyVersion
        self.policyHash = policyHash
        self.rule = rule
        self.outcome = outcome
        self.reason = reason
        self.nextStep = nextStep
        self.user = user
        self.requestID = requestID
        self.shadowOutcome = shadowOutcome
    }

    /// The decision in one sentence for an operator.
    public var sentence: String {
        let by = rule.map { "by the rule “\($0)”" } ?? "by structure (\(reason))"
        let next = nextStep.map { ", offered next: \($0)" } ?? ""
        return "\(context.provider): \(outcome) \(by), under policy version \(policyVersion)\(next)."
    }
}

/// Which decisions somebody wants to see.
public struct DecisionFilter: Sendable, Hashable {
    /// Only about this user.
    public var user: UserID?
    /// Only from this moment on.
    public var since: Instant?
    /// Only before this moment.
    public var until: Instant?
    /// Only with this outcome, with or without what follows its colon.
    public var outcome: String?
    /// At most this many.
    public var limit: Int

    /// Creates a filter.
    public init(
        user: UserID? = nil,
        since: Instant? = nil,
        until: Instant? = nil,
        outcome: String? = nil,
        limit: Int = 100
    ) {
        self.user = user
        self.since = since
        self.until = until
        self.outcome = outcome
        self.limit = limit
    }
}

/// How often a candidate in shadow mode would have done something else.
public struct ShadowCount: Sendable, Hashable {
    /// What happened.
    public let outcome: String
    /// What would have happened.
    public let shadowOutcome: String
    /// How often.
    public let count: Int
    /// Up to five of them.
    public let samples: [String]

    /// Creates a count.
    public init(outcome: String, shadowOutcome: String, count: Int, samples: [String]) {
        self.outcome = outcome
        self.shadowOutcome = shadowOutcome
        self.count = count
        self.samples = samples
    }
}

/// Decisions that were made.
public protocol DecisionStore: Sendable {
    /// The latest first.
    func decisions(_ filter: DecisionFilter) async throws(StoreFailure) -> [RecordedDecision]
    /// One decision.
    func decision(_ id: DecisionID) async throws(StoreFailure) -> RecordedDecision?
    /// What the candidate of that hash would have done, by outcomes.
    func shadowCounts(policyHash: String) async throws(StoreFailure) -> [ShadowCount]
}
