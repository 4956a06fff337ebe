import Foundation
import JSON
import OracleSupport

@testable import Accounts
@testable import PolicyLanguage

/// The independent oracle in Tests/Oracles, written another way in another language.
enum PolicyOracle {
    static let script = ShippedPolicies.root.appending(path: "Tests/Oracles/policy_oracle.py")

    static let isAvailable: Bool = {
        let found = (try? runPython(["--version"], input: Data()))?.status == 0
        if !found { print("python3 not found: the policy oracle is skipped; install python3 to run it") }
        return found
    }()

    /// Has the oracle judge lines; what it prints is what it disagrees with.
    static func judge(_ lines: [String]) throws -> (status: Int32, output: String) {
        try runPython([script.path], input: Data((lines.joined(separator: "\n") + "\n").utf8))
    }
}

/// What the oracle is told about one policy.
struct OracleLine {
    /// Most contexts of one policy whose cases are compared.
    ///
    /// Loading a policy tries every kind of context, and so does the oracle when it judges whether the policy should
    /// have loaded. Compared case by case are: in one context all cases there are, and all of them once more for a provider
    /// that is only for linking (of every tenth random policy: no policy has a say there); then the cases rules are asked about (structure decides the others, and sees neither
    /// rules nor names) in as many further contexts as it takes for every rule to decide something.
    static let maximumContexts = 8

    let text: String
    let loads: Bool
    private var answers: [String] = []
    private var numbers: [String: Int] = [:]
    private var contexts: [JSONValue] = []

    /// Loads a file and, if that succeeds, decides its cases.
    ///
    /// - Parameters:
    ///   - linkOnly: Whether to compare the cases of a provider that is only for linking.
    ///   - claiming: What to say about loading instead of the truth, for controls.
    ///   - change: A way to tamper with the answers, for controls.
    init(
        _ text: String,
        linkOnly: Bool = true,
        claiming: Bool? = nil,
        change: (LinkingFacts, LinkingOutcome) -> LinkingOutcome = { $1 }
    ) {
        self.text = text
        let policy = try? PolicyDocument.parse(text, file: "policy.json").policy
        loads = claiming ?? (policy != nil)
        guard let policy else { return }
        for (number, context) in Self.covering(policy).enumerated() where linkOnly || !context.linkOnly {
            add(policy, context, everyCase: number == 0 || context.linkOnly, change)
        }
    }

    /// The line.
    var line: String {
        let object: JSONValue = [
            "text": .string(text), "loads": .bool(loads), "answers": .array(answers.map { .string($0) }),
            "contexts": .array(contexts),
        ]
        return object.serialized()
    }

    private mutating func add(
        _ policy: LinkingPolicy,
        _ context: LinkingContext,
        everyCase: Bool,
        _ change: (LinkingFacts, LinkingOutcome) -> LinkingOutcome
    ) {
        var runs: [(answer: Int, count: Int)] = []
        for facts in LinkingFacts.possible where context.canAccompany(facts) {
            guard everyCase || facts.intent == .signIn && facts.identity == .unknown else { continue }
            let decision = decideLinking(facts, under: policy, context: context)
            let outcome = change(facts, decision.outcome)
            let answer =
                "\(outcome)|\(decision.reason.code)|\(decision.rule ?? "")|\(outcome.nextStep?.rawValue ?? "")"
            let number = numbers[answer] ?? answers.count
            if number == answers.count {
                numbers[answer] = number
                answers.append(answer)
            }
            if runs.last?.answer == number { runs[runs.count - 1].count += 1 } else { runs.append((number, 1)) }
        }
        contexts.append([
            "provider": .string("\(context.provider)"), "domain": context.domain.map { .string($0) } ?? .null,
            "app": context.app.map { .string($0) } ?? .null, "invited": .bool(context.invited),
            "link_only": .bool(context.linkOnly), "cases": everyCase ? "all" : "asked",
            "runs": .string(runs.map { "\($0.answer)*\($0.count)" }.joined(separator: " ")),
        ])
    }

    /// See ``maximumContexts``.
    private static func covering(_ policy: LinkingPolicy) -> [LinkingContext] {
        let all = LinkingContext.representatives(for: policy)
        let matches = FirstMatches(policy)
        var decided: Set<Int32> = []
        var chosen: [LinkingContext] = []
        for context in all where chosen.count < maximumContexts {
            let rules = Set(matches.positions(in: context))
            if context.linkOnly || context.domain == nil || context.invited || !rules.isSubset(of: decided) {
                chosen.append(context)
                decided.formUnion(rules)
            }
        }
        return chosen
    }
}
