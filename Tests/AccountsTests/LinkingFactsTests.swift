import Testing

@testable import Accounts

@Suite("Linking facts")
struct LinkingFactsTests {
    @Test("every combination, once, in a fixed order")
    func all() {
        #expect(LinkingFacts.all.count == 2 * 3 * 6 * 4 * 6 * 8)
        #expect(Set(LinkingFacts.all).count == LinkingFacts.all.count)
        #expect(
            LinkingFacts.all.first?.description
                == "intent=sign_in session=none identity=unknown email=none account=none recycled=no privileged=no dormant=no"
        )
    }

    @Test("facts that contradict each other, with their reasons")
    func contradictions() {
        typealias Facts = LinkingFacts
        let mine = Facts(intent: .link, session: .none, identity: .mine, email: .verified, account: .mine)
        #expect(mine.contradictions == [.identityMineWithoutSession, .accountMineWithoutSession])
        let atSignIn = Facts(intent: .signIn, session: .fresh, identity: .unknown, email: .verified, account: .mine)
        #expect(atSignIn.contradictions == [.accountMineAtSignIn])
        #expect(Facts.signIn(.none, .verified).contradictions == [.accountWithoutEmail])
        #expect(Facts.signIn(.verified, .none, recycled: true).contradictions == [.warningWithoutAccount])
        #expect(Facts.signIn(.verified, .verified, recycled: true, privileged: true, dormant: true).isPossible)
        var linking = Facts(intent: .link, session: .fresh, identity: .unknown, email: .none, account: .none)
        linking.privileged = true
        #expect(linking.isPossible, "while linking, the warnings are about the session's user")
        linking.dormant = true
        #expect(linking.contradictions == [.dormantWithFreshSession])
        let seen = Set(Facts.all.flatMap(\.contradictions))
        #expect(seen == Set(FactContradiction.allCases))
    }

    @Test("the text form round-trips for every combination")
    func roundTrip() {
        for facts in LinkingFacts.all { #expect(LinkingFacts(facts.description) == facts) }
    }

    @Test(
        "anything else is refused",
        arguments: [
            "", " ", "intent=sign_in", "session=none intent=sign_in",
            "intent=sign_in session=none identity=unknown email=none account=none recycled=no privileged=no dormant=no ",
            "intent=sign_in  session=none identity=unknown email=none account=none recycled=no privileged=no dormant=no",
            "intent=sign_in session=none identity=unknown email=none account=none recycled=no privileged=no dormant=maybe",
            "intent=signin session=none identity=unknown email=none account=none recycled=no privileged=no dormant=no",
            "intent=sign_in session=none identity=unknown email=None account=none recycled=no privileged=no dormant=no",
            "intent=sign_in session=none identity=unknown email=none account=none privileged=no recycled=no dormant=no",
            "intent=sign_in session=none identity=unknown email=none account=none recycled=no privileged=no dormant=no x=y",
            "intent=sign_in\u{0} session=none identity=unknown email=none account=none recycled=no privileged=no dormant=no",
            "intent\u{301}=sign_in session=none identity=unknown email=none account=none recycled=no privileged=no dormant=no",
            String(repeating: "=", count: 100_000), "é= = = = = = = =",
        ]
    )
    func refused(text: String) {
        #expect(LinkingFacts(text) == nil)
    }

    @Test("evidence becomes the fact of the same name")
    func evidence() {
        #expect(LinkingFacts.Email(nil) == .none)
        for evidence in EmailEvidence.allCases { #expect(LinkingFacts.Email(evidence).rawValue == evidence.rawValue) }
    }
}
