/// Reads a mapping key by key, notes which keys were asked for, and at the end reports those nobody asked for: a
/// misspelt key must never be a silently ignored security setting.
///
/// ```swift
/// let id = root.required("id")?.string()
/// let retries = root.optional("retries")?.int(in: 0...5) ?? 2
/// root.finish()
/// ```
public final class MappingReader {
    /// Where the mapping starts.
    public let location: SourceLocation
    /// Where faults go.
    public let report: DiagnosticReport
    /// The dotted path of keys that leads here; empty at the top.
    public let path: String
    private let members: [YAMLMember]
    private var asked: [String] = []

    init(members: [YAMLMember], location: SourceLocation, path: String, report: DiagnosticReport) {
        self.members = members
        self.location = location
        self.path = path
        self.report = report
    }

    /// All keys in the order of the file, for mappings whose keys are data. Read with ``optional(_:)``.
    public var names: [String] { members.map(\.name) }

    /// The value of a key that has to be there; nil and a fault when it is missing or empty.
    public func required(_ name: String) -> ValueReader? {
        asked.append(name)
        guard let member = member(name) else {
            let place = path.isEmpty ? "" : " in \"\(path)\""
            report.add(location, "missing key \"\(name)\"\(place)")
            return nil
        }
        guard member.value.content != .empty else {
            report.add(member.location, "\"\(joined(name))\" has no value")
            return nil
        }
        return reader(member)
    }

    /// The value of a key that may be missing; a key without a value is a fault.
    public func optional(_ name: String) -> ValueReader? {
        asked.append(name)
        guard let member = member(name) else { return nil }
        guard member.value.content != .empty else {
            report.add(member.location, "\"\(joined(name))\" has no value; leave the key out or give it one")
            return nil
        }
        return reader(member)
    }

    /// Whether the key is written, with or without a value; does not count as reading it.
    public func contains(_ name: String) -> Bool { member(name) != nil }

    /// Adds a fault at a key, or at the mapping when the key is not written.
    public func fail(_ name: String, _ message: String) {
        report.add(member(name)?.location ?? location, message)
    }

    /// Reports every key that was never asked for, with the nearest known key when one is near.
    public func finish() {
        for member in members where !asked.contains(member.name) {
            let hint = nearest(to: member.name, among: asked).map { " (did you mean \"\($0)\"?)" } ?? ""
            report.add(member.location, "unknown key \"\(joined(member.name))\"\(hint)")
        }
    }

    private func member(_ name: String) -> YAMLMember? { members.first { $0.name == name } }

    private func reader(_ member: YAMLMember) -> ValueReader {
        ValueReader(node: member.value, path: joined(member.name), report: report)
    }

    private func joined(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
}
