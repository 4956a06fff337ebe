public import Accounts
public import YAML

/// A linking policy as it was written: its text, and what the text means.
public struct PolicyDocument: Sendable, Hashable {
    /// Largest accepted file, in bytes.
    public static let maximumBytes = 65_536

    /// The text, byte for byte.
    public let text: String
    /// What it says. It has been checked: ``LinkingPolicy/violations()`` finds nothing.
    public let policy: LinkingPolicy
    /// What the author may not have meant; none of it stops the policy.
    public let advice: [Diagnostic]
    /// Where each rule stands, in the order of the rules.
    let places: [RulePlace]

    /// Reads and checks a policy.
    ///
    /// The language is described in `docs/linking.md`. Every case there is is tried, see
    /// ``LinkingPolicy/violations()``, so a policy that is returned breaks no invariant.
    ///
    /// - Parameters:
    ///   - text: The file's contents, at most ``maximumBytes``.
    ///   - file: The name the diagnostics print.
    /// - Throws: ``PolicyFaults``: all that is wrong, each with its place.
    public static func parse(_ text: String, file: String) throws(PolicyFaults) -> PolicyDocument {
        let report = DiagnosticReport()
        guard let reading = PolicyReader.read(text, file: file, report: report) else { throw PolicyFaults(report) }
        reading.check(report)
        guard report.isEmpty, let policy = reading.policy else { throw PolicyFaults(report) }
        return PolicyDocument(
            text: text,
            policy: policy,
            advice: reading.advice(for: policy),
            places: reading.rules.map(\.place)
        )
    }

    /// Where a rule stands in the file, at its name; nil when there is no such rule.
    ///
    /// - Parameter position: From 0, as in ``LinkingDecision/rulePosition``.
    public func location(ofRule position: Int) -> SourceLocation? {
        places.indices.contains(position) ? places[position].name : nil
    }

    /// Every place where a rule names a provider that is not among the known ones. Such a rule never applies to anybody,
    /// and one that was meant to stop somebody does not.
    public func unknownProviders(among known: Set<ProviderID>) -> [Diagnostic] {
        let names = known.map(\.description)
        return places.flatMap(\.providers).filter { !known.contains($0.id) }.map { mention in
            let hint = nearest(to: mention.id.description, among: names).map { " (did you mean \"\($0)\"?)" } ?? ""
            return Diagnostic(mention.location, "there is no provider \"\(mention.id)\"\(hint)")
        }
    }
}
