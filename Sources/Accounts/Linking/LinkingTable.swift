/// All possible cases under a policy, folded into as few rows as stay readable.
public struct LinkingTable: Sendable, Hashable {
    /// One row: a box of cases with the same answer.
    public struct Row: Sendable, Hashable {
        /// Accepted values for each fact, in the order of ``LinkingTable/columns``; empty for any.
        public let values: [[String]]
        /// What happens.
        public let outcome: LinkingOutcome
        /// Name of the rule, and the guard that changed its outcome; or the code of the structural reason.
        public let decidedBy: String

        /// True when the facts are in the row's box.
        public func contains(_ facts: LinkingFacts) -> Bool {
            let words = facts.description.split(separator: " ").map { $0.drop { $0 != "=" }.dropFirst() }
            return zip(values, words).allSatisfy { $0.isEmpty || $0.contains(String($1)) }
        }
    }

    /// Names of the facts.
    public static let columns = [
        "intent", "session", "identity", "email", "account", "recycled", "privileged", "dormant",
    ]

    private static let words: [[String]] = [
        LinkingFacts.Intent.allCases.map(\.rawValue), LinkingFacts.Session.allCases.map(\.rawValue),
        LinkingFacts.Identity.allCases.map(\.rawValue), LinkingFacts.Email.allCases.map(\.rawValue),
        LinkingFacts.Account.allCases.map(\.rawValue), ["no", "yes"], ["no", "yes"], ["no", "yes"],
    ]

    /// The rows. Boxes may overlap; where they do, they agree.
    public let rows: [Row]

    /// Decides every possible case in one context and folds the answers.
    public init(_ policy: LinkingPolicy, context: LinkingContext) {
        let answers: [Answer?] = LinkingFacts.all.map { facts in
            facts.isPossible ? Answer(decideLinking(facts, under: policy, context: context)) : nil
        }
        var covered = [Bool](repeating: false, count: answers.count)
        var rows: [Row] = []
        for (seed, answer) in answers.enumerated() where !covered[seed] {
            guard let answer else { continue }
            var box = Self.coordinates(seed).map { [$0] }
            // Warnings first and the intent last: that folds what people do not ask about before what they do.
            for column in [5, 6, 7, 1, 3, 4, 2, 0] {
                for value in Self.words[column].indices where !box[column].contains(value) {
                    var wider = box
                    wider[column] = [value]
                    // Impossible cases do not stand in the way.
                    if Self.cases(wider).allSatisfy({ answers[$0] == nil || answers[$0] == answer }) {
                        box[column].append(value)
                    }
                }
            }
            var occurring = [Set<Int>](repeating: [], count: box.count)
            for index in Self.cases(box) where answers[index] != nil {
                covered[index] = true
                for (column, value) in Self.coordinates(index).enumerated() { occurring[column].insert(value) }
            }
            let values = box.enumerated().map { column, accepted in
                accepted.count == Self.words[column].count
                    ? [] : occurring[column].sorted().map { Self.words[column][$0] }
            }
            rows.append(Row(values: values, outcome: answer.outcome, decidedBy: answer.decidedBy))
        }
        self.rows = rows
    }

    /// The table as Markdown.
    public var markdown: String {
        var lines = [
            "| " + (Self.columns + ["outcome", "decided by"]).joined(separator: " | ") + " |",
            "|" + String(repeating: "---|", count: Self.columns.count + 2),
        ]
        for row in rows {
            let cells = row.values.map { $0.isEmpty ? "any" : $0.joined(separator: ", ") }
            lines.append("| " + (cells + ["`\(row.outcome)`", row.decidedBy]).joined(separator: " | ") + " |")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private struct Answer: Hashable {
        let outcome: LinkingOutcome
        let decidedBy: String

        init(_ decision: LinkingDecision) {
            outcome = decision.outcome
            switch (decision.rule, decision.reason) {
            case (let rule?, .guarded(let warning)): decidedBy = "“\(rule)”, guard: \(warning.rawValue)"
            case (let rule?, _): decidedBy = "“\(rule)”"
            case (nil, let reason): decidedBy = "structure: \(reason.code)"
            }
        }
    }

    /// The place of a case of ``LinkingFacts/all`` on each axis.
    private static func coordinates(_ index: Int) -> [Int] {
        var rest = index
        var result: [Int] = []
        for column in words.reversed() {
            result.append(rest % column.count)
            rest /= column.count
        }
        return result.reversed()
    }

    /// The cases of a box, as indices into ``LinkingFacts/all``.
    private static func cases(_ box: [[Int]]) -> [Int] {
        var result = [0]
        for (column, values) in box.enumerated() {
            result = result.flatMap { prefix in values.map { prefix * words[column].count + $0 } }
        }
        return result
    }
}
