import Testing

@testable import Accounts

@Suite("Linking invariants")
struct LinkingInvariantTests {
    @Test("the decision keeps every invariant in every case under every policy of the tests", arguments: Policies.good)
    func exhaustive(policy: LinkingPolicy) {
        var checked = 0
        for context in LinkingContext.representatives(for: policy) {
            for facts in LinkingFacts.all where context.canAccompany(facts) {
                let decision = decideLinking(facts, under: policy, context: context)
                for invariant in LinkingInvariant.allCases {
                    let broken = invariant.isBroken(
                        by: decision.outcome,
                        for: facts,
                        signUp: policy.signUp,
                        context
                    )
                    let beside = invariant.isBroken(by: decision, under: policy) {
                        decideLinking($0, under: $1, context: $2)
                    }
                    #expect(!broken && beside == nil, "\(invariant) \(decision.inWords)")
                }
                checked += 1
            }
        }
        #expect(checked >= LinkingFacts.all.count)
    }

    @Test("contradicting facts are refused, whatever the policy", arguments: Policies.good)
    func contradictions(policy: LinkingPolicy) {
        for facts in LinkingFacts.all where !facts.isPossible {
            #expect(decideLinking(facts, under: policy, context: .of()).outcome == .refuse(.contradictoryFacts))
        }
    }

    @Test("what structure decides, no policy changes")
    func structure() {
        for facts in LinkingFacts.all {
            let outcomes = Policies.good.map { decideLinking(facts, under: $0, context: .of()) }.filter {
                $0.rule == nil
            }
            let structural = outcomes.filter { $0.reason != .refused(.noRule) }
            #expect(structural.isEmpty || structural.count == Policies.good.count)
            #expect(Set(structural.map(\.outcome)).count <= 1)
        }
    }

    /// For each invariant a policy that breaks it, where a policy can.
    static let badPolicies: [(LinkingInvariant, LinkingPolicy)] = [
        (.identityStaysWithItsOwner, Policies.make("1", [(LinkingCondition(account: [.none]), .signIn)])),
        (
            .unprovenAddressReachesNoAccount,
            Policies.make("2", [(LinkingCondition(email: [.unverified], account: [.verified]), .link)])
        ),
        (
            .unprovenAccountIsOnlyClaimed,
            Policies.make("3 link", [(LinkingCondition(email: [.authoritative], account: [.unverified]), .link)])
        ),
        (
            .unprovenAccountIsOnlyClaimed,
            Policies.make(
                "3 proof",
                [(LinkingCondition(account: [.unverified]), .linkAfterProof(proofs: [.password]))]
            )
        ),
        (
            .unprovenAccountIsOnlyClaimed,
            Policies.make("3 claim", [(LinkingCondition(email: [.verified], account: [.unverified]), .claim)])
        ),
        (
            .disabledUserGetsNoSession,
            Policies.make(
                "7",
                [(LinkingCondition(email: [.unverified], account: [.disabled]), .linkAfterProof(proofs: [.password]))]
            )
        ),
        (
            .weakerEvidenceReachesNoFurther,
            Policies.make(
                "10 silently",
                [
                    (LinkingCondition(email: [.verified], account: [.verified]), .link),
                    (LinkingCondition(email: [.authoritative], account: [.verified]), .hold),
                ]
            )
        ),
        (
            .weakerEvidenceReachesNoFurther,
            Policies.make(
                "10 proofs",
                [
                    (
                        LinkingCondition(email: [.verified], account: [.verified]),
                        .linkAfterProof(proofs: [.password, .emailCode])
                    ),
                    (
                        LinkingCondition(email: [.authoritative], account: [.verified]),
                        .linkAfterProof(proofs: [.password, .linkedIdentity])
                    ),
                ]
            )
        ),
        (
            .refusalsLeadSomewhere,
            Policies.make("12", [(LinkingCondition(account: [.unverified]), .refuse(.accountExists))])
        ),
        (
            .refusalsLeadSomewhere,
            Policies.make("12 address", [(LinkingCondition(email: [.verified]), .refuse(.addressUnproven))])
        ),
    ]

    @Test("a policy that breaks an invariant is caught, with a case in words", arguments: badPolicies)
    func caught(invariant: LinkingInvariant, policy: LinkingPolicy) throws {
        let found = try #require(policy.violations().first { $0.kind == .invariant(invariant) })
        #expect(found.sentence == invariant.sentence)
        #expect(found.count > 0)
        #expect(found.counterexample.contains("would"))
        #expect(found.counterexample.contains("by rule"))
        let decision = try #require(found.decision)
        #expect(decision.facts.isPossible)
    }

