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
    ///
    /// A decision depends on the context only through the rules that match in it, the invitation, and whether there is an
    /// address. So a case is judged once for each way in which rules can match it and the cases it is compared with, and
    /// from then on only counted: the same proof, in time that does not grow with the product of providers, domains
    /// and apps as fast as the number of cases does.
    func violations(deciding: @escaping LinkingFunction) -> [PolicyViolation] {
        var check = PolicyCheck(policy: self, deciding: deciding)
        for context in ContextKinds(self).contexts { check.tryCases(in: context) }
        return rulesAsSuch(reached: check.reached) + check.findings.all
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

/// A check under way.
private struct PolicyCheck {
    /// What a decision may know of a context beside the rules that match in it.
    private struct Surroundings: Hashable {
        let invited: Bool
        let hasAddress: Bool
        let linkOnly: Bool
    }

    /// Violations that were found before, as places in the findings.
    private struct Known {
        /// For what rules are asked: by case, then by the rules that match it and the cases it is compared with.
        var asked: [[SIMD4<Int32>: [Int]]]
        /// By case, then by what those rules decide instead of which they are: that nothing is wrong, and whether the case
        /// reaches its rule. Many rules that say the same are thus judged as one.
        var clean: [[SIMD4<Int32>: Bool]]
        /// For all that no rule is asked about.
        var structural: [Int]?
    }

    let policy: LinkingPolicy
    let deciding: LinkingFunction
    private let matches: FirstMatches
    /// A number for each rule's outcome, the same for the same outcome.
    private let answerNumbers: [Int32]
    private(set) var findings = PolicyFindings()
    private(set) var reached: Set<Int> = []
    private var known: [Surroundings: Known] = [:]

    init(policy: LinkingPolicy, deciding: @escaping LinkingFunction) {
        self.policy = policy
        self.deciding = deciding
        matches = FirstMatches(policy)
        var numbers: [LinkingOutcome: Int32] = [:]
        answerNumbers = policy.rules.map { rule in
            let number = numbers[rule.then] ?? Int32(clamping: numbers.count)
            numbers[rule.then] = number
            return number
        }
    }

    /// Tries every possible case in a context.
    mutating func tryCases(in context: LinkingContext) {
        let surroundings = Surroundings(
            invited: context.invited,
            hasAddress: context.domain != nil,
            linkOnly: context.linkOnly
        )
        var known =
            known.removeValue(forKey: surroundings)
            ?? Known(
                asked: Array(repeating: [:], count: LinkingFacts.possible.count),
                clean: Array(repeating: [:], count: LinkingFacts.possible.count)
            )
        let positions = matches.positions(in: context)
        var structural: [Int] = []
        let numbers = known.structural == nil ? Array(LinkingFacts.possible.indices) : FirstMatches.asked
        for number in numbers where context.canAccompany(LinkingFacts.possible[number]) {
            let facts = LinkingFacts.possible[number]
            let seen = FirstMatches.seenByRules[number]
            if seen.isEmpty {
                structural += judge(facts, context).places
                continue
            }
            var key = SIMD4<Int32>(repeating: -1)
            for (lane, place) in seen.enumerated() { key[lane] = positions[place] }
            if let places = known.asked[number][key] {
                findings.countAgain(places)
                continue
            }
            let answers = answers(of: key)
            if let reachesRule = known.clean[number][answers] {
                if reachesRule { reached.insert(Int(key[0])) }
                known.asked[number][key] = []
            } else {
                let (places, reachesRule) = judge(facts, context)
                known.asked[number][key] = places
                if places.isEmpty { known.clean[number][answers] = reachesRule }
            }
        }
        if let places = known.structural {
            findings.countAgain(places)
        } else {
            known.structural = structural
        }
        self.known[surroundings] = known
    }

    /// What the rules at these positions decide, as numbers.
    private func answers(of positions: SIMD4<Int32>) -> SIMD4<Int32> {
        var result = positions
        for lane in positions.indices where positions[lane] >= 0 { result[lane] = answerNumbers[Int(positions[lane])] }
        return result
    }

    /// Judges one case.
    ///
    /// - Returns: The places of what it shows to be wrong, and whether a rule decided it.
    private mutating func judge(_ facts: LinkingFacts, _ context: LinkingContext) -> (places: [Int], byRule: Bool) {
        let decision = deciding(facts, policy, context)
        let position = decision.rulePosition
        var places: [Int] = []
        if let position, policy.rules.indices.contains(position) {
            reached.insert(position)
            if let misfit = OutcomeMisfit(of: policy.rules[position].then, for: facts) {
                places.append(findings.add(.misfit(misfit), position, decision, misfit.sentence))
            }
        }
        if decision.reason == .refused(.noRule) {
            places.append(findings.add(.uncoveredCase, nil, decision, "No rule covers this case."))
        }
        for invariant in LinkingInvariant.allCases {
            if invariant.isBroken(by: decision.outcome, for: facts, signUp: policy.signUp, context) {
                places.append(findings.add(.invariant(invariant), position, decision, invariant.sentence))
            } else if let other = invariant.isBroken(by: decision, under: policy, deciding: deciding) {
                places.append(
                    findings.add(.invariant(invariant), position, decision, invariant.sentence, beside: other)
                )
            }
        }
        return (places, position != nil)
    }
}
