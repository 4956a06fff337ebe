/// Why a form came back, in a sentence.
public struct FormFault: Sendable, Hashable {
    /// The name of the field it is about; nil when no single field is wrong.
    public let field: String?
    /// What is wrong and what to do.
    public let sentence: String

    /// Creates a fault.
    public init(_ sentence: String, field: String? = nil) {
        self.sentence = sentence
        self.field = field
    }

    /// The sentence, if it is about that field.
    static func sentence(of fault: FormFault?, for field: String) -> String? {
        fault.flatMap { $0.field == field ? $0.sentence : nil }
    }

    /// A notice for a fault that is about none of the fields the page has.
    static func notice(of fault: FormFault?, fields: [String] = []) -> PageNotice? {
        guard let fault else { return nil }
        if let field = fault.field, fields.contains(field) { return nil }
        return PageNotice(kind: .error, text: fault.sentence)
    }
}