    @Test("a policy that breaks an invariant does no harm even where nobody checked it", arguments: badPolicies)
    func backstop(invariant: LinkingInvariant, policy: LinkingPolicy) {
        var stopped = 0
        for facts in LinkingFacts.all {
            let decision = decideLinking(facts, under: policy, context: .of())
            if decision.reason == .refused(.policyUnsafe) { stopped += 1 }
            for invariant in LinkingInvariant.allCases {
                #expect(!invariant.isBroken(by: decision.outcome, for: facts, signUp: policy.signUp, .of()))
            }
        }
        // The tenth compares decisions, so no single one can be stopped for it.
        #expect(stopped > 0 || invariant == .weakerEvidenceReachesNoFurther)
    }

    /// A way to damage the decision itself, for what no policy can break.
    struct Mutation: Sendable, CustomTestStringConvertible {
        let invariant: LinkingInvariant
        let name: String
        var policy = LinkingPolicy.standard
        let damage: @Sendable (LinkingDecision) -> LinkingOutcome

        var testDescription: String { "\(invariant.rawValue) \(name)" }

        func decide(_ facts: LinkingFacts, _ policy: LinkingPolicy, _ context: LinkingContext) -> LinkingDecision {
            let sound = proposeLinking(facts, under: policy, context: context, explaining: false)
            guard facts.isPossible else { return sound }
            return LinkingDecision(
                facts: facts,
                context: context,
                outcome: damage(sound),
                rule: sound.rule,
                rulePosition: sound.rulePosition,
                reason: sound.reason,
                passedOver: sound.passedOver
            )
        }
    }

    /// What the standard policy would say if a warning were not heard.
    private static func deaf(_ decision: LinkingDecision, _ edit: (inout LinkingFacts) -> Void) -> LinkingOutcome {
        var facts = decision.facts
        edit(&facts)
        return proposeLinking(facts, under: .standard, context: decision.context).outcome
    }

    static let mutations: [Mutation] = [
        Mutation(invariant: .identityStaysWithItsOwner, name: "links somebody else's identity") {
            $0.facts.intent == .link && $0.facts.identity == .other && $0.facts.session == .fresh ? .link : $0.outcome
        },
        Mutation(invariant: .identityStaysWithItsOwner, name: "asks the address although the identity is known") {
            $0.facts.identity == .other ? deaf($0) { $0.identity = .unknown } : $0.outcome
        },
        Mutation(invariant: .identityStaysWithItsOwner, name: "swaps the user while linking") {
            $0.facts.identity == .other && $0.facts.session != .none ? .signIn : $0.outcome
        },
        Mutation(invariant: .unprovenAddressReachesNoAccount, name: "takes unverified for verified") {
            $0.facts.email == .unverified && $0.facts.account == .verified
                ? deaf($0) { $0.email = .authoritative } : $0.outcome
        },
        Mutation(invariant: .unprovenAccountIsOnlyClaimed, name: "takes an unproven account for a proven one") {
            $0.facts.account == .unverified ? deaf($0) { $0.account = .verified } : $0.outcome
        },
        Mutation(invariant: .recycledAddressIsNotSilent, name: "does not hear recycled") {
            deaf($0) { $0.recycled = false }
        },
        Mutation(invariant: .recycledAddressIsNotSilent, name: "mails the code to the recycled mailbox") {
            $0.facts.recycled && $0.outcome.code == "link_after_proof"
                ? .linkAfterProof(proofs: [.emailCode]) : $0.outcome
        },
        Mutation(invariant: .privilegedAccountIsNotSilent, name: "does not hear privileged") {
            deaf($0) { $0.privileged = false }
        },
        Mutation(invariant: .linkingNeedsFreshSession, name: "takes a stale session for a fresh one") {
            $0.facts.session == .stale ? deaf($0) { $0.session = .fresh } : $0.outcome
        },
        Mutation(invariant: .disabledUserGetsNoSession, name: "signs a disabled user in") {
            $0.facts.identity == .disabled && $0.facts.intent == .signIn ? .signIn : $0.outcome
        },
        Mutation(invariant: .disabledUserGetsNoSession, name: "links to a disabled account") {
            $0.facts.account == .disabled ? deaf($0) { $0.account = .verified } : $0.outcome
        },
        Mutation(invariant: .severalHoldersAreNotSilent, name: "takes the first of several") {
            $0.facts.account == .several ? deaf($0) { $0.account = .verified } : $0.outcome
        },
        Mutation(
            invariant: .closedSignUpCreatesNobody,
            name: "does not hear closed",
            policy: Policies.standard(.closed)
        ) { deaf($0) { _ in } },
        Mutation(
            invariant: .closedSignUpCreatesNobody,
            name: "does not hear invited",
            policy: Policies.standard(.invited)
        ) { deaf($0) { _ in } },
        Mutation(invariant: .weakerEvidenceReachesNoFurther, name: "prefers verified to authoritative") {
            $0.outcome == .link && $0.facts.intent == .signIn ? .hold : $0.outcome
        },
        Mutation(invariant: .askingAgainSignsIn, name: "creates for an identity that has an owner") {
            $0.facts.intent == .signIn && $0.facts.identity == .other && $0.facts.session == .none
                ? .createSeparate : $0.outcome
        },
        Mutation(invariant: .askingAgainSignsIn, name: "refuses to link twice") {
            $0.reason == .alreadyLinked ? .refuse(.refusedByPolicy) : $0.outcome
        },
        Mutation(invariant: .refusalsLeadSomewhere, name: "tells people to unlink what nobody owns") {
            $0.outcome == .hold ? .refuse(.identityInUse) : $0.outcome
        },
        Mutation(invariant: .refusalsLeadSomewhere, name: "sends people with a stale session to sign in again") {
            $0.outcome == .refuse(.sessionStale) ? .refuse(.sessionEnded) : $0.outcome
        },
    ]

