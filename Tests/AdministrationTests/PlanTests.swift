import Accounts
import Testing

@testable import Administration

@Suite("Plans of a change of policy")
struct PlanTests {
    private static let google = PlanProvider(
        // A literal of the right form.
        id: ProviderID("google") ?? anybody,
        issuer: "https://accounts.google.com",
        authoritativeDomains: ["gmail.com"],
        isLinkOnly: false
    ) { $0 == "gmail.com" ? .authoritative : .verified }
    private static let twitter = PlanProvider(
        id: ProviderID("twitter") ?? anybody,
        issuer: "https://x.com",
        authoritativeDomains: [],
        isLinkOnly: false
    ) { _ in nil }
    private static let anybody = LinkingContext.anybody

    private static func policy(_ change: (inout LinkingPolicy) -> Void) -> LinkingPolicy {
        var policy = LinkingPolicy.standard
        change(&policy)
        return policy
    }

    private static func people(
        _ domain: String,
        issuers: Set<String> = [],
        wasDormant: Bool = false,
        isDormant: Bool = false
    ) -> ReplayGroup<AddressKey> {
        let key = AddressKey(
            domain: domain,
            isDisabled: false,
            isPrivileged: false,
            wasDormant: wasDormant,
            isDormant: isDormant,
            issuers: issuers
        )
        return ReplayGroup(key: key, count: 3, samples: ["a", "b", "c"])
    }

    @Test("the same policy changes nobody")
    func same() {
        var comparison = PlanComparison(from: .standard, to: .standard)
        comparison.tryFirstSignIns(Self.people("gmail.com"), through: [Self.google, Self.twitter])
        #expect(comparison.changes.isEmpty)
    }

    @Test("a rule that asks for a proof where one linked silently is counted with both rules and the people")
    func askedForProof() {
        let stricter = Self.policy { $0.rules[0].then = .linkAfterProof(proofs: [.password]) }
        var comparison = PlanComparison(from: .standard, to: stricter)
        comparison.tryFirstSignIns(Self.people("gmail.com"), through: [Self.google, Self.twitter])
        comparison.tryFirstSignIns(Self.people("*"), through: [Self.google, Self.twitter])
        #expect(comparison.changes.map(\.kind) == [.newlyAskedForProof])
        #expect(comparison.changes.first?.count == 3)
        #expect(comparison.changes.first?.before == "link")
        #expect(comparison.changes.first?.beforeRule == "mailbox operator vouches for it")
        #expect(comparison.changes.first?.provider == "google")
        var back = PlanComparison(from: stricter, to: .standard)
        back.tryFirstSignIns(Self.people("gmail.com"), through: [Self.google])
        #expect(back.changes.map(\.kind) == [.newlyLinkedSilently])
    }

    @Test("whoever is linked at a provider already is signed in whatever the policy says, and is not counted")
    func linkedAlready() {
        let stricter = Self.policy { $0.rules[0].then = .hold }
        var comparison = PlanComparison(from: .standard, to: stricter)
        comparison.tryFirstSignIns(
            Self.people("gmail.com", issuers: ["https://accounts.google.com"]),
            through: [Self.google]
        )
        #expect(comparison.changes.isEmpty)
        comparison.tryFirstSignIns(Self.people("gmail.com"), through: [Self.google])
        #expect(comparison.changes.map(\.kind) == [.newlyHeld, .leftWithoutAWayIn])
    }

    @Test("dormancy is that of each policy")
    func dormancy() {
        let shorter = Self.policy { $0.dormantAfter = 86_400 }
        var comparison = PlanComparison(from: .standard, to: shorter)
        comparison.tryFirstSignIns(Self.people("gmail.com", isDormant: true), through: [Self.google])
        #expect(comparison.changes.map(\.kind) == [.newlyAskedForProof])
    }

    @Test("closing sign-up is counted as such, for recorded decisions and first sign-ins")
    func signUp() throws {
        let closed = Self.policy { $0.signUp = .closed }
        let facts = LinkingFacts(intent: .signIn, session: .none, identity: .unknown, email: .verified, account: .none)
        let context = LinkingContext(provider: Self.google.id, domain: "*")
        let group = ReplayGroup(
            key: DecisionKey(facts: facts.description, context: context),
            count: 7,
            samples: ["1", "2", "3", "4", "5"]
        )
        var comparison = PlanComparison(from: .standard, to: closed)
        comparison.replay(group)
        comparison.replay(group)
        comparison.tryFirstSignIns(Self.people("gmail.com"), through: [Self.twitter])
        let kinds = Set(comparison.changes.map(\.kind))
        #expect(kinds == [.newlyStopped, .signUpClosed, .leftWithoutAWayIn])
        let decisions = try #require(comparison.changes.first { $0.kind == .signUpClosed && $0.basis == .decisions })
        #expect(decisions.count == 14)
        #expect(decisions.samples.count == 5)
        // Facts of a release that nobody here knows are left out, not guessed at.
        var other = PlanComparison(from: .standard, to: closed)
        other.replay(ReplayGroup(key: DecisionKey(facts: "mood=good", context: context), count: 1, samples: []))
        #expect(other.changes.isEmpty)
        var opened = PlanComparison(from: closed, to: .standard)
        opened.replay(group)
        #expect(opened.changes.map(\.kind) == [.signUpOpened])
    }

    @Test("every change of outcome is of some kind")
    func everyChangeHasAKind() {
        let outcomes: [LinkingOutcome] = [
            .signIn, .create, .createSeparate, .link, .linkAfterProof(proofs: [.password]), .claim, .claimAfterProof,
            .hold,
            .refuse(.refusedByPolicy), .refuse(.signUpClosed), .refuse(.invitationRequired),
        ]
        for before in outcomes {
            for after in outcomes { #expect(PlanKind.of(before, after).isEmpty == (before == after)) }
        }
    }

    @Test("a plan holds while nothing new appears and nothing grows by more than a twentieth and ten")
    func departures() {
        func plan(_ counts: [PlanKind: Int]) -> PolicyPlan {
            let changes = counts.map { kind, count in
                PlanChange(
                    kind: kind,
                    basis: .addresses,
                    provider: "google",
                    before: "a",
                    beforeRule: nil,
                    after: "b",
                    afterRule: nil,
                    count: count,
                    samples: []
                )
            }
            return PolicyPlan(
                id: "id",
                baseVersion: 1,
                baseHash: "",
                policyHash: "",
                days: 30,
                decisions: 0,
                addresses: 0,
                changes: changes,
                difference: []
            )
        }
        #expect(plan([.newlyHeld: 115]).departures(from: [.newlyHeld: 100]).isEmpty)
        #expect(plan([.newlyHeld: 116]).departures(from: [.newlyHeld: 100]).count == 1)
        #expect(plan([.newlyHeld: 1]).departures(from: [:]).count == 1)
        #expect(plan([:]).departures(from: [.newlyHeld: 100]).isEmpty)
    }
}

extension LinkingContext {
    /// Never used: the ids above are of the right form. Made without a force.
    fileprivate static var anybody: ProviderID {
        guard let id = ProviderID("nobody") else { preconditionFailure("a literal of the right form") }
        return id
    }
}
