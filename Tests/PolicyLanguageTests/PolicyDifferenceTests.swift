import JSON
import Testing

@testable import Accounts
@testable import PolicyLanguage

@Suite("Differences between policies")
struct PolicyDifferenceTests {
    private static let standard = LinkingPolicy.standard

    private static func lines(_ edit: (inout LinkingPolicy) -> Void) -> [String] {
        var later = standard
        edit(&later)
        return PolicyDifference(from: standard, to: later).lines
    }

    @Test("the same policy, another name, another order inside a list: nothing changes")
    func same() {
        #expect(PolicyDifference(from: Self.standard, to: Self.standard).isEmpty)
        #expect(Self.lines { $0.name = "ours" } == ["Nothing changes."])
    }

    @Test("settings are named with both values")
    func settings() {
        let lines = Self.lines {
            $0.signUp = .closed
            $0.dormantAfter = nil
            $0.linkLapsesAfter = 90 * 86_400
        }
        #expect(
            lines.prefix(3) == [
                "sign_up was open and is closed", "dormant_after was 540d and is never",
                "link_lapses_after was never and is 90d",
            ]
        )
        #expect(lines.contains { $0.hasPrefix("12 cases change from create to refuse:sign_up_closed. For example, ") })
        #expect(lines.contains { $0.contains(" from create_separate to refuse:sign_up_closed. ") })
        #expect(lines.count == 5)
    }

    @Test("a changed rule names each part, and the cases that come out differently")
    func changed() {
        let lines = Self.lines {
            $0.rules[0].then = .linkAfterProof(proofs: [.password])
            $0.rules[0].when.dormant = false
            $0.rules[1].when.email = [.verified, .authoritative]
        }
        #expect(
            lines.prefix(2) == [
                "rule “mailbox operator vouches for it”: dormant is now false; then was link and is link_after_proof; "
                    + "proofs is now password",
                "rule “verified by a provider that does not run the mailbox”: email was verified and is authoritative or "
                    + "verified",
            ]
        )
        let cases = lines.dropFirst(2)
        #expect(
            cases.contains { $0.contains(" from link to link_after_proof:password. For example, somebody signing in") }
        )
        #expect(
            cases.first { $0.contains(" from link to ") }?.contains(
                "that a proven account holds: would be linked to that account without any further proof, by rule 1 "
                    + "(“mailbox operator vouches for it”); now would be linked to that account after proving ownership by "
                    + "password, by rule 1 (“mailbox operator vouches for it”)."
            ) == true
        )
    }

    @Test("added, removed, renamed and moved rules are told apart")
    func rules() {
        #expect(
            Self.lines { $0.rules.insert(LinkingRule(name: "nobody", when: .init(dormant: true), then: .hold), at: 0) }[
                0
            ]
                == "rule “nobody” is new: dormant true, then hold"
        )
        #expect(
            Self.lines { $0.rules.removeLast() }[0] == "rule “newcomers” is gone: account none, then create"
        )
        #expect(
            Self.lines { $0.rules[6].name = "new people" } == [
                "rule “newcomers” is now called “new people”", "No case is decided differently.",
            ]
        )
        // One rule that moved, not six that made way.
        #expect(
            Self.lines { $0.rules.insert($0.rules.removeLast(), at: 0) } == [
                "rule “newcomers” was number 7 and is number 1", "No case is decided differently.",
            ]
        )
        let replaced = Self.lines {
            $0.rules[5] = LinkingRule(name: "none at all", when: .init(account: [.several]), then: .link)
        }
        #expect(
            Array(replaced.prefix(2)) == [
                "rule “none at all” is new: account several, then link",
                "rule “several people have proven the same address” is gone: email authoritative or verified, "
                    + "account several, then hold",
            ]
        )
    }

    @Test("every case that changes is counted once, whatever restricts the rules", arguments: ShippedPolicies.recipes)
    func cases(recipe: String) throws {
        let later = try ShippedPolicies.document(recipe).policy
        let difference = PolicyDifference(from: Self.standard, to: later)
        #expect(difference.cases.isComplete)
        // One by one, without anything remembered.
        let either = LinkingPolicy(
            name: "",
            signUp: later.signUp,
            dormantAfter: nil,
            rules: Self.standard.rules + later.rules
        )
        var counts: [[LinkingOutcome]: Int] = [:]
        for context in LinkingContext.representatives(for: either) where !context.linkOnly {
            for facts in LinkingFacts.possible where context.canAccompany(facts) {
                let before = decideLinking(facts, under: Self.standard, context: context).outcome
                let after = decideLinking(facts, under: later, context: context).outcome
                if before != after { counts[[before, after], default: 0] += 1 }
            }
        }
        let found = difference.cases.changes.map { ([$0.before.outcome, $0.after.outcome], $0.count) }
        #expect(Dictionary(uniqueKeysWithValues: found) == counts)
        #expect(difference.cases.changes.map(\.count) == difference.cases.changes.map(\.count).sorted(by: >))
    }

    @Test("policies that together tell too many contexts apart are compared in part, and it is said")
    func tooMany() {
        func policy(_ condition: (Int) -> LinkingCondition) -> LinkingPolicy {
            var policy = Self.standard
            policy.rules = (0..<80).map { LinkingRule(name: "r\($0)", when: condition($0), then: .hold) } + policy.rules
            return policy
        }
        let providers = policy { LinkingCondition(providers: Set([ProviderID("p\($0)")].compactMap { $0 })) }
        let domains = policy { LinkingCondition(domains: ["d\($0).example"]) }
        let difference = PolicyDifference(from: providers, to: domains)
        #expect(!difference.cases.isComplete)
        #expect(difference.lines.last?.hasPrefix("Together the rules tell too many combinations") == true)
    }

    @Test("for programs: the same as JSON")
    func json() throws {
        var later = Self.standard
        later.rules[0].then = .hold
        let json = PolicyDifference(from: Self.standard, to: later).json.serialized()
        #expect(
            json.hasPrefix(
                #"{"changes":[{"kind":"rule_changed","rule":"mailbox operator vouches for it","parts":"#
                    + #"[{"name":"then","from":"link","to":"hold"}],"line":"#
            )
        )
        #expect(json.contains(#"{"from":"link","to":"hold","count":3,"example":"somebody signing in"#))
        #expect(json.hasSuffix(#""complete":true}"#))
    }
}
