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
    /// Keyed hash of the address, computed by the caller; nil without an address. Never the address.
    public let addressHash: String?

    /// Records a decision. The policy's hash is passed in because it is computed once when a policy is loaded.
    public init(_ decision: LinkingDecision, policyVersion: Int, policyHash: String, addressHash: String?) {
        facts = decision.facts
        context = decision.context
        self.policyVersion = policyVersion
        self.policyHash = policyHash
        rule = decision.rule
        outcome = decision.outcome
        reason = decision.reason
        nextStep = decision.nextStep
        self.addressHash = addressHash
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
        addressHash: String?
    ) {
        self.facts = facts
        self.context = context
        self.policyVersion = policyVersion
        self.policyHash = policyHash
        self.rule = rule
        self.outcome = outcome
        self.reason = reason
        self.nextStep = nextStep
        self.addressHash = addressHash
    }

    /// The record as one log line of `key=value` pairs, the rule's name quoted. It carries no domain and no address hash.
    public var logLine: String {
        let name = rule.map { "\"" + $0.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\"" } ?? "none"
        return "\(facts) provider=\(context.provider) policy=\(policyVersion) outcome=\(outcome)"
            + " reason=\(reason.code) next=\(nextStep?.rawValue ?? "none") rule=\(name)"
    }
}
