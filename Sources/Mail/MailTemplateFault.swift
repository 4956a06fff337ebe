/// Everything that is wrong with the templates of mails, found before the first mail is sent.
public struct MailTemplateFaults: Error, Sendable, Hashable, CustomStringConvertible {
    /// All faults, sorted by place; never empty.
    public let faults: [MailTemplateFault]

    init(_ faults: [MailTemplateFault]) {
        self.faults = faults.sorted { ($0.file, $0.line) < ($1.file, $1.line) }
    }

    /// One line per fault.
    public var description: String { faults.map(\.description).joined(separator: "\n") }
}

/// One thing that is wrong with one template. The template library would render most of these as nothing, or unescaped,
/// without a word.
public struct MailTemplateFault: Sendable, Hashable, CustomStringConvertible {
    /// What is wrong.
    public enum Reason: Sendable, Hashable {
        /// The file is missing or cannot be read.
        case unreadable
        /// The file is not UTF-8.
        case notUTF8
        /// The template library refuses it.
        case syntax(String)
        /// The first line is not the content type that this kind of file needs.
        case missingContentType(String)
        /// `{{{…}}}`, `{{&…}}`, partials, functions, a second content type, changed delimiters.
        case forbiddenTag(String)
        /// A value stands in an attribute without quotation marks.
        case unquotedAttribute(String)
        /// This event has no value of this name.
        case unknownName(String)
        /// A value that may be absent stands outside of a section that asks for it.
        case unguardedName(String)
        /// The mail would not show a value it exists for.
        case missingName(String)
    }

    /// Path below the templates folder.
    public let file: String
    /// Line, from 1; 0 when the fault is the whole file's.
    public let line: Int
    /// What is wrong.
    public let reason: Reason

    /// Stable code of the reason.
    public var code: String {
        switch reason {
        case .unreadable: "unreadable"
        case .notUTF8: "not_utf8"
        case .syntax: "syntax"
        case .missingContentType: "missing_content_type"
        case .forbiddenTag: "forbidden_tag"
        case .unquotedAttribute: "unquoted_attribute"
        case .unknownName: "unknown_name"
        case .unguardedName: "unguarded_name"
        case .missingName: "missing_name"
        }
    }

    /// `file:line: what is wrong`
    public var description: String { (line > 0 ? "\(file):\(line)" : file) + ": \(sentence)" }

    private var sentence: String {
        switch reason {
        case .unreadable: "is missing or cannot be read"
        case .notUTF8: "is not UTF-8 text"
        case .syntax(let detail): "is not a template: \(detail)"
        case .missingContentType(let name): "must begin with {{% CONTENT_TYPE: \(name)}}"
        case .forbiddenTag(let tag): "{{\(tag)}} is not allowed here: it could leave text unescaped or unchecked"
        case .unquotedAttribute(let name): "{{\(name)}} stands in an attribute without quotation marks"
        case .unknownName(let name): "this mail has no value named \"\(name)\""
        case .unguardedName(let name): "\"\(name)\" may be absent: write it between {{#\(name)}} and {{/\(name)}}"
        case .missingName(let name): "does not show \"\(name)\", which this mail is about"
        }
    }
}
