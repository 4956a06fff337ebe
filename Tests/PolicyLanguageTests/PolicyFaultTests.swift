import Accounts
import Testing
import YAML

@testable import PolicyLanguage

@Suite("Faults of a policy's file")
struct PolicyFaultTests {
    /// A file with one fault, and what is said about it.
    struct Fault: Sendable, CustomTestStringConvertible {
        let name: String
        let text: String
        let expected: [String]

        init(_ name: String, _ text: String, _ expected: String...) {
            self.name = name
            self.text = text
            self.expected = expected
        }

        /// A file that is right but for one rule, which stands in line 5.
        init(rule: String, _ name: String, _ expected: String...) {
            self.name = name
            text = """
                version: 1
                sign_up: open
                dormant_after: never
                rules:
                  - \(rule)
                  - { name: rest, then: hold }
                """
            self.expected = expected
        }

        var testDescription: String { name }
    }

    private static let head = "version: 1\nsign_up: open\ndormant_after: 540d\n"
    private static let rest = "rules: [{ name: rest, then: hold }]\n"

    static let top: [Fault] = [
        Fault("nothing at all", "", "1:1: the file is empty"),
        Fault("a comment only", "# policy\n", "1:1: the file is empty"),
        Fault("a list", "- version: 1\n", "1:1: the file has to be a mapping (key: value), found a list"),
        Fault(
            "an empty mapping",
            "{}\n",
            "1:1: missing key \"version\"",
            "1:1: missing key \"sign_up\"",
            "1:1: missing key \"dormant_after\"",
            "1:1: missing key \"rules\""
        ),
        Fault(
            "another version",
            "version: 2\nsign_up: open\ndormant_after: 540d\n" + rest,
            "1:10: version 2 of the policy's language is not known here, only version 1"
        ),
        Fault(
            "a version that is a text",
            "version: one\nsign_up: open\ndormant_after: 540d\n" + rest,
            "1:10: \"version\" has to be a whole number from 1 to 9223372036854775807"
        ),
        Fault(
            "an unknown sign-up",
            "version: 1\nsign_up: opne\ndormant_after: 540d\n" + rest,
            "2:10: \"sign_up\" is \"opne\"; it has to be one of open, invited, closed (did you mean \"open\"?)"
        ),
        Fault(
            "no unit",
            "version: 1\nsign_up: open\ndormant_after: 540\n" + rest,
            "3:16: \"dormant_after\" has to be a duration such as 500ms, 30s, 10m, 24h or 7d"
        ),
        Fault(
            "a negative time",
            "version: 1\nsign_up: open\ndormant_after: -1d\n" + rest,
            "3:16: \"dormant_after\" has to be a duration such as 500ms, 30s, 10m, 24h or 7d"
        ),
        Fault(
            "too short a time",
            "version: 1\nsign_up: open\ndormant_after: 23h\n" + rest,
            "3:16: \"dormant_after\" has to be a duration from 1d to 36500d"
        ),
        Fault(
            "a time beyond all numbers",
            "version: 1\nsign_up: open\ndormant_after: 99999999999999999999d\n" + rest,
            "3:16: \"dormant_after\" has to be a duration such as 500ms, 30s, 10m, 24h or 7d"
        ),
        Fault(
            "parts of a second",
            head + "link_lapses_after: 86400001ms\n" + rest,
            "4:20: \"link_lapses_after\" has to be whole seconds"
        ),
        Fault("no value", head + "rules:\n", "4:1: \"rules\" has no value"),
        Fault("no rules", head + "rules: []\n", "4:8: \"rules\" has to have 1 to 200 rules, and has 0"),
        Fault(
            "one rule, not a list",
            head + "rules: { name: a }\n",
            "4:8: \"rules\" has to be a list, found a mapping"
        ),
        Fault(
            "a rule that is a text",
            head + "rules: [hold]\n",
            "4:9: \"rules[0]\" has to be a mapping (key: value)"
        ),
        Fault(
            "an unknown key",
            head + "rule: []\n" + rest,
            "4:1: unknown key \"rule\" (did you mean \"rules\"?)"
        ),
        Fault(
            "too long a name",
            head + "name: \(String(repeating: "n", count: 65))\n" + rest,
            "4:7: \"name\" has to be 1 to 64 characters long, and is 65"
        ),
        Fault(
            "a key twice",
            head + "sign_up: closed\n" + rest,
            "2:1: written more than once in the same mapping: \"sign_up\""
        ),
        Fault("no YAML", head + "rules: [\n", "5:1: while parsing a flow node: did not find expected node content"),
    ]