    @Test("a damaged decision function is caught, with a case in words", arguments: mutations)
    func caught(mutation: Mutation) throws {
        let clean = mutation.policy.violations()
        #expect(clean == [])
        let found = mutation.policy.violations(deciding: mutation.decide)
        let violation = try #require(found.first { $0.kind == .invariant(mutation.invariant) })
        #expect(violation.counterexample.contains("would"))
    }

    @Test("every invariant has a control that breaks it")
    func controls() {
        let controlled = Set(Self.badPolicies.map(\.0)).union(Self.mutations.map(\.invariant))
        #expect(controlled == Set(LinkingInvariant.allCases))
    }

    @Test("whatever anybody writes into a policy, no single decision breaks an invariant")
    func anyPolicy() {
        var random = SplitMix64(seed: 20_260_217)
        for round in 0..<25 {
            let policy = random.policy()
            for context in LinkingContext.representatives(for: policy).shuffled(using: &random).prefix(2) {
                for facts in LinkingFacts.all {
                    let decision = decideLinking(facts, under: policy, context: context)
                    let broken = LinkingInvariant.allCases.filter {
                        $0.isBroken(by: decision.outcome, for: facts, signUp: policy.signUp, context)
                            || ($0 == .askingAgainSignsIn
                                && $0.isBroken(by: decision, under: policy) {
                                    decideLinking($0, under: $1, context: $2)
                                } != nil)
                    }
                    if !broken.isEmpty || OutcomeMisfit(of: decision.outcome, for: facts) != nil {
                        Issue.record("round \(round): \(broken) \(decision.inWords)")
                        return
                    }
                }
            }
        }
    }

    @Test("a policy that the check finds clean never meets the last line of defence")
    func checkIsComplete() {
        var random = SplitMix64(seed: 7)
        var clean = 0
        for _ in 0..<40 {
            let policy = random.policy()
            let violations = policy.violations().filter { $0.count > 0 && $0.kind != .uncoveredCase }
            var stopped = false
            for context in LinkingContext.representatives(for: policy) {
                for facts in LinkingFacts.possible where context.canAccompany(facts) && facts.identity == .unknown {
                    let decision = decideLinking(facts, under: policy, context: context)
                    stopped = stopped || decision.reason == .refused(.policyUnsafe)
                }
            }
            if violations.isEmpty {
                clean += 1
                #expect(!stopped)
            }
        }
        #expect(clean < 40)
    }
}

/// A small seeded generator (Steele, Lea, Flood 2014), so that a failure can be repeated.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    private mutating func some<Value: Hashable>(_ values: [Value]) -> Set<Value> {
        Set(values.filter { _ in next() % 2 == 0 })
    }

    private mutating func maybe<Value>(_ value: (inout SplitMix64) -> Value) -> Value? {
        next() % 3 == 0 ? value(&self) : nil
    }

    /// Any policy at all, sensible or not.
    mutating func policy() -> LinkingPolicy {
        let outcomes: [LinkingOutcome] = [
            .signIn, .create, .createSeparate, .link, .claim, .claimAfterProof, .hold, .refuse(.accountExists),
            .refuse(.refusedByPolicy), .refuse(.addressMissing), .refuse(.identityInUse), .linkAfterProof(proofs: []),
        ]
        var rules: [LinkingRule] = []
        for number in 0...(next() % 8) {
            let outcome =
                next() % 4 == 0
                ? LinkingOutcome.linkAfterProof(proofs: some(LinkingProof.allCases))
                : outcomes[Int(next() % UInt64(outcomes.count))]
            let condition = LinkingCondition(
                email: maybe { $0.some(LinkingFacts.Email.allCases) },
                account: next() % 4 == 0 ? nil : some(LinkingFacts.Account.allCases),
                recycled: maybe { $0.next() % 2 == 0 },
                privileged: maybe { $0.next() % 2 == 0 },
                dormant: maybe { $0.next() % 2 == 0 },
                providers: maybe { _ in Policies.ids("github") },
                domains: maybe { _ in ["corp.example"] }
            )
            rules.append(LinkingRule(name: "rule \(number)", when: condition, then: outcome))
        }
        let signUp = SignUp.allCases[Int(next() % 3)]
        return LinkingPolicy(name: "random", signUp: signUp, dormantAfter: nil, rules: rules)
    }
}
