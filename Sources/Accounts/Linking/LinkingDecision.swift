/// Why a decision came out as it did.
public enum DecisionReason: Sendable, Hashable {
    /// The identity has an owner, who signs in.
    case identityKnown
    /// Linking, and the identity is linked to the session's user already.
    case alreadyLinked
    /// Linking in a fresh session.
    case freshSession
    /// The identity has an owner, and nobody has used the link for too long.
    case linkLapsed
    /// The rule's outcome, unchanged.
    case rule
    /// A guard changed the outcome.
    case guarded(LinkingGuard)
    /// Refused, by structure or by a rule.
    case refused(RefusalReason)

    /// Stable code for rows, logs and metrics.
    public var code: String {
        switch self {
        case .identityKnown: "identity_known"
        case .alreadyLinked: "already_linked"
        case .freshSession: "fresh_session"
        case .linkLapsed: "link_lapsed"
        case .rule: "rule"
        case .guarded(let warning): "guard_\(warning.rawValue)"
        case .refused(let reason): reason.rawValue
        }
    }

    /// Every reason there is.
    static let all: [DecisionReason] =
        [.identityKnown, .alreadyLinked, .freshSession, .linkLapsed, .rule]
        + LinkingGuard.allCases.map { .guarded($0) } + RefusalReason.allCases.map { .refused($0) }

    /// The reason with that code.
    public init?(code: some StringProtocol) {
        guard let reason = Self.all.first(where: { $0.code == code }) else { return nil }
        self = reason
    }
}

/// A rule that was asked before the deciding one, and why it did not apply.
public struct PassedOverRule: Sendable, Hashable, CustomStringConvertible {
    /// Name of the rule.
    public let rule: String
    /// Every part of its condition that did not hold.
    public let mismatches: [RuleMismatch]

    /// `“name”: email is verified, the rule wants authoritative`.
    public var description: String {
        "“\(rule)”: " + mismatches.map(\.description).joined(separator: "; ")
    }
}

/// What was decided, and how. Only this module can make one, so every way in has to come through
/// ``decideLinking(_:under:context:)`` (better-auth GHSA-g38m-r43w-p2q7: a second path had a laxer opinion).
public struct LinkingDecision: Sendable, Hashable {
    /// What it was decided on.
    public let facts: LinkingFacts
    /// The circumstances.
    public let context: LinkingContext
    /// What happens.
    public let outcome: LinkingOutcome
    /// Name of the rule that applied; nil when structure decided.
    public let rule: String?
    /// Position of that rule in the policy, from 0.
    public let rulePosition: Int?
    /// Why.
    public let reason: DecisionReason
    /// The rules asked before, in order; empty when structure decided.
    public let passedOver: [PassedOverRule]

    /// Internal on purpose: see the type's description.
    init(
        facts: LinkingFacts,
        context: LinkingContext,
        outcome: LinkingOutcome,
        rule: String? = nil,
        rulePosition: Int? = nil,
        reason: DecisionReason,
        passedOver: [PassedOverRule] = []
    ) {
        self.facts = facts
        self.context = context
        self.outcome = outcome
        self.rule = rule
        self.rulePosition = rulePosition
        self.reason = reason
        self.passedOver = passedOver
    }

    /// What the person is offered next; nil when nothing is left to do.
    public var nextStep: NextStep? { outcome.nextStep }
}
