import Foundation
import Testing

@testable import Accounts

@Suite("Linking: attack cases and security rows")
struct LinkingAttackTests {
    @Test("L-5 a provider that does not verify never links")
    func nonVerifyingProvider() {
        for facts in LinkingFacts.possible where facts.intent == .signIn && facts.identity == .unknown {
            guard facts.email == .unverified || facts.email == LinkingFacts.Email.none else { continue }
            let decision = standardDecision(facts)
            #expect(decision.outcome.reach == .notAtAll, "\(facts)")
            #expect(decision.addressEffect != .takenProven)
        }
        // Neither by a rule that forgot to ask for evidence.
        let careless = Policies.make("careless", [(LinkingCondition(account: [.verified]), .link)])
        let decision = decideLinking(.signIn(.unverified, .verified), under: careless, context: .of("selfhosted"))
        #expect(decision.outcome == .refuse(.policyUnsafe))
        #expect(decision.nextStep == .contactAdministrator)
    }

    @Test("L-9 one door: a decision cannot know which way somebody came in")
    func oneDoor() {
        // The arguments of the decision, by name. A new one here would be a second opinion in the making.
        let facts = Mirror(reflecting: LinkingFacts.signIn(.none, .none)).children.compactMap(\.label)
        #expect(facts == LinkingTable.columns)
        let context = Mirror(reflecting: LinkingContext.of()).children.compactMap(\.label)
        #expect(context == ["provider", "domain", "app", "linkOnly", "invited"])
    }

    @Test("L-9 one door: nothing outside Linking makes a decision or asks half of the function")
    func noSideDoor() throws {
        // Other modules cannot: the initialiser and the inner functions are internal. This is for our own module.
        let accounts = URL(filePath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Sources/Accounts")
        let files = try #require(FileManager.default.enumerator(at: accounts, includingPropertiesForKeys: nil))
        var inside = 0
        for case let file as URL in files where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            let asks = ["LinkingDecision(", "proposeLinking(", "structuralDecision(", "LinkingGuard.guarded("]
            let found = asks.contains { text.contains($0) }
            if file.deletingLastPathComponent().lastPathComponent == "Linking" {
                inside += found ? 1 : 0
            } else {
                #expect(!found, "\(file.lastPathComponent)")
            }
        }
        #expect(inside > 0)
    }

