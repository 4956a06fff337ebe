/// Something wrong with a policy, shown with a concrete case.
public struct PolicyViolation: Sendable, Hashable, CustomStringConvertible {
    /// What is wrong.
    public enum Kind: Sendable, Hashable {
        /// One of the twelve invariants is broken.
        case invariant(LinkingInvariant)
        /// An outcome makes no sense for a case its rule decides.
        case misfit(OutcomeMisfit)
        /// No case there is reaches the rule.
        case unreachableRule
        /// No rule covers a case.
        case uncoveredCase
        /// A rule refuses with a reason that only structure gives.
        case reservedReason(RefusalReason)
        /// Two rules have the same name, or one has none.
        case ambiguousName

        /// Stable code.
        public var code: String {
            switch self {
            case .invariant(let invariant): "invariant_\(invariant.rawValue)"
            case .misfit(let misfit): misfit.rawValue
            case .unreachableRule: "unreachable_rule"
            case .uncoveredCase: "uncovered_case"
            case .reservedReason: "reserved_reason"
            case .ambiguousName: "ambiguous_name"
            }
        }
    }

    /// What is wrong.
    public let kind: Kind
    /// Position of the rule in the policy, from 0; nil when structure or no rule decided.
    public let rule: Int?
    /// The first case that shows it; nil for faults of the rule as such.
    public let decision: LinkingDecision?
    /// How many cases show it; 0 for faults of the rule as such.
    public internal(set) var count: Int
    /// What is wrong, in one sentence.
    public let sentence: String
    /// The case in words; empty for faults of the rule as such.
    public let counterexample: String

    /// Sentence and case, on one line.
    public var description: String {
        let shown = counterexample.isEmpty ? "" : " For example, \(counterexample)"
        return "[\(kind.code)] \(sentence)\(shown)" + (count > 1 ? " (one of \(count) cases)" : "")
    }
}