    static let rules: [Fault] = [
        Fault(rule: "{ then: hold }", "no name", "5:5: missing key \"name\" in \"rules[0]\""),
        Fault(rule: "{ name: a }", "no outcome", "5:5: missing key \"then\" in \"rules[0]\""),
        Fault(
            rule: "{ name: rest, then: hold, when: { recycled: true } }",
            "a name twice",
            "6:13: \"rest\" is also the name of the rule in line 5; decisions are recorded by it"
        ),
        Fault(
            rule: #"{ name: "a\nb", then: hold, when: { recycled: true } }"#,
            "a line break in a name",
            "5:13: \"rules[0].name\" holds the invisible character U+000A; it is shown to people"
        ),
        Fault(
            rule: #"{ name: "a\u202Eb", then: hold, when: { recycled: true } }"#,
            "a name that is read from the right",
            "5:13: \"rules[0].name\" holds the invisible character U+202E; it is shown to people"
        ),
        Fault(
            rule: #"{ name: " a", then: hold, when: { recycled: true } }"#,
            "a blank before a name",
            "5:13: \"rules[0].name\" begins or ends with a blank"
        ),
        Fault(
            rule: "{ name: \(String(repeating: "é", count: 201)), then: hold, when: { recycled: true } }",
            "too long a name",
            "5:13: \"rules[0].name\" has to be 1 to 200 characters long, and is 201"
        ),
        Fault(
            rule: "{ name: a, when: { recycled: true }, then: lnik }",
            "an unknown outcome",
            "5:48: \"rules[0].then\" is \"lnik\"; it has to be one of link, link_after_proof, claim, claim_after_proof, "
                + "create, create_separate, hold, refuse (did you mean \"link\"?)"
        ),
        Fault(
            rule: "{ name: a, when: { recycled: true }, then: sign_in }",
            "sign_in is no rule's to give",
            "5:48: \"rules[0].then\" is \"sign_in\"; it has to be one of link, link_after_proof, claim, claim_after_proof, "
                + "create, create_separate, hold, refuse"
        ),
        Fault(
            rule: "{ name: a, when: { recycled: true }, then: [hold] }",
            "a list of outcomes",
            "5:48: \"rules[0].then\" has to be text, found a list"
        ),
        Fault(
            rule: "{ name: a, when: { recycled: true }, then: link_after_proof }",
            "no proofs",
            "5:5: missing key \"proofs\" in \"rules[0]\""
        ),
        Fault(
            rule: "{ name: a, when: { recycled: true }, then: link_after_proof, proofs: [] }",
            "an empty list of proofs",
            "5:74: \"rules[0].proofs\" is an empty list; leave the key out, or name at least one"
        ),
        Fault(
            rule: "{ name: a, when: { recycled: true }, then: link_after_proof, proofs: [password, passwrod] }",
            "an unknown proof",
            "5:85: \"rules[0].proofs[1]\" is \"passwrod\"; it has to be one of password, email_code, linked_identity "
                + "(did you mean \"password\"?)"
        ),
        Fault(
            rule: "{ name: a, when: { recycled: true }, then: hold, proofs: [password] }",
            "proofs for something else",
            "5:54: \"rules[0].proofs\" goes with then: link_after_proof, not with hold"
        ),
        Fault(
            rule: "{ name: a, when: { recycled: true }, then: hold, reason: account_exists }",
            "a reason for something else",
            "5:54: \"rules[0].reason\" goes with then: refuse, not with hold"
        ),
        Fault(
            rule: "{ name: a, when: { recycled: true }, then: refuse, reason: user_disabled }",
            "a reason that only structure gives",
            "5:64: \"rules[0].reason\" is \"user_disabled\"; it has to be one of refused_by_policy, account_exists, "
                + "address_unproven, address_missing"
        ),
        Fault(
            rule: "{ name: a, when: { recycled: true }, then: hold, otherwise: hold }",
            "an unknown key",
            "5:54: unknown key \"rules[0].otherwise\""
        ),
    ]

