public import YAML

/// Everything that is wrong with a policy's file. A policy with faults is not used; the one in force stays.
public struct PolicyFaults: Error, Sendable, Hashable, CustomStringConvertible {
    /// The faults in the order of the file; at least one.
    public let diagnostics: [Diagnostic]

    /// Creates faults from what a report has collected.
    init(_ report: DiagnosticReport) { diagnostics = report.diagnostics }

    /// One line for each fault: `file:line:column: message`.
    public var description: String { diagnostics.map(\.description).joined(separator: "\n") }
}
