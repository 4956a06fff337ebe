import Accounts
import Testing
import YAML

@testable import PolicyLanguage

/// What the check of every case finds, reported at the words that make it so.
@Suite("Violations in a policy's file")
struct PolicyViolationTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let rules: String
        let place: String
        let words: [String]

        init(_ name: String, _ rules: String, at place: String, _ words: String...) {
            self.name = name
            self.rules = rules
            self.place = place
            self.words = words
        }

        var testDescription: String { name }
    }

    private static let rest = "\n  - { name: rest, then: hold }"

    static let cases: [Case] = [
        Case(
            "an unverified address that links",
            "  - { name: a, when: { email: unverified, account: verified }, then: link }" + rest,
            at: "5:70:",
            "breaks invariant 2: An absent or unverified address never reaches an existing account without proof.",
            "For example, somebody signing in with an identity of some-provider that nobody here owns, with an unverified",
            "would be linked to that account without any further proof, by rule 1 (“a”).",
            "cases)"
        ),
        Case(
            "a link into an unproven account",
            "  - { name: a, when: { email: authoritative, account: unverified }, then: link }" + rest,
            at: "5:75:",
            "breaks invariant 3:"
        ),
        Case(
            "a silent claim on second-hand evidence",
            "  - { name: a, when: { email: verified, account: unverified }, then: claim }" + rest,
            at: "5:70:",
            "breaks invariant 3:"
        ),
        Case(
            "a proof that leads to a disabled account",
            "  - name: a\n    when: { email: unverified, account: disabled }\n    then: link_after_proof\n"
                + "    proofs: password" + rest,
            at: "7:11:",
            "breaks invariant 7: A disabled user never gets a session."
        ),
        Case(
            "weaker evidence that reaches further",
            "  - { name: a, when: { email: verified, account: verified }, then: link }" + rest,
            at: "5:68:",
            "breaks invariant 10: Weaker evidence never reaches an account that stronger evidence would not.",
            "; but somebody signing in",
            "would wait for an administrator, by rule 2 (“rest”)."
        ),
        Case(
            "a refusal that leads nowhere",
            "  - { name: a, when: { account: unverified }, then: refuse, reason: account_exists }" + rest,
            at: "5:53:",
            "breaks invariant 12:",
            "next step sign_in_another_way"
        ),
        Case(
            "a second holder of an address",
            "  - { name: a, when: { account: verified }, then: create }" + rest,
            at: "5:51:",
            "create would give the newcomer an address that somebody holds"
        ),
        Case(
            "nothing to link to",
            "  - { name: a, when: { account: none }, then: link }" + rest,
            at: "5:47:",
            "No account holds the address, so there is nothing to link to."
        ),
        Case(
            "nothing to claim",
            "  - { name: a, when: { email: authoritative, account: verified }, then: claim }" + rest,
            at: "5:73:",
            "Only an address that nobody has proven can be claimed."
        ),
        Case(
            "a rule that is never reached",
            "  - { name: a, then: hold }\n  - { name: b, when: { email: verified }, then: hold }",
            at: "6:22:",
            "Rule 2 (“b”) never decides: structure or an earlier rule covers every case it describes."
        ),
        Case(
            "a rule without a condition that is never reached",
            "  - { name: a, then: hold }\n  - { name: b, then: hold }",
            at: "6:13:",
            "Rule 2 (“b”) never decides"
        ),
        Case(
            "a rule for what only structure decides",
            "  - { name: a, when: { email: verified, account: disabled }, then: hold }" + rest,
            at: "5:22:",
            "Rule 1 (“a”) never decides"
        ),
        Case(
            "an address nobody can hold",
            "  - { name: a, when: { email: none, account: verified }, then: hold }" + rest,
            at: "5:22:",
            "Rule 1 (“a”) never decides"
        ),
        Case(
            "cases no rule covers",
            "  - { name: a, when: { account: [none, verified, unverified, disabled] }, then: hold }",
            at: "4:1:",
            "No rule covers this case.",
            "that several accounts have proven"
        ),
        Case(
            "cases no rule covers outside of one domain",
            "  - { name: a, when: { domain: corp.example }, then: hold }",
            at: "4:1:",
            "No rule covers this case.",
            "(somewhere.example)"
        ),
        Case(
            "a fault in one app only",
            "  - { name: a, when: { app: payroll, email: unverified, account: verified }, then: link }" + rest,
            at: "5:84:",
            "to the app payroll, with an unverified address"
        ),
    ]

    static func text(_ rules: String) -> String {
        "version: 1\nsign_up: open\ndormant_after: 540d\nrules:\n\(rules)\n"
    }

    @Test(
        "L-1 to L-20: a policy that breaks something does not load, and the words that break it are named",
        arguments: cases
    )
    func reported(_ violation: Case) {
        let faults = PolicyFaultTests.faults(Self.text(violation.rules))
        let fault = faults.first { fault in violation.words.allSatisfy(fault.contains) }
        #expect(fault?.hasPrefix(violation.place) == true, "\(faults)")
    }

    struct Hint: Sendable, CustomTestStringConvertible {
        let name: String
        var signUp = "open"
        var dormantAfter = "540d"
        let rules: String
        let expected: [String]

        var testDescription: String { name }
    }

    static let hints: [Hint] = [
        Hint(
            name: "an unverified address that learns about accounts",
            rules: "  - { name: a, when: { email: unverified, account: verified }, then: hold }\n"
                + "  - { name: b, when: { account: none }, then: create }" + rest,
            expected: [
                "5:70: tells whoever comes with an unverified address that an account holds it",
                "7:25: tells whoever comes with an unverified address that an account holds it",
            ]
        ),
        Hint(
            name: "the same answer tells nothing",
            rules: "  - { name: a, when: { email: unverified }, then: hold }\n"
                + "  - { name: b, when: { account: none }, then: create }" + rest,
            expected: []
        ),
        Hint(
            name: "evidence of anybody",
            rules: "  - { name: a, when: { email: [verified, authoritative], account: verified }, then: link }\n"
                + "  - { name: u, when: { email: unverified, account: [verified, unverified, disabled, several] }, "
                + "then: create_separate }\n"
                + "  - { name: b, when: { account: none }, then: create }" + rest,
            expected: ["5:85: links at the word of any provider that verified the address at some time"]
        ),
        Hint(
            name: "dormant means nothing",
            dormantAfter: "never",
            rules: "  - { name: a, when: { email: authoritative, account: verified, dormant: true }, then: hold }\n"
                + "  - { name: l, when: { email: authoritative, account: verified }, then: link }\n"
                + "  - { name: b, when: { email: [none, verified, authoritative], account: none }, then: create }"
                + rest,
            expected: [
                "3:16: with dormant_after: never, an address that was handed on years ago still leads into the account, by "
                    + "rule 2",
                "5:74: nobody is ever dormant, because dormant_after is never",
            ]
        ),
        Hint(
            name: "open to nobody",
            rules: "  - { name: a, then: hold }",
            expected: ["2:10: sign_up is open, and no rule creates anybody"]
        ),
        Hint(name: "closed on purpose", signUp: "closed", rules: "  - { name: a, then: hold }", expected: []),
    ]

    @Test("what the author may not have meant is said, and stops nothing", arguments: hints)
    func advice(_ hint: Hint) throws {
        let text = "version: 1\nsign_up: \(hint.signUp)\ndormant_after: \(hint.dormantAfter)\nrules:\n\(hint.rules)\n"
        let advice = try PolicyDocument.parse(text, file: "p").advice
        let found = advice.map { "\($0.location.line):\($0.location.column): \($0.message)" }
        #expect(found.count == hint.expected.count, "\(found)")
        #expect(zip(found, hint.expected).allSatisfy { $0.hasPrefix($1) }, "\(found)")
    }

    @Test("a provider that does not exist is found by whoever knows which do")
    func unknownProviders() throws {
        let text = Self.text(
            "  - { name: a, when: { provider: [google, gitub] }, then: hold }\n  - { name: b, then: hold }"
        )
        let document = try PolicyDocument.parse(text, file: "p")
        let known = Set(["google", "github"].compactMap { ProviderID($0) })
        #expect(
            document.unknownProviders(among: known).map(\.description)
                == ["p:5:43: there is no provider \"gitub\" (did you mean \"github\"?)"]
        )
        #expect(document.unknownProviders(among: known.union([try #require(ProviderID("gitub"))])) == [])
    }
}
