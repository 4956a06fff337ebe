import Accounts
import Testing

@testable import PolicyLanguage

@Suite("Limits of a policy's file")
struct PolicyLimitTests {
    private static let head = "version: 1\nsign_up: open\ndormant_after: 540d\n"

    private static func faults(_ text: String) -> [String] { PolicyFaultTests.faults(text) }

    @Test("the same policy whatever the bytes around it", arguments: ["\u{FEFF}", "", "---\n", "# a comment\r\n"])
    func surroundings(prefix: String) throws {
        let document = try PolicyDocument.parse(prefix + PolicyDocumentTests.small, file: "p")
        let plain = try PolicyDocument.parse(PolicyDocumentTests.small, file: "p")
        #expect(document.policy == plain.policy)
        #expect(document.text == prefix + PolicyDocumentTests.small)
    }

    @Test("lines may end in CR LF, the last in nothing, and a file may be JSON")
    func forms() throws {
        let plain = try PolicyDocument.parse(PolicyDocumentTests.small, file: "p").policy
        let windows = PolicyDocumentTests.small.split(separator: "\n").joined(separator: "\r\n")
        #expect(try PolicyDocument.parse(windows, file: "p").policy == plain)
        let json = """
            {"version": 1, "sign_up": "open", "dormant_after": "540d", "rules": [
            {"name": "newcomers", "when": {"account": ["none"]}, "then": "create"},
            {"name": "everybody else", "then": "refuse", "reason": "refused_by_policy"}]}
            """
        #expect(try PolicyDocument.parse(json, file: "p").policy == plain)
    }

    @Test("a file of ten million bytes is refused before anybody reads it")
    func tooLarge() {
        let text = Self.head + "#" + String(repeating: "x", count: 10_000_000)
        #expect(Self.faults(text) == ["1:1: the file is larger than 65536 bytes"])
        let largest = PolicyDocumentTests.small + "#"
        let padding = String(repeating: "x", count: 65_536 - largest.utf8.count)
        #expect(Self.faults(largest + padding) == [])
        #expect(Self.faults(largest + padding + "x") == ["1:1: the file is larger than 65536 bytes"])
    }

    @Test(
        "nesting without end is refused, and nothing overflows",
        arguments: ["[", "{a: ", "- ", "? ", "{rules: [", "rules: {when: ["]
    )
    func deep(opening: String) {
        let text = String(repeating: opening, count: 60_000 / opening.utf8.count)
        #expect(!Self.faults(text).isEmpty)
    }

    @Test("a second document, a merge key and an alias bomb are refused")
    func tricks() {
        #expect(!Self.faults(PolicyDocumentTests.small + "---\n" + PolicyDocumentTests.small).isEmpty)
        let merged = Self.head + "base: &base { then: hold }\nrules:\n  - { name: a, <<: *base }\n"
        #expect(Self.faults(merged).contains { $0.contains("merge keys (<<) are not allowed") })
        let bomb = "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: [*c,*c]\n"
        #expect(Self.faults(bomb).contains { $0.contains("aliases") })
    }

    @Test("at most 200 rules, 100 providers and apps, 500 domains")
    func counts() {
        func rules(_ count: Int) -> String {
            let rule = (1..<count).map { "  - { name: r\($0), when: { provider: p\($0) }, then: hold }\n" }.joined()
            return Self.head + "rules:\n" + rule + "  - { name: rest, then: hold }\n"
        }
        #expect(Self.faults(rules(200)) == [])
        #expect(Self.faults(rules(201)) == ["5:3: \"rules\" has to have 1 to 200 rules, and has 201"])
        func list(_ key: String, _ count: Int, _ ending: String = "") -> String {
            let names = (0..<count).map { "n\($0)\(ending)" }.joined(separator: ", ")
            return Self.head
                + "rules:\n  - { name: a, when: { \(key): [\(names)] }, then: hold }\n  - { name: b, then: hold }\n"
        }
        #expect(Self.faults(list("provider", 100)) == [])
        #expect(Self.faults(list("provider", 101)).count == 1)
        #expect(
            Self.faults(list("app", 101)) == ["5:29: \"rules[0].when.app\" has 101 values; at most 100 are allowed"]
        )
        #expect(Self.faults(list("domain", 500, ".example")) == [])
        #expect(Self.faults(list("domain", 501, ".example")).count == 1)
    }

    @Test("rules that tell too many combinations apart are refused, not tried for minutes")
    func contexts() throws {
        func text(_ number: Int) -> String {
            let rules = (0..<number).map { index in
                "  - { name: p\(index), when: { provider: p\(index), account: none }, then: hold }\n"
                    + "  - { name: d\(index), when: { domain: d\(index).example, account: none }, then: hold }\n"
                    + "  - { name: a\(index), when: { app: a\(index), account: none }, then: hold }\n"
            }
            return Self.head + "rules:\n" + rules.joined() + "  - { name: rest, then: hold }\n"
        }
        let policy = try PolicyDocument.parse(text(11), file: "p").policy
        #expect(policy.contextCount == 12 * 13 * 12)
        #expect(
            Self.faults(text(40)) == [
                "4:1: the rules tell 70602 combinations of provider, domain and app apart, too many to try every case in "
                    + "each; at most 2000 are allowed. Names that all stand in the same rules count once"
            ]
        )
    }
}