    static let conditions: [Fault] = [
        Fault(
            rule: "{ name: a, then: hold, when: recycled }",
            "a condition that is a text",
            "5:34: \"rules[0].when\" has to be a mapping (key: value)"
        ),
        Fault(
            rule: "{ name: a, then: hold, when: { emial: verified } }",
            "an unknown fact",
            "5:36: unknown key \"rules[0].when.emial\" (did you mean \"email\"?)"
        ),
        Fault(
            rule: "{ name: a, then: hold, when: { email: proven } }",
            "an unknown value",
            "5:43: \"rules[0].when.email\" is \"proven\"; it has to be one of none, unverified, verified, authoritative"
        ),
        Fault(
            rule: "{ name: a, then: hold, when: { email: [verified, [none]] } }",
            "a list in a list",
            "5:54: \"rules[0].when.email[1]\" has to be text, found a list"
        ),
        Fault(
            rule: "{ name: a, then: hold, when: { email: [verified, verified] } }",
            "a value twice",
            "5:54: \"rules[0].when.email[1]\" is in the list already"
        ),
        Fault(
            rule: "{ name: a, then: hold, when: { account: mine } }",
            "mine is only for linking",
            "5:45: \"rules[0].when.account\" is never \"mine\" where rules are asked: that occurs only while linking"
        ),
        Fault(
            rule: "{ name: a, then: hold, when: { recycled: yes } }",
            "a yes",
            "5:46: \"rules[0].when.recycled\" has to be true or false"
        ),
        Fault(
            rule: "{ name: a, then: hold, when: { privileged: 1, dormant: 'true' } }",
            "a number and a text",
            "5:48: \"rules[0].when.privileged\" has to be true or false",
            "5:60: \"rules[0].when.dormant\" has to be true or false"
        ),
        Fault(
            rule: "{ name: a, then: hold, when: { provider: Google } }",
            "a provider's name instead of its id",
            "5:46: \"rules[0].when.provider\" is \"Google\"; a provider's id is 1 to 32 characters of a-z, 0-9 and -"
        ),
        Fault(
            rule: "{ name: a, then: hold, when: { domain: '*.corp.example' } }",
            "a wildcard",
            "5:44: \"rules[0].when.domain\" is \"*.corp.example\"; there are no wildcards: name every domain, subdomains are "
                + "domains of their own"
        ),
        Fault(
            rule: "{ name: a, then: hold, when: { domain: ann@corp.example } }",
            "an address",
            "5:44: \"rules[0].when.domain\" is \"ann@corp.example\"; rules know domains, not addresses: leave out everything "
                + "up to the @"
        ),
        Fault(
            rule: "{ name: a, then: hold, when: { domain: [corp.example, localhost, 10.0.0.1, corp.example.] } }",
            "names that are no domains of addresses",
            "5:59: \"rules[0].when.domain[1]\" is \"localhost\"; it has to be a whole domain such as corp.example",
            "5:70: \"rules[0].when.domain[2]\" is \"10.0.0.1\"; it has to be a whole domain such as corp.example",
            "5:80: \"rules[0].when.domain[3]\" is \"corp.example.\"; it has to be a whole domain such as corp.example"
        ),
        Fault(
            rule: "{ name: a, then: hold, when: { domain: [bücher.example, BÜCHER.example, xn--bcher-kva.example] } }",
            "one domain in three spellings",
            "5:61: \"rules[0].when.domain[1]\" is in the list already",
            "5:77: \"rules[0].when.domain[2]\" is in the list already"
        ),
        Fault(
            rule: #"{ name: a, then: hold, when: { domain: "corp\u200B.example" } }"#,
            "an invisible character in a domain",
            "5:44: \"rules[0].when.domain\" is \"corp<U+200B>.example\"; it has to be a whole domain such as corp.example"
        ),
        Fault(
            rule: "{ name: a, then: hold, when: { app: [] } }",
            "no app",
            "5:41: \"rules[0].when.app\" is an empty list; leave the key out, or name at least one"
        ),
        Fault(
            rule: "{ name: a, then: hold, when: }",
            "an empty condition",
            "5:28: \"rules[0].when\" has no value; leave the key out or give it one"
        ),
        Fault(
            rule: "{ name: &a a, then: hold, when: { recycled: true } }",
            "an anchor",
            "5:13: anchors and aliases (&name, *name) are not allowed; write the value out"
        ),
        Fault(
            rule: "{ name: !!str a, then: hold, when: { recycled: true } }",
            "a tag",
            "5:13: tags (!name) are not allowed"
        ),
    ]

    @Test("a fault is named at its place, in words", arguments: top + rules + conditions)
    func fault(_ fault: Fault) {
        #expect(Self.faults(fault.text) == fault.expected)
    }

    static func faults(_ text: String) -> [String] {
        do throws(PolicyFaults) {
            _ = try PolicyDocument.parse(text, file: "policy.yaml")
            return []
        } catch {
            return error.diagnostics.map { "\($0.location.line):\($0.location.column): \($0.message)" }
        }
    }

    @Test(
        "all faults are reported at once, in the order of the file, and what later rules would have done is left open"
    )
    func allAtOnce() {
        let text = """
            version: 1
            sign_up: sometimes
            dormant_after: soon
            rules:
              - { name: first, when: { email: unverified, account: verified }, then: link }
              - { name: second, when: { emial: verified }, then: hodl }
              - { name: third, when: { domain: '*' }, then: link }
            colour: blue
            """
        let faults = Self.faults(text)
        let places = faults.map { $0.prefix { $0 != " " } }
        #expect(places == ["2:10:", "3:16:", "5:74:", "6:29:", "6:54:", "7:36:", "8:1:"])
        #expect(faults.contains { $0.hasPrefix("5:74: breaks invariant 2: ") })
        #expect(faults.contains { $0.contains("unknown key \"colour\"") })
    }

    @Test("faults print one line each, with the file's name")
    func description() {
        #expect {
            try PolicyDocument.parse("version: 1\n", file: "providers/linking-policy.yaml")
        } throws: { error in
            "\(error)".split(separator: "\n").first
                == "providers/linking-policy.yaml:1:1: missing key \"sign_up\""
        }
    }
}
