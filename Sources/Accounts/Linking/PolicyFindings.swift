/// Violations by fault and rule, in the order they were first seen.
struct PolicyFindings {
    private struct Key: Hashable {
        let kind: PolicyViolation.Kind
        let rule: Int?
    }

    private(set) var all: [PolicyViolation] = []
    private var places: [Key: Int] = [:]

    /// Adds a case that shows a fault.
    ///
    /// - Returns: The violation's place, for ``countAgain(_:)``.
    mutating func add(
        _ kind: PolicyViolation.Kind,
        _ rule: Int?,
        _ decision: LinkingDecision,
        _ sentence: String,
        beside other: LinkingDecision? = nil
    ) -> Int {
        let key = Key(kind: kind, rule: rule)
        if let place = places[key] {
            all[place].count += 1
            return place
        }
        places[key] = all.count
        let contrast = other.map { "; but \($0.inWords)" } ?? ""
        all.append(
            PolicyViolation(
                kind: kind,
                rule: rule,
                decision: decision,
                count: 1,
                sentence: sentence,
                counterexample: decision.inWords + contrast + "."
            )
        )
        return all.count - 1
    }

    /// Counts one more case of each of these violations.
    mutating func countAgain(_ places: [Int]) {
        for place in places { all[place].count += 1 }
    }
}