    @Test("L-9 one door: Arrival asks for people, HypotheticalDecision and a file's advice for operators")
    func whoAsks() throws {
        let sources = URL(filePath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Sources")
        let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
        var asking: Set<String> = []
        for case let file as URL in files where file.pathExtension == "swift" {
            guard file.deletingLastPathComponent().lastPathComponent != "Linking" else { continue }
            let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            let code = lines.filter { !$0.drop(while: { $0 == " " }).hasPrefix("//") }
            if code.contains(where: { $0.contains("decideLinking(") }) { asking.insert(file.lastPathComponent) }
        }
        #expect(asking == ["Arrival.swift", "HypotheticalDecision.swift", "PolicyReading+Advice.swift"])
    }

    @Test("L-9 one door: an identity comes to an account by the decision, an administrator's word, an undo or a merge")
    func whoWrites() throws {
        let sources = URL(filePath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Sources")
        let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
        var (writing, moving, carrying): (Set<String>, Set<String>, Set<String>) = ([], [], [])
        for case let file as URL in files where file.pathExtension == "swift" {
            let name = file.lastPathComponent
            let text = try String(contentsOf: file, encoding: .utf8)
            if text.contains("into federated_identities") { writing.insert(name) }
            if text.contains("update federated_identities") { moving.insert(name) }
            if text.contains("accounts.carryOut(") { carrying.insert(name) }
        }
        // What a decision allows, and an identity that was removed and comes back; a further file here is a further door.
        #expect(
            writing == [
                "AccountChangeStatement.swift", "PostgresStore+HeldArrivals.swift", "AccountRestoration.swift",
                "PostgresStore+IdentityUndo.swift",
            ]
        )
        #expect(moving == ["AccountChangeStatement.swift", "AccountMoves.swift"], "its last use, and a merge")
        #expect(carrying == ["Arrival.swift"])
    }

    @Test("L-14 a changed address never moves a login to another user")
    func changedAddress() {
        for facts in LinkingFacts.possible where facts.intent == .signIn {
            guard facts.identity == .mine || facts.identity == .other else { continue }
            let decision = standardDecision(facts)
            #expect(decision.outcome == .signIn && decision.reason == .identityKnown, "\(facts)")
            #expect(decision.addressEffect == .untouched)
        }
    }

    @Test("L-18 a second subject of the same issuer for the same address is never silent", arguments: Policies.good)
    func recycled(policy: LinkingPolicy) {
        var asked = 0
        for context in LinkingContext.representatives(for: policy) {
            for facts in LinkingFacts.possible where facts.recycled && facts.identity == .unknown {
                let outcome = decideLinking(facts, under: policy, context: context).outcome
                #expect(outcome.reach != .silently)
                // And a code mailed to that very mailbox is not the proof: its new owner would get it.
                if case .linkAfterProof(let proofs) = outcome {
                    #expect(!proofs.contains(.emailCode) && !proofs.isEmpty)
                    asked += 1
                }
            }
        }
        #expect(asked > 0)
    }

    @Test("L-18 the way forward stays open: somebody with a recycled address is asked, not turned away")
    func recycledIsNoDeadEnd() {
        for email in [LinkingFacts.Email.verified, .authoritative] {
            let decision = standardDecision(.signIn(email, .verified, recycled: true))
            #expect(decision.outcome == .linkAfterProof(proofs: [.password, .linkedIdentity]))
            #expect(decision.nextStep == .proveOwnership)
        }
    }

    @Test("L-8 a squatter with an identity of the same issuer, twice over, cannot stop the owner's claim")
    func squatterCannotBlock() {
        let squatted = LinkingFacts.signIn(.authoritative, .unverified, recycled: true, dormant: true)
        #expect(standardDecision(squatted).outcome == .claimAfterProof)
        #expect(standardDecision(.signIn(.verified, .unverified, recycled: true)).outcome == .claimAfterProof)
        #expect(standardDecision(.signIn(.authoritative, .unverified)).outcome == .claim)
    }

    @Test("L-19 a link to an account nobody used for long asks for proof")
    func dormant() {
        let decision = standardDecision(.signIn(.authoritative, .verified, dormant: true))
        #expect(decision.outcome == .linkAfterProof(proofs: [.password, .linkedIdentity]))
        #expect(decision.reason == .guarded(.dormant))
    }

    @Test("L-20 no login moves an address between users")
    func addressesStay() {
        for policy in Policies.good {
            for facts in LinkingFacts.possible {
                let decision = decideLinking(facts, under: policy, context: .of())
                guard decision.addressEffect != .untouched else { continue }
                let isClaim = decision.outcome == .claim || decision.outcome == .claimAfterProof
                #expect(facts.account == (isClaim ? .unverified : LinkingFacts.Account.none), "\(facts)")
                #expect(facts.intent == .signIn)
            }
        }
    }

    @Test("G02 a known identity is always its user, even if its address now matches somebody else")
    func knownIdentity() {
        let facts = LinkingFacts(
            intent: .signIn,
            session: .none,
            identity: .other,
            email: .authoritative,
            account: .verified
        )
        #expect(standardDecision(facts).outcome == .signIn)
        #expect(standardDecision(facts).rule == nil)
    }

    @Test("G03 an unverified address never links and never becomes a proven one")
    func unverifiedAddress() {
        #expect(standardDecision(.signIn(.unverified, .none)).outcome == .create)
        #expect(standardDecision(.signIn(.unverified, .none)).addressEffect == .takenUnproven)
        #expect(standardDecision(.signIn(.verified, .none)).addressEffect == .takenProven)
        for account in [LinkingFacts.Account.verified, .unverified, .disabled, .several] {
            let decision = standardDecision(.signIn(.unverified, account))
            #expect(decision.outcome == .createSeparate)
            #expect(decision.addressEffect == .untouched)
        }
    }

    @Test(
        "G04 automatic linking: only proven by the mailbox's operator, only into a proven account, only without warnings"
    )
    func automaticLinking() {
        var linked = 0
        for facts in LinkingFacts.possible where facts.intent == .signIn {
            let wanted =
                facts.identity == .unknown && facts.email == .authoritative && facts.account == .verified
                && !facts.recycled && !facts.privileged && !facts.dormant
            #expect((standardDecision(facts).outcome == .link) == wanted, "\(facts)")
            if wanted { linked += 1 }
        }
        #expect(linked == LinkingFacts.Session.allCases.count)
    }

    @Test("G05 an account whose address was never proven captures no federated login")
    func unprovenAccount() {
        for facts in LinkingFacts.possible where facts.intent == .signIn && facts.account == .unverified {
            guard facts.identity == .unknown else { continue }
            let outcome = standardDecision(facts).outcome
            switch facts.email {
            case .authoritative where facts.privileged, .verified where facts.privileged: #expect(outcome == .hold)
            case .authoritative: #expect([.claim, .claimAfterProof].contains(outcome))
            case .verified: #expect(outcome == .claimAfterProof)
            case .unverified, .none: #expect(outcome == .createSeparate)
            }
        }
    }

    @Test(
        "G09 evidence of a provider that does not run the mailbox links nothing by itself",
        arguments: ["twitter", "github"]
    )
    func secondHand(provider: String) {
        let decision = standardDecision(.signIn(.verified, .verified), provider: provider)
        #expect(decision.outcome == .linkAfterProof(proofs: [.password, .emailCode, .linkedIdentity]))
        #expect(decision.nextStep == .proveOwnership)
    }

    @Test("G13 an identity of one user is never linked to another, and the answer names nobody")
    func identityInUse() {
        for facts in LinkingFacts.possible where facts.intent == .link && facts.identity == .other {
            let decision = standardDecision(facts)
            let wanted: RefusalReason = facts.session == LinkingFacts.Session.none ? .sessionEnded : .identityInUse
            #expect(decision.outcome == .refuse(wanted))
        }
        #expect(RefusalReason.identityInUse.nextStep == .unlinkThere)
        #expect(!RefusalReason.identityInUse.sentence.contains("@"))
    }

    @Test("G21 the decision is pure: asked twice, in another order, it says the same")
    func pure() {
        let first = LinkingFacts.all.map { standardDecision($0) }
        let second = LinkingFacts.all.reversed().map { standardDecision($0) }
        #expect(first == second.reversed())
    }

    @Test(
        "G22 to somebody with an unproven address, a known and an unknown address look alike",
        arguments: SignUp.allCases
    )
    func enumeration(signUp: SignUp) {
        var visible: Set<String> = []
        for facts in LinkingFacts.possible where facts.intent == .signIn && facts.identity == .unknown {
            guard facts.email == .unverified else { continue }
            let outcome = decideLinking(facts, under: Policies.standard(signUp), context: .of()).outcome
            // Both make a new user who is signed in; what they see of it is the same.
            visible.insert(outcome.createsUser ? "new user" : outcome.description)
        }
        #expect(visible.count == 1)
    }

    @Test("linking needs a session proven recently, and goes to it whoever holds the address")
    func linking() {
        for facts in LinkingFacts.possible where facts.intent == .link && facts.identity == .unknown {
            let outcome = standardDecision(facts).outcome
            switch facts.session {
            case .none: #expect(outcome == .refuse(.sessionEnded))
            case .stale: #expect(outcome == .refuse(.sessionStale))
            case .fresh:
                let careful = facts.recycled || facts.privileged || facts.account == .several
                #expect(outcome == (careful ? .linkAfterProof(proofs: [.password, .linkedIdentity]) : .link))
            }
        }
    }

    @Test("a privileged registration that was never proven waits for an administrator")
    func privilegedClaim() {
        for email in [LinkingFacts.Email.verified, .authoritative] {
            #expect(standardDecision(.signIn(email, .unverified, privileged: true)).outcome == .hold)
        }
    }

    @Test("guards never send anybody away", arguments: LinkingFacts.Email.allCases)
    func guardsNeverRefuse(email: LinkingFacts.Email) {
        for outcome in [LinkingOutcome.link, .claim, .claimAfterProof, .linkAfterProof(proofs: [.emailCode])] {
            for facts in LinkingFacts.all where facts.email == email {
                let (guarded, warning) = LinkingGuard.guarded(outcome, facts)
                #expect(guarded.code != "refuse" && !guarded.createsUser)
                #expect((warning == nil) == (guarded == outcome))
                #expect(guarded.reach.isWithin(outcome.reach) || guarded.reach != .silently)
            }
        }
    }

    @Test("closed sign-up refuses newcomers alike, and invitations open only what is by invitation")
    func signUp() {
        for facts in [LinkingFacts.signIn(.none, .none), .signIn(.unverified, .verified), .signIn(.verified, .none)] {
            func outcome(_ signUp: SignUp, invited: Bool) -> LinkingOutcome {
                decideLinking(facts, under: Policies.standard(signUp), context: .of(invited: invited)).outcome
            }
            #expect(outcome(.closed, invited: true) == .refuse(.signUpClosed))
            #expect(outcome(.invited, invited: false) == .refuse(.invitationRequired))
            #expect(outcome(.invited, invited: true).createsUser)
            #expect(outcome(.open, invited: false).createsUser)
        }
    }

    @Test("an explanation names the rule, the rules passed over and why")
    func explanation() {
        let decision = standardDecision(.signIn(.verified, .verified))
        #expect(
            decision.explanation == [
                "Somebody signing in with an identity of google that nobody here owns, with an address the provider verified but"
                    + " does not run (mail.example) that a proven account holds, would be linked to that account after proving"
                    + " ownership by email_code or linked_identity or password, by rule 2 (“verified by a provider that does not"
                    + " run the mailbox”).",
                "Passed over: “mailbox operator vouches for it”: email is verified, the rule wants authoritative.",
                "Next step: prove_ownership.",
            ]
        )
    }

