import Foundation
import JSON
import Testing

@testable import Accounts
@testable import PolicyLanguage

@Suite("Policy oracle", .enabled(if: PolicyOracle.isAvailable))
struct PolicyOracleTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let count = environment["LATCHKEY_FUZZ_POLICIES"].flatMap(Int.init) ?? 1_000
    private static let seed = environment["LATCHKEY_FUZZ_SEED"].flatMap(UInt64.init) ?? 20_261_121

    /// The lines of many files, two threads at a time.
    private static func lines(_ texts: [String]) async -> [OracleLine] {
        await withTaskGroup(of: [(Int, OracleLine)].self) { group in
            for part in 0..<4 {
                group.addTask {
                    stride(from: part, to: texts.count, by: 4).map {
                        ($0, OracleLine(texts[$0], linkOnly: $0 % 10 == 0))
                    }
                }
            }
            var result: [(Int, OracleLine)] = []
            for await lines in group { result += lines }
            return result.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    @Test("G21 L-1 to L-20 no random policy loads and breaks an invariant, and the oracle agrees on every case")
    func fuzz() async throws {
        print("policy fuzzer: \(Self.count) policies, LATCHKEY_FUZZ_SEED=\(Self.seed)")
        var fuzzer = PolicyFuzzer(seed: Self.seed)
        var left = Self.count
        var loaded = 0
        while left > 0 {
            let texts = (0..<min(left, 1_000)).map { _ in fuzzer.text() }
            left -= texts.count
            let lines = await Self.lines(texts)
            loaded += lines.filter(\.loads).count
            let (status, output) = try PolicyOracle.judge(lines.map(\.line))
            #expect(output.prefix(4_000) == "", "LATCHKEY_FUZZ_SEED=\(Self.seed)")
            #expect(status == 0)
        }
        // Both kinds have to be among them for this to mean anything.
        #expect(loaded > Self.count / 5)
        #expect(loaded < Self.count * 4 / 5)
    }

    @Test(
        "G21 the oracle agrees on every case of every policy that is shipped",
        arguments: ["standard"] + ShippedPolicies.recipes
    )
    func shipped(name: String) throws {
        let policy = try ShippedPolicies.document(name).policy
        let text = Self.json(policy).serialized()
        #expect(try PolicyDocument.parse(text, file: "json").policy.canonicalText == policy.canonicalText)
        let (status, output) = try PolicyOracle.judge([OracleLine(text).line])
        #expect(output == "")
        #expect(status == 0)
    }

    @Test("control: one answer turned round is reported")
    func turned() throws {
        let text = Self.json(.standard).serialized()
        let turned = LinkingFacts(
            intent: .signIn,
            session: .none,
            identity: .unknown,
            email: .verified,
            account: .verified
        )
        let line = OracleLine(text, linkOnly: false) { $0 == turned ? .link : $1 }
        let (status, output) = try PolicyOracle.judge([line.line])
        #expect(status == 1)
        #expect(output.split(separator: "\n").count == 1)
        #expect(
            output.contains("decided link|rule|verified by a provider that does not run the mailbox|, the oracle says")
        )
    }

    /// Policies that break one invariant, or are wrong in another way.
    static let broken: [(String, [(LinkingCondition, LinkingOutcome)])] = [
        ("invariant 2", [(LinkingCondition(email: [.unverified], account: [.verified]), .link)]),
        ("invariant 3", [(LinkingCondition(email: [.authoritative], account: [.unverified]), .link)]),
        (
            "invariant 7",
            [(LinkingCondition(email: [.unverified], account: [.disabled]), .linkAfterProof(proofs: [.password]))]
        ),
        ("invariant 10", [(LinkingCondition(email: [.verified], account: [.verified]), .link)]),
        ("invariant 12", [(LinkingCondition(account: [.unverified]), .refuse(.accountExists))]),
        ("an outcome makes no sense", [(LinkingCondition(email: [.verified], account: [.verified]), .create)]),
        ("a rule is never used", [(LinkingCondition(), .hold)]),
    ]

    @Test("control: a policy that loads although it breaks something is reported", arguments: broken.map(\.0))
    func skipped(what: String) throws {
        let rules = try #require(Self.broken.first { $0.0 == what }).1 + [(LinkingCondition(), .hold)]
        let policy = LinkingPolicy(
            name: "broken",
            signUp: .open,
            dormantAfter: nil,
            rules: rules.enumerated().map { LinkingRule(name: "rule \($0)", when: $1.0, then: $1.1) }
        )
        let text = Self.json(policy).serialized()
        #expect(!OracleLine(text).loads)
        #expect(try PolicyOracle.judge([OracleLine(text).line]).status == 0)
        // As if the check had skipped what is broken.
        let (status, output) = try PolicyOracle.judge([OracleLine(text, claiming: true).line])
        #expect(status == 1)
        #expect(output.hasPrefix("policy 1 loads, but: "))
        #expect(output.contains(what))
    }

    @Test("control: a sound policy that does not load is reported")
    func refused() throws {
        let line = OracleLine(Self.json(.standard).serialized(), claiming: false)
        let (status, output) = try PolicyOracle.judge([line.line])
        #expect(status == 1)
        #expect(output.hasPrefix("policy 1 does not load, and the oracle finds nothing wrong"))
    }

    /// A policy as a file.
    static func json(_ policy: LinkingPolicy) -> JSONValue {
        func time(_ seconds: Int?) -> JSONValue { .string(seconds.map { "\($0 / 86_400)d" } ?? "never") }
        func list(_ values: [String]) -> JSONValue { .array(values.sorted().map { .string($0) }) }
        let rules = policy.rules.map { rule -> JSONValue in
            var when: [(String, JSONValue)] = []
            if let email = rule.when.email { when.append(("email", list(email.map(\.rawValue)))) }
            if let account = rule.when.account { when.append(("account", list(account.map(\.rawValue)))) }
            if let providers = rule.when.providers { when.append(("provider", list(providers.map(\.description)))) }
            if let domains = rule.when.domains { when.append(("domain", list(Array(domains)))) }
            var members: [(String, JSONValue)] = [
                ("name", .string(rule.name)), ("when", .object(JSONObject(when))), ("then", .string(rule.then.code)),
            ]
            if case .linkAfterProof(let proofs) = rule.then { members.append(("proofs", list(proofs.map(\.rawValue)))) }
            if case .refuse(let reason) = rule.then { members.append(("reason", .string(reason.rawValue))) }
            return .object(JSONObject(members))
        }
        return [
            "version": 1, "sign_up": .string(policy.signUp.rawValue), "dormant_after": time(policy.dormantAfter),
            "link_lapses_after": time(policy.linkLapsesAfter), "rules": .array(rules),
        ]
    }
}
