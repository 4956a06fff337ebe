public import Accounts

/// What would happen, without anything happening: the one place of the operator's side that asks the policy.
public enum HypotheticalDecision {
    /// Asks ``decideLinking(_:under:context:)``, the same function that every sign-in asks (L-9).
    public static func of(
        _ facts: LinkingFacts,
        under policy: LinkingPolicy,
        context: LinkingContext
    ) -> LinkingDecision {
        decideLinking(facts, under: policy, context: context)
    }
}
