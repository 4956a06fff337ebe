import Accounts
import YAML

extension PolicyReading {
    /// Most kinds of contexts that are tried: about a second of work in the slowest build.
    static let maximumContexts = 2_000

    /// Tries every case there is, and reports what is wrong at the words that make it wrong.
    ///
    /// Rules behind a faulty one are not judged: which cases reach them is not known. Those before it are, except for
    /// what depends on later rules.
    func check(_ report: DiagnosticReport) {
        guard !rules.isEmpty else { return }
        let kinds = self.policy(rules.compactMap(\.rule)).contextCount
        guard kinds <= Self.maximumContexts else {
            root.fail(
                "rules",
                "the rules tell \(kinds) combinations of provider, domain and app apart, too many to try every case in "
                    + "each; at most \(Self.maximumContexts) are allowed. Names that all stand in the same rules count once"
            )
            return
        }
        if let policy {
            for violation in policy.violations() { add(violation, report) }
            return
        }
        let judged = rules.prefix { $0.rule != nil }.compactMap(\.rule)
        for violation in policy(judged).violations() where violation.rule != nil {
            if violation.kind == .invariant(.weakerEvidenceReachesNoFurther) { continue }
            add(violation, report)
        }
    }

    private func add(_ violation: PolicyViolation, _ report: DiagnosticReport) {
        let message = Self.message(violation)
        guard let position = violation.rule, rules.indices.contains(position) else {
            root.fail("rules", message)
            return
        }
        let place = rules[position].place
        switch violation.kind {
        case .ambiguousName: report.add(place.name, message)
        case .unreachableRule: report.add(place.when ?? place.name, message)
        case .invariant, .misfit, .reservedReason, .uncoveredCase: report.add(place.then, message)
        }
    }

    /// The violation in words: what no policy can do and its number, or what is wrong, then a case.
    static func message(_ violation: PolicyViolation) -> String {
        var words = violation.sentence
        if case .invariant(let invariant) = violation.kind {
            words = "breaks invariant \(invariant.rawValue): \(violation.sentence)"
        }
        if !violation.counterexample.isEmpty { words += " For example, \(violation.counterexample)" }
        if violation.count > 1 { words += " (one of \(violation.count) cases)" }
        return words
    }
}
