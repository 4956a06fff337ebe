extension LinkingPolicy {
    /// Everything that is wrong with the policy, all at once: broken invariants, outcomes that do not fit, unreachable
    /// rules, uncovered cases, names. Empty for a policy that may be loaded.
    ///
    /// It tries every possible case in every kind of context that the rules can tell apart, so it is a proof, not a
    /// sample. One violation is reported for each fault and rule, with its first case and the number of cases.
    public func violations() -> [PolicyViolation] {
        violations { proposeLinking($0, under: $1, context: $2, explaining: false) }
    }

    /// The same, for any function in the place of ours; see ``LinkingFunction``.
    func violations(deciding: LinkingFunction) -> [PolicyViolation] {
        var findings = Findings()
        var reached: Set<Int> = []
        for context in LinkingContext.representatives(for: self) {
            for facts in LinkingFacts.possible where context.canAccompany(facts) {
                let decision = deciding(facts, self, context)
                let position = decision.rulePosition
                if let position, rules.indices.contains(position) {
                    reached.insert(position)
                    if let misfit = OutcomeMisfit(of: rules[position].then, for: facts) {
                        findings.add(.misfit(misfit), position, decision, misfit.sentence)
                    }
                }
                if decision.reason == .refused(.noRule) {
                    findings.add(.uncoveredCase, nil, decision, "No rule covers this case.")
                }
                for invariant in LinkingInvariant.allCases {
                    if invariant.isBroken(by: decision.outcome, for: facts, signUp: signUp, context) {
                        findings.add(.invariant(invariant), position, decision, invariant.sentence)
                    } else if let other = invariant.isBroken(by: decision, under: self, deciding: deciding) {
                        findings.add(.invariant(invariant), position, decision, invariant.sentence, beside: other)
                    }
                }
            }
        }
        return rulesAsSuch(reached: reached) + findings.all
    }

    private func rulesAsSuch(reached: Set<Int>) -> [PolicyViolation] {
        var found: [PolicyViolation] = []
        var names: Set<String> = []
        for (position, rule) in rules.enumerated() {
            func add(_ kind: PolicyViolation.Kind, _ sentence: String) {
                let text = "Rule \(position + 1) (“\(rule.name)”) \(sentence)"
                found.append(
                    PolicyViolation(
                        kind: kind,
                        rule: position,
                        decision: nil,
                        count: 0,
                        sentence: text,
                        counterexample: ""
                    )
                )
            }
            if rule.name.isEmpty { add(.ambiguousName, "has no name.") }
            if !names.insert(rule.name).inserted { add(.ambiguousName, "has the name of an earlier rule.") }
            if !reached.contains(position) {
                add(.unreachableRule, "never decides: structure or an earlier rule covers every case it describes.")
            }
            if case .refuse(let reason) = rule.then, !reason.isForRules {
                add(.reservedReason(reason), "refuses with \(reason.rawValue), which only structure may give.")
            }
        }
        return found
    }
}

/// Violations by fault and rule, in the order they were first seen.
private struct Findings {
    private struct Key: Hashable {
        let kind: PolicyViolation.Kind
        let rule: Int?
    }

    private(set) var all: [PolicyViolation] = []
    private var positions: [Key: Int] = [:]

    mutating func add(
        _ kind: PolicyViolation.Kind,
        _ rule: Int?,
        _ decision: LinkingDecision,
        _ sentence: String,
        beside other: LinkingDecision? = nil
    ) {
        let key = Key(kind: kind, rule: rule)
        if let position = positions[key] {
            all[position].count += 1
            return
        }
        positions[key] = all.count
        let contrast = other.map { "; but \($0.inWords)" } ?? ""
        all.append(
            PolicyViolation(
                kind: kind,
                rule: rule,
                decision: decision,
                count: 1,
                sentence: sentence,
                counterexample: decision.inWords + contrast + "."
            )
        )
    }
}

extension LinkingContext {
    /// One context for each set of contexts that the policy's rules cannot tell apart: a restricted rule is thus tried
    /// where its restriction holds and where it does not.
    static func representatives(for policy: LinkingPolicy) -> [LinkingContext] {
        let rules = policy.rules.map(\.when)
        var providers = Set(rules.flatMap { $0.providers ?? [] }).sorted { $0.description < $1.description }
        for number in 0...providers.count {
            // One of these is always new, there being more of them than providers named.
            if let other = ProviderID("other-\(number)"), !providers.contains(other) {
                providers.append(other)
                break
            }
        }
        var domains: [String?] = Set(rules.flatMap { $0.domains ?? [] }).sorted()
        for number in 0...domains.count where !domains.contains("other-\(number).example") {
            domains.append("other-\(number).example")
            break
        }
        domains.append(nil)
        let apps: [String?] = Set(rules.flatMap { $0.apps ?? [] }).sorted() + [nil]

        func distinct<Value>(_ values: [Value], _ matches: (LinkingCondition, Value) -> Bool) -> [Value] {
            var seen: Set<[Bool]> = []
            return values.filter { value in seen.insert(rules.map { matches($0, value) }).inserted }
        }
        let ofProviders = distinct(providers) { $0.providers?.contains($1) ?? true }
        // No address and an address elsewhere match the same rules and are still different cases.
        let ofDomains =
            distinct(domains.filter { $0 != nil }) { rule, domain in
                guard let wanted = rule.domains, let domain else { return rule.domains == nil }
                return wanted.contains(domain)
            } + [nil]
        let ofApps = distinct(apps) { rule, app in
            guard let wanted = rule.apps, let app else { return rule.apps == nil }
            return wanted.contains(app)
        }
        var result: [LinkingContext] = []
        for provider in ofProviders {
            for domain in ofDomains {
                for app in ofApps {
                    for invited in policy.signUp == .invited ? [false, true] : [false] {
                        result.append(LinkingContext(provider: provider, domain: domain, app: app, invited: invited))
                    }
                }
            }
        }
        // What structure refuses before any rule is asked needs to be seen once.
        if var first = result.first {
            first.linkOnly = true
            result.append(first)
        }
        return result
    }

    /// A domain comes with an address, and only then.
    func canAccompany(_ facts: LinkingFacts) -> Bool { (domain == nil) == (facts.email == LinkingFacts.Email.none) }
}
