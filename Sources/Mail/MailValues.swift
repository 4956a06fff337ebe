import Mustache

/// The values of a letter as templates look them up. The library would find its way around in a dictionary of strings by asking
/// for conformances and by reflection, which takes most of the time that a mail takes.
struct MailValues: MustacheParent {
    private let values: [String: Value]

    init(_ values: [String: String]) { self.values = values.mapValues { Value(text: $0) } }

    func child(named name: String) -> Any? { values[name] }

    /// One value: text, and for a section something that is there and has no members.
    private struct Value: MustacheParent, MustacheCustomRenderable {
        let text: String

        var renderText: String { text }
        var isNull: Bool { false }

        func child(named name: String) -> Any? { nil }
    }
}
