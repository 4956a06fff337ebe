public import Accounts

/// What differs between two policies: in their text, and in what happens to people.
public struct PolicyDifference: Sendable, Hashable {
    /// What differs in the text: the policy's own settings first, then rules in the order of the later policy, then those
    /// that are gone. Names of policies, comments and the order inside lists do not count.
    public let changes: [PolicyChange]
    /// Which cases are decided differently. May be empty although the text differs, and says nothing about
    /// `dormant_after` and `link_lapses_after`, which decide who is in which case.
    public let cases: CaseChanges

    /// Compares two policies.
    public init(from earlier: LinkingPolicy, to later: LinkingPolicy) {
        cases = CaseChanges(from: earlier, to: later)
        changes = Self.settings(earlier, later) + Self.rules(earlier.rules, later.rules)
    }

    /// True when nothing differs.
    public var isEmpty: Bool { changes.isEmpty && cases.changes.isEmpty }

    /// Everything in plain words, one line each.
    public var lines: [String] {
        guard !isEmpty else { return ["Nothing changes."] }
        var lines = changes.map(\.line)
        guard !cases.changes.isEmpty else { return lines + ["No case is decided differently."] }
        for change in cases.changes {
            let cases = change.count == 1 ? "1 case changes" : "\(change.count) cases change"
            lines.append(
                "\(cases) from \(change.before.outcome) to \(change.after.outcome). For example, \(change.sentence)."
            )
        }
        if !cases.isComplete {
            lines.append(
                "Together the rules tell too many combinations of provider, domain and app apart: \(cases.contexts) were "
                    + "tried, so there may be more cases of each kind."
            )
        }
        return lines
    }

    private static func settings(_ earlier: LinkingPolicy, _ later: LinkingPolicy) -> [PolicyChange] {
        var changes: [PolicyChange] = []
        func compare(_ kind: PolicyChange.Kind, _ from: String, _ to: String) {
            guard from != to else { return }
            let part = PolicyChange.Part(name: kind.rawValue, from: from, to: to)
            changes.append(PolicyChange(kind: kind, rule: nil, parts: [part]))
        }
        compare(.signUp, earlier.signUp.rawValue, later.signUp.rawValue)
        compare(.dormantAfter, time(earlier.dormantAfter), time(later.dormantAfter))
        compare(.linkLapsesAfter, time(earlier.linkLapsesAfter), time(later.linkLapsesAfter))
        return changes
    }

    /// Seconds in the largest unit of the file that fits.
    private static func time(_ seconds: Int?) -> String {
        guard let seconds else { return "never" }
        for (unit, length) in [("d", 86_400), ("h", 3_600), ("m", 60)] where seconds % length == 0 {
            return "\(seconds / length)\(unit)"
        }
        return "\(seconds)s"
    }

    private static func rules(_ earlier: [LinkingRule], _ later: [LinkingRule]) -> [PolicyChange] {
        let pairs = RulePairs(earlier, later)
        var changes: [PolicyChange] = []
        for (to, rule) in later.enumerated() {
            guard let from = pairs.earlierOf[to] else {
                let parts = rule.parts.map { PolicyChange.Part(name: $0.name, from: nil, to: $0.value) }
                changes.append(PolicyChange(kind: .ruleAdded, rule: rule.name, parts: parts))
                continue
            }
            if earlier[from].name != rule.name {
                let part = PolicyChange.Part(name: "name", from: earlier[from].name, to: rule.name)
                changes.append(PolicyChange(kind: .ruleRenamed, rule: rule.name, parts: [part]))
            }
            let parts = different(earlier[from], rule)
            if !parts.isEmpty { changes.append(PolicyChange(kind: .ruleChanged, rule: rule.name, parts: parts)) }
            if pairs.moved.contains(to) {
                let part = PolicyChange.Part(name: "position", from: "\(from + 1)", to: "\(to + 1)")
                changes.append(PolicyChange(kind: .ruleMoved, rule: rule.name, parts: [part]))
            }
        }
        let kept = Set(pairs.earlierOf.values)
        for (from, rule) in earlier.enumerated() where !kept.contains(from) {
            let parts = rule.parts.map { PolicyChange.Part(name: $0.name, from: $0.value, to: nil) }
            changes.append(PolicyChange(kind: .ruleRemoved, rule: rule.name, parts: parts))
        }
        return changes
    }

    private static func different(_ earlier: LinkingRule, _ later: LinkingRule) -> [PolicyChange.Part] {
        let (before, after) = (earlier.parts, later.parts)
        let names = ["email", "account", "recycled", "privileged", "dormant", "provider", "domain", "app"]
        return (names + ["then", "proofs", "reason"]).compactMap { name in
            let from = before.first { $0.name == name }?.value
            let to = after.first { $0.name == name }?.value
            return from == to ? nil : PolicyChange.Part(name: name, from: from, to: to)
        }
    }
}
