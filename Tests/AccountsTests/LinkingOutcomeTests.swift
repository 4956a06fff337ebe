import Testing

@testable import Accounts

@Suite("Linking outcomes, reasons, records")
struct LinkingOutcomeTests {
    private static let outcomes: [LinkingOutcome] =
        [
            .signIn, .create, .createSeparate, .link, .claim, .claimAfterProof, .hold, .linkAfterProof(proofs: []),
            .linkAfterProof(proofs: [.password]), .linkAfterProof(proofs: Set(LinkingProof.allCases)),
        ] + RefusalReason.allCases.map { .refuse($0) }

    @Test("the text form round-trips", arguments: outcomes)
    func roundTrip(outcome: LinkingOutcome) {
        #expect(LinkingOutcome(outcome.description) == outcome)
    }

    @Test(
        "anything else is refused",
        arguments: [
            "", "signin", "sign_in:", "refuse", "refuse:", "refuse:what", "link:password", "link_after_proof",
            "link_after_proof:password,email_code", "link_after_proof:password,password", "link_after_proof:,",
            "link_after_proof:password,", "hold ", "refuse:user_disabled,", "refuse:user_disabled:x",
        ]
    )
    func refused(text: String) {
        #expect(LinkingOutcome(text) == nil)
    }

    @Test("written proofs are sorted, whatever order a set has")
    func sorted() {
        let outcome = LinkingOutcome.linkAfterProof(proofs: [.password, .linkedIdentity, .emailCode])
        #expect(outcome.description == "link_after_proof:email_code,linked_identity,password")
    }

    @Test("every reason has a code, a sentence, a hint and a step", arguments: RefusalReason.allCases)
    func reasons(reason: RefusalReason) {
        #expect(reason.sentence.hasSuffix(".") && reason.sentence.count > 30)
        #expect(reason.operatorHint.hasSuffix(".") && reason.operatorHint != reason.sentence)
        #expect(reason.rawValue.allSatisfy { $0 == "_" || ("a"..."z").contains($0) })
        #expect(LinkingOutcome.refuse(reason).nextStep == reason.nextStep)
        // What sends people on must be a refusal's own step, not one that another outcome asks for.
        #expect(![.proveOwnership, .enterMailedCode].contains(reason.nextStep))
    }

    @Test("every refusal's step leads somewhere in some case, and not in every case unless it is the administrator")
    func steps() {
        for reason in RefusalReason.allCases where reason.nextStep != .contactAdministrator {
            let answers = Set(
                LinkingFacts.all.flatMap { facts in
                    SignUp.allCases.map { reason.nextStep.leadsSomewhere(for: facts, signUp: $0) }
                }
            )
            #expect(answers == [true, false], "\(reason)")
        }
    }

    @Test("decision reasons round-trip and are distinct")
    func decisionReasons() {
        #expect(Set(DecisionReason.all.map(\.code)).count == DecisionReason.all.count)
        for reason in DecisionReason.all { #expect(DecisionReason(code: reason.code) == reason) }
        #expect(DecisionReason(code: "guard_") == nil)
        #expect(DecisionReason(code: "") == nil)
    }

    @Test("G21 a record says what was decided, on what, why, and what was offered")
    func record() {
        let decision = standardDecision(.signIn(.verified, .verified, privileged: true))
        let record = DecisionRecord(decision, under: PolicyInForce(.standard, version: 7))
        #expect(record.reason.code == "guard_privileged")
        #expect(record.nextStep == .proveOwnership)
        #expect(
            record.logLine
                == "intent=sign_in session=none identity=unknown email=verified account=verified recycled=no privileged=yes"
                + " dormant=no provider=google policy=7 outcome=link_after_proof:linked_identity,password"
                + " reason=guard_privileged next=prove_ownership"
                + " rule=\"verified by a provider that does not run the mailbox\""
        )
        let readBack = DecisionRecord(
            facts: record.facts,
            context: record.context,
            policyVersion: 7,
            policyHash: record.policyHash,
            rule: record.rule,
            outcome: record.outcome,
            reason: record.reason,
            nextStep: record.nextStep
        )
        #expect(readBack == record)
        #expect(!record.logLine.contains("mail.example"))
    }

    @Test("a rule's name cannot end its quotation in a log line")
    func quoting() {
        let name = #"x" outcome=sign_in \"#
        let rule = LinkingRule(name: name, when: LinkingCondition(), then: .hold)
        let policy = LinkingPolicy(name: "quotes", signUp: .open, dormantAfter: nil, rules: [rule])
        let decision = decideLinking(.signIn(.none, .none), under: policy, context: .of(domain: nil))
        let line = DecisionRecord(decision, under: PolicyInForce(policy, version: 1)).logLine
        #expect(line.hasSuffix(#"rule="x\" outcome=sign_in \\""#))
    }
}
