/// What a change of policy would do to the people there are.
public struct PolicyPlan: Sendable, Hashable {
    /// Its id.
    public let id: String
    /// The version it was compared with.
    public let baseVersion: Int
    /// Hash of that version.
    public let baseHash: String
    /// Hash of the new policy.
    public let policyHash: String
    /// How many days of decisions were replayed.
    public let days: Int
    /// How many decisions that were.
    public let decisions: Int
    /// How many proven addresses were tried.
    public let addresses: Int
    /// What changes, by kind, then the largest first.
    public let changes: [PlanChange]
    /// What differs between the policies, in words.
    public let difference: [String]

    /// How many are counted under a kind.
    public func count(of kind: PlanKind) -> Int { changes.reduce(0) { $0 + ($1.kind == kind ? $1.count : 0) } }

    /// The plan for people.
    public var lines: [String] {
        var lines = ["Plan \(id), against version \(baseVersion):"]
        lines += difference.map { "  \($0)" }
        lines.append("Replayed \(decisions) decisions of \(days) days and tried \(addresses) proven addresses.")
        guard !changes.isEmpty else { return lines + ["Nothing changes for any of them."] }
        for kind in PlanKind.allCases where count(of: kind) > 0 {
            lines.append("\(kind.words): \(count(of: kind))")
            for change in changes where change.kind == kind {
                let from = change.beforeRule.map { " (\($0))" } ?? ""
                let to = change.afterRule.map { " (\($0))" } ?? ""
                lines.append(
                    "  \(change.count) \(change.basis.noun(for: change.count)) through \(change.provider): \(change.before)\(from)"
                        + " -> \(change.after)\(to)"
                )
                lines.append("    such as \(change.samples.joined(separator: ", "))")
            }
        }
        return lines
    }

    /// Why a plan does not hold any more, now that it was made again; empty when it does.
    ///
    /// - Parameter before: counts by kind of the plan that somebody looked at. It holds while no kind appears that it did
    ///   not have and none has grown by more than a twentieth and ten.
    public func departures(from before: [PlanKind: Int]) -> [String] {
        PlanKind.allCases.compactMap { kind in
            let (was, now) = (before[kind] ?? 0, count(of: kind))
            if was == 0, now > 0 { return "\(kind.words) is new: \(now)" }
            return now > was + was / 20 + 10 ? "\(kind.words) grew from \(was) to \(now)" : nil
        }
    }
}
