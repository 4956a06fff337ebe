import Testing

@testable import Accounts

@Suite("Linking policies")
struct LinkingPolicyTests {
    @Test("the policies of the tests are found clean", arguments: Policies.good)
    func clean(policy: LinkingPolicy) {
        #expect(policy.violations().map(\.description) == [])
    }

    @Test("every rule of the standard policy decides something, and every case is decided by a rule or by structure")
    func standardIsComplete() {
        var used: Set<String> = []
        for facts in LinkingFacts.possible {
            let decision = standardDecision(facts)
            #expect(decision.reason != .refused(.noRule) && decision.reason != .refused(.policyUnsafe))
            if let rule = decision.rule { used.insert(rule) }
        }
        #expect(used == Set(LinkingPolicy.standard.rules.map(\.name)))
    }

    @Test("an unreachable rule, an uncovered case, a reserved reason and ambiguous names are all reported at once")
    func faultsOfRules() {
        let policy = LinkingPolicy(
            name: "careless",
            signUp: .open,
            dormantAfter: nil,
            rules: [
                LinkingRule(name: "a", when: LinkingCondition(account: [.none]), then: .create),
                LinkingRule(name: "a", when: LinkingCondition(email: [.none]), then: .create),
                LinkingRule(name: "", when: LinkingCondition(account: [.several]), then: .refuse(.identityInUse)),
                LinkingRule(name: "b", when: LinkingCondition(email: [.verified], account: [.disabled]), then: .hold),
                LinkingRule(name: "c", when: LinkingCondition(email: [], account: [.verified]), then: .hold),
            ]
        )
        let found = policy.violations()
        let codes = found.map { "\($0.kind.code) \($0.rule.map(String.init) ?? "-")" }
        for expected in [
            "unreachable_rule 1", "ambiguous_name 1", "ambiguous_name 2", "reserved_reason 2", "unreachable_rule 3",
            "unreachable_rule 4", "uncovered_case -", "invariant_12 2",
        ] {
            #expect(codes.contains(expected), "\(expected) in \(codes)")
        }
        let uncovered = found.first { $0.kind == .uncoveredCase }
        #expect(
            uncovered?.counterexample.hasPrefix(
                "somebody signing in with an identity of some-provider that nobody here owns, with an unverified address"
            ) == true,
            "\(uncovered?.counterexample ?? "none")"
        )
    }

    @Test(
        "an outcome that does not fit the case is reported",
        arguments: [
            (LinkingCondition(account: [.none]), LinkingOutcome.link, "no_account_to_reach"),
            (LinkingCondition(account: [.none]), .linkAfterProof(proofs: []), "no_proofs"),
            (LinkingCondition(account: [.verified]), .create, "address_is_held"),
            (LinkingCondition(email: [.authoritative], account: [.verified]), .claim, "nothing_to_claim"),
            (LinkingCondition(account: [.several]), .claimAfterProof, "nothing_to_claim"),
            (LinkingCondition(account: [.none]), .signIn, "invariant_1"),
        ]
    )
    func misfits(condition: LinkingCondition, outcome: LinkingOutcome, code: String) {
        let policy = Policies.make("misfit", [(condition, outcome)])
        #expect(policy.violations().contains { $0.kind.code == code && $0.rule == 0 })
        // And if nobody checked: it is still not done.
        for facts in LinkingFacts.possible {
            let decision = decideLinking(facts, under: policy, context: .of())
            #expect(OutcomeMisfit(of: decision.outcome, for: facts) == nil)
        }
    }

    @Test("a rule restricted to a provider, a domain or an app is tried where it applies and where it does not")
    func restrictions() {
        let unproven = LinkingFacts.signIn(.unverified, .verified)
        let bad: [LinkingCondition] = [
            LinkingCondition(email: [.unverified], account: [.verified], providers: Policies.ids("github")),
            LinkingCondition(email: [.unverified], account: [.verified], domains: ["corp.example"]),
            LinkingCondition(email: [.unverified], account: [.verified], apps: ["payroll"]),
            LinkingCondition(
                email: [.unverified],
                account: [.verified],
                providers: Policies.ids("github", "gitlab"),
                domains: ["corp.example"],
                apps: ["payroll"]
            ),
        ]
        for condition in bad {
            let policy = Policies.make("restricted", [(condition, .link)])
            let found = policy.violations().first { $0.kind == .invariant(.unprovenAddressReachesNoAccount) }
            #expect(found?.rule == 0)
            let context = found?.decision?.context
            #expect(context.map { condition.mismatches(unproven, in: $0) } == [])
            #expect(found.map { $0.counterexample.contains("rule 1") } == true)
        }
        // Where only restricted rules cover a case, it is uncovered everywhere else.
        for condition in bad {
            var open = condition
            open.email = nil
            open.account = nil
            let policy = Policies.make("elsewhere", [(open, .hold)], completing: false)
            #expect(policy.violations().contains { $0.kind == .uncoveredCase })
        }
    }

    @Test("a condition holds exactly when nothing in it fails, also where there is no domain and no app")
    func holdsWithoutMismatch() {
        var random = SplitMix64(seed: 3)
        for _ in 0..<20 {
            for rule in random.policy().rules {
                for context in [LinkingContext.of("github", domain: "corp.example"), .of(), .of(domain: nil)] {
                    for facts in LinkingFacts.possible where facts.intent == .signIn && facts.session == .none {
                        #expect(rule.when.holds(facts, in: context) == rule.when.mismatches(facts, in: context).isEmpty)
                    }
                }
            }
        }
        // An absent domain or app is not one called “none”.
        for condition in [LinkingCondition(domains: ["none"]), LinkingCondition(apps: ["none"])] {
            #expect(!condition.holds(.signIn(.none, .none), in: .of(domain: nil)))
            #expect(condition.mismatches(.signIn(.none, .none), in: .of(domain: nil)).count == 1)
        }
    }

    @Test("contexts the rules cannot tell apart are tried once")
    func representatives() {
        #expect(LinkingContext.representatives(for: .standard).count == 2 + 1)
        #expect(LinkingContext.representatives(for: Policies.restricted).count == 2 * 3 * 2 * 2 + 1)
        let named = (0..<200).map { "domain-\($0).example" }
        let many = Policies.make("many", [(LinkingCondition(domains: Set(named)), .hold)])
        #expect(LinkingContext.representatives(for: many).count == 3 + 1)
        // The one more is of a provider that is only for linking.
        #expect(LinkingContext.representatives(for: many).count(where: \.linkOnly) == 1)
        let hidden = Policies.make(
            "names",
            [(LinkingCondition(providers: Policies.ids("some-provider", "some-provider-2")), .hold)]
        )
        #expect(LinkingContext.representatives(for: hidden).contains { $0.provider.description == "some-provider-3" })
        #expect([LinkingPolicy.standard, Policies.restricted, many].map(\.contextCount) == [2, 24, 3])
    }

    @Test("the check finds what trying every case in every context one by one finds, in words and in number")
    func sameAsPlain() {
        var random = SplitMix64(seed: 11)
        for round in 0..<16 {
            let policy = round < Policies.good.count ? Policies.good[round] : random.policy()
            #expect(policy.violations().filter { $0.count > 0 } == Self.plainViolations(policy), "round \(round)")
        }
    }

    /// Trying every case in every context, one by one.
    private static func plainViolations(_ policy: LinkingPolicy) -> [PolicyViolation] {
        func decide(_ facts: LinkingFacts, _ policy: LinkingPolicy, _ context: LinkingContext) -> LinkingDecision {
            proposeLinking(facts, under: policy, context: context, explaining: false)
        }
        var findings = PolicyFindings()
        for context in LinkingContext.representatives(for: policy) {
            for facts in LinkingFacts.possible where context.canAccompany(facts) {
                let decision = decide(facts, policy, context)
                let rule = decision.rulePosition
                if let rule, let misfit = OutcomeMisfit(of: policy.rules[rule].then, for: facts) {
                    _ = findings.add(.misfit(misfit), rule, decision, misfit.sentence)
                }
                if decision.reason == .refused(.noRule) {
                    _ = findings.add(.uncoveredCase, nil, decision, "No rule covers this case.")
                }
                for broken in LinkingInvariant.allCases {
                    let other = broken.isBroken(by: decision, under: policy, deciding: decide)
                    if broken.isBroken(by: decision.outcome, for: facts, signUp: policy.signUp, context) || other != nil
                    {
                        _ = findings.add(.invariant(broken), rule, decision, broken.sentence, beside: other)
                    }
                }
            }
        }
        return findings.all
    }

    @Test("the hash is over what decides, and over nothing else")
    func hash() {
        let standard = LinkingPolicy.standard
        #expect(standard.hash.count == 64)
        var renamed = standard
        renamed.name = "other"
        renamed.version = 9
        #expect(renamed.hash == standard.hash)
        var changed: [LinkingPolicy] = []
        for edit: (inout LinkingPolicy) -> Void in [
            { $0.signUp = .closed }, { $0.dormantAfter = nil }, { $0.dormantAfter = 1 }, { $0.rules.swapAt(0, 1) },
            { $0.rules[0].name += "!" }, { $0.rules[0].then = .hold }, { $0.rules[0].when.recycled = false },
            { $0.rules[0].when.email = nil }, { $0.rules[0].when.email = [] }, { $0.rules[0].when.privileged = false },
            { $0.rules[0].when.dormant = true }, { $0.rules[0].when.domains = ["a.example"] },
            { $0.rules[0].when.apps = ["a.example"] }, { $0.rules[0].when.providers = Policies.ids("a") },
            { $0.rules[0].when.apps = ["a", "b"] }, { $0.rules[0].when.apps = ["a b"] },
            { $0.rules[0].when.apps = ["a\" \"b"] }, { $0.rules[0].then = .linkAfterProof(proofs: [.password]) },
            { $0.rules.removeLast() },
        ] {
            var policy = standard
            edit(&policy)
            changed.append(policy)
        }
        #expect(Set(changed.map(\.hash) + [standard.hash]).count == changed.count + 1)
    }

    @Test("a rule's name cannot imitate a line of the canonical text")
    func canonicalText() {
        var policy = LinkingPolicy.standard
        policy.rules[0].name = "x\"\n then sign_in\nrule \"y"
        let line = policy.canonicalText.split(separator: "\n").first { $0.hasPrefix("rule \"x") }
        #expect(line == #"rule "x\"\{10} then sign_in\{10}rule \"y""#)
    }

    @Test("the canonical text is a stored format: it does not change")
    func canonicalTextIsStable() {
        let policy = LinkingPolicy(
            name: "n",
            signUp: .invited,
            dormantAfter: 60,
            rules: [
                LinkingRule(
                    name: "r",
                    when: LinkingCondition(
                        email: [.verified, .authoritative],
                        recycled: false,
                        domains: ["b.example", "a.example"]
                    ),
                    then: .linkAfterProof(proofs: [.password, .emailCode])
                )
            ]
        )
        #expect(
            policy.canonicalText == """
                latchkey-linking-policy 1
                sign_up invited
                dormant_after 60
                rule "r"
                 when email "authoritative" "verified"
                 when recycled "no"
                 when domain "a.example" "b.example"
                 then link_after_proof:email_code,password

                """
        )
        #expect(policy.hash == "db7f932ba3d1b0e07fa32a1900ceacd16cecae07b414ceec57227680b7c24fe7")
        var lapsing = policy
        lapsing.linkLapsesAfter = 86_400
        #expect(lapsing.canonicalText.contains("\ndormant_after 60\nlink_lapses_after 86400\nrule"))
    }
}