    @Test("L-17 a provider that is only for linking signs nobody in, whoever the identity belongs to")
    func linkOnly() {
        for facts in LinkingFacts.possible {
            var context = LinkingContext.of(domain: facts.email == LinkingFacts.Email.none ? nil : "mail.example")
            context.linkOnly = true
            let outcome = decideLinking(facts, under: .standard, context: context).outcome
            if facts.intent == .signIn {
                #expect(outcome == .refuse(.linkOnlyProvider), "\(facts)")
            } else {
                context.linkOnly = false
                #expect(outcome == decideLinking(facts, under: .standard, context: context).outcome, "\(facts)")
            }
        }
    }

    @Test("L-19 a link that nobody used for long asks for a proof, and leads to nobody but its owner")
    func lapsed() {
        let lapsed = LinkingFacts.possible.filter { $0.identity == .lapsed }
        #expect(!lapsed.isEmpty)
        for policy in Policies.good {
            for facts in lapsed {
                let context = LinkingContext.of(domain: facts.email == LinkingFacts.Email.none ? nil : "mail.example")
                let decision = decideLinking(facts, under: policy, context: context)
                #expect(decision.outcome == .linkAfterProof(proofs: [.password, .linkedIdentity]), "\(facts)")
                #expect(decision.reason == .linkLapsed)
                #expect(decision.rule == nil)
            }
        }
    }

    @Test("an identity that the account's owner blocked gets nowhere under any policy, and is told where to go")
    func blocked() {
        let blocked = LinkingFacts.possible.filter { $0.identity == .blocked }
        #expect(!blocked.isEmpty)
        for policy in Policies.good {
            for facts in blocked {
                let context = LinkingContext.of(domain: facts.email == LinkingFacts.Email.none ? nil : "mail.example")
                let decision = decideLinking(facts, under: policy, context: context)
                #expect(decision.outcome == .refuse(.identityBlocked), "\(facts)")
                #expect(decision.nextStep == .allowAgain)
            }
        }
    }
}
