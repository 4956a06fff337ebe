/// What is written down of every decision: enough to read it back in sentences and to replay it under another policy.
public struct DecisionRecord: Sendable, Hashable {
    /// The facts; stored as ``LinkingFacts/description``.
    public let facts: LinkingFacts
    /// Provider, domain, app, invitation: what a replay needs beside the facts.
    public let context: LinkingContext
    /// The policy's number in its history.
    public let policyVersion: Int
    /// The policy's ``LinkingPolicy/hash``.
    public let policyHash: String
    /// Name of the rule that applied; nil when structure decided.
    public let rule: String?
    /// What happened; stored as ``LinkingOutcome/description``.
    public let outcome: LinkingOutcome
    /// Why; stored as ``DecisionReason/code``.
    public let reason: DecisionReason
    /// What the person was offered; nil when nothing was left to do.
    public let nextStep: NextStep?
    /// What the candidate in ``PolicyInForce/shadow`` would have done; nil without one.
    public let shadow: ShadowAnswer?
    /// The proof that was given for what the outcome asks one for, and with which it was carried out; nil while none was.
    public let provenBy: LinkingProof?

    /// Records a decision.
    public init(_ decision: LinkingDecision, under policy: PolicyInForce, provenBy: LinkingProof? = nil) {
        self.provenBy = provenBy
        facts = decision.facts
        context = decision.context
        policyVersion = policy.version
        policyHash = policy.hash
        rule = decision.rule
        outcome = decision.outcome
        reason = decision.reason
        nextStep = decision.nextStep
        shadow = policy.shadow.map { candidate in
            let other = decideLinking(decision.facts, under: candidate.policy, context: decision.context)
            return ShadowAnswer(outcome: other.outcome, rule: other.rule, policyHash: candidate.hash)
        }
    }

    /// A record read back from its row.
    public init(
        facts: LinkingFacts,
        context: LinkingContext,
        policyVersion: Int,
        policyHash: String,
        rule: String?,
        outcome: LinkingOutcome,
        reason: DecisionReason,
        nextStep: NextStep?,
        shadow: ShadowAnswer? = nil,
        provenBy: LinkingProof? = nil
    ) {
        self.provenBy = provenBy
        self.facts = facts
        self.context = context
        self.policyVersion = policyVersion
        self.policyHash = policyHash
        self.rule = rule
        self.outcome = outcome
        self.reason = reason
        self.nextStep = nextStep
        self.shadow = shadow
    }

    /// The record as one log line of `key=value` pairs, the rule's name quoted. It carries no domain.
    public var logLine: String {
        let name = rule.map { "\"" + $0.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\"" } ?? "none"
        return "\(facts) provider=\(context.provider) policy=\(policyVersion) outcome=\(outcome)"
            + " reason=\(reason.code) next=\(nextStep?.rawValue ?? "none") rule=\(name)"
    }
}

/// What a candidate policy would have done in the same case.
public struct ShadowAnswer: Sendable, Hashable {
    /// What would have happened.
    public let outcome: LinkingOutcome
    /// Name of the rule that would have applied; nil when structure decided.
    public let rule: String?
    /// The candidate's ``LinkingPolicy/hash``.
    public let policyHash: String

    /// Creates an answer.
    public init(outcome: LinkingOutcome, rule: String?, policyHash: String) {
        self.outcome = outcome
        self.rule = rule
        self.policyHash = policyHash
    }
}
