import Accounts

/// Decides every group under both policies, once each, and counts what differs.
struct PlanComparison {
    private struct Key: Hashable {
        let kind: PlanKind
        let basis: PlanChange.Basis
        let provider: String
        let before: String
        let beforeRule: String?
        let after: String
        let afterRule: String?
    }

    let before: LinkingPolicy
    let after: LinkingPolicy
    private var found: [Key: PlanChange] = [:]

    init(from before: LinkingPolicy, to after: LinkingPolicy) {
        self.before = before
        self.after = after
    }

    /// What differs, by kind, then the largest first.
    var changes: [PlanChange] {
        let order = Dictionary(uniqueKeysWithValues: PlanKind.allCases.enumerated().map { ($1, $0) })
        return found.values.sorted { left, right in
            let (first, second) = (order[left.kind] ?? 0, order[right.kind] ?? 0)
            if first != second { return first < second }
            if left.count != right.count { return left.count > right.count }
            // Nothing is left to chance, so that the same plan always reads the same.
            return (
                left.provider, left.before, left.after, left.basis.rawValue, left.beforeRule ?? "", left.afterRule ?? ""
            )
                < (
                    right.provider, right.before, right.after, right.basis.rawValue, right.beforeRule ?? "",
                    right.afterRule ?? ""
                )
        }
    }

    /// A decision that was made. Facts of another release that this one cannot read are left out.
    mutating func replay(_ group: ReplayGroup<DecisionKey>) {
        guard let facts = LinkingFacts(group.key.facts) else { return }
        compare(facts, facts, group.key.context, .decisions, group.count, group.samples)
    }

    /// A first sign-in through each provider at which somebody has no identity yet: one who has is signed in whatever any
    /// policy says.
    mutating func tryFirstSignIns(_ group: ReplayGroup<AddressKey>, through providers: [PlanProvider]) {
        let key = group.key
        for provider in providers where !key.issuers.contains(provider.issuer) && !provider.isLinkOnly {
            let evidence = LinkingFacts.Email(provider.evidence(key.domain))
            let hasAddress = evidence != .none
            var facts = LinkingFacts(
                intent: .signIn,
                session: .none,
                identity: .unknown,
                email: evidence,
                account: !hasAddress ? .none : key.isDisabled ? .disabled : .verified,
                privileged: hasAddress && key.isPrivileged,
                dormant: hasAddress && key.wasDormant
            )
            let old = facts
            facts.dormant = hasAddress && key.isDormant
            let context = LinkingContext(provider: provider.id, domain: hasAddress ? key.domain : nil)
            compare(old, facts, context, .addresses, group.count, group.samples)
        }
    }

    private mutating func compare(
        _ old: LinkingFacts,
        _ new: LinkingFacts,
        _ context: LinkingContext,
        _ basis: PlanChange.Basis,
        _ count: Int,
        _ samples: [String]
    ) {
        let first = HypotheticalDecision.of(old, under: before, context: context)
        let second = HypotheticalDecision.of(new, under: after, context: context)
        for kind in PlanKind.of(first.outcome, second.outcome) {
            let key = Key(
                kind: kind,
                basis: basis,
                provider: context.provider.description,
                before: first.outcome.description,
                beforeRule: first.rule,
                after: second.outcome.description,
                afterRule: second.rule
            )
            var change =
                found[key]
                ?? PlanChange(
                    kind: kind,
                    basis: basis,
                    provider: key.provider,
                    before: key.before,
                    beforeRule: key.beforeRule,
                    after: key.after,
                    afterRule: key.afterRule,
                    count: 0,
                    samples: []
                )
            change.count += count
            change.samples = Array((change.samples + samples).prefix(5))
            found[key] = change
        }
    }
}
