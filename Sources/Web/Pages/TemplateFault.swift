/// Everything that is wrong with the templates, found before the first page is shown.
public struct PagesFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// All faults, sorted by place; never empty.
    public let faults: [TemplateFault]

    init(_ faults: [TemplateFault]) {
        self.faults = faults.sorted { ($0.file, $0.line, $0.column) < ($1.file, $1.line, $1.column) }
    }

    /// One line per fault.
    public var description: String {
        faults.map(\.description).joined(separator: "\n")
    }
}

/// One thing that is wrong with one template.
public struct TemplateFault: Sendable, Hashable, CustomStringConvertible {
    /// What is wrong. The template library would render most of these as nothing, or unescaped, without a word.
    public enum Reason: Sendable, Hashable {
        /// The file is missing or cannot be read.
        case unreadable
        /// The file is not UTF-8.
        case notUTF8
        /// The template library refuses it.
        case syntax(String)
        /// The first line is not `{{% CONTENT_TYPE: STRICT_HTML}}`.
        case missingContentType
        /// `{{{…}}}` or `{{&…}}`, a second content type, changed delimiters, a partial chosen by data, a function.
        case forbiddenTag(String)
        /// A value stands in an attribute without quotation marks, where escaping does not hold it.
        case unquotedAttribute(String)
        /// No page has a value of this name at this place.
        case unknownName(String)
        /// Two enclosing values have this name. Where the inner one is absent the outer one would be shown instead.
        case ambiguousName(String)
        /// There is no such partial.
        case missingPartial(String)
        /// A partial contains itself.
        case endlessPartial(String)
        /// The layout has no such block, so its content would not be shown.
        case unknownBlock(String)
    }

    /// Path below the templates folder.
    public let file: String
    /// Line, from 1; 0 when the fault is the whole file's.
    public let line: Int
    /// Column, from 1; 0 when the fault is the whole file's.
    public let column: Int
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
        case .ambiguousName: "ambiguous_name"
        case .missingPartial: "missing_partial"
        case .endlessPartial: "endless_partial"
        case .unknownBlock: "unknown_block"
        }
    }

    /// `file:line:column: what is wrong`
    public var description: String {
        let place = line > 0 ? "\(file):\(line):\(column)" : file
        return "\(place): \(sentence)"
    }

    private var sentence: String {
        switch reason {
        case .unreadable: "cannot be read"
        case .notUTF8: "is not UTF-8 text"
        case .syntax(let detail): "is not a template: \(detail)"
        case .missingContentType: "must begin with {{% CONTENT_TYPE: \(StrictHTML.name)}}"
        case .forbiddenTag(let tag): "\(tag) is not allowed here: it could leave text unescaped or unchecked"
        case .unquotedAttribute(let name): "{{\(name)}} stands in an attribute without quotation marks"
        case .unknownName(let name): "there is no value named \"\(name)\" at this place"
        case .ambiguousName(let name): "\"\(name)\" also exists further out; write \".\(name)\""
        case .missingPartial(let name): "there is no template named \"\(name)\""
        case .endlessPartial(let name): "\"\(name)\" contains itself"
        case .unknownBlock(let name): "the layout has no block named \"\(name)\""
        }
    }
}
