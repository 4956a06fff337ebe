import Accounts
import YAML

extension PolicyReading {
    /// What the author may not have meant, in the order of the file.
    func advice(for policy: LinkingPolicy) -> [Diagnostic] {
        let report = DiagnosticReport()
        if policy.dormantAfter == nil { adviseOnDormancy(policy, report) }
        return report.diagnostics
    }

    private func adviseOnDormancy(_ policy: LinkingPolicy, _ report: DiagnosticReport) {
        for rule in rules {
            if let place = rule.place.dormant {
                report.add(place, "nobody is ever dormant: dormant_after is never")
            }
        }
    }
}
