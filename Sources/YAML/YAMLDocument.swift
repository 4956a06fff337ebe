import Yams

/// One YAML document, read into located values.
///
/// A deliberately small part of YAML: mappings with text keys, lists, scalars. Anchors, aliases, tags, merge keys and
/// several documents in one file are refused, because they make a security-relevant file say something other than what
/// a reviewer sees in the line.
public enum YAMLDocument {
    /// Largest accepted file, in bytes.
    public static let maximumBytes = 1_048_576
    /// Deepest accepted nesting.
    public static let maximumDepth = 32

    /// Reads a document whose top level is a mapping.
    ///
    /// - Parameters:
    ///   - text: The file's contents.
    ///   - file: The name diagnostics print.
    ///   - report: Where faults go.
    /// - Returns: The top-level mapping, or nil when there is none; the report then says why.
    public static func load(text: String, file: String, report: DiagnosticReport) -> MappingReader? {
        guard let root = node(text: text, file: file, report: report) else { return nil }
        return ValueReader(node: root, path: "", report: report).mapping()
    }

    /// Reads a document into plain located values; nil when it cannot be read, the report then says why.
    public static func node(text: String, file: String, report: DiagnosticReport) -> YAMLNode? {
        let start = SourceLocation(file: file, line: 1, column: 1)
        guard text.utf8.count <= maximumBytes else {
            report.add(start, "the file is larger than \(maximumBytes) bytes")
            return nil
        }
        do {
            // `.basic` keeps every unquoted scalar a string; utf8 keeps the environment out of the decision.
            // A byte order mark is no content, and no column: editors on Windows write one that nobody sees.
            let marked = text.unicodeScalars.first == "\u{FEFF}"
            let content = marked ? String(text.unicodeScalars.dropFirst()) : text
            let parser = try Parser(yaml: content, resolver: .basic, encoding: .utf8)
            // Nodes hold their anchors weakly and the parser owns them: it has to outlive the conversion.
            return try withExtendedLifetime(parser) {
                guard let root = try parser.singleRoot() else {
                    report.add(start, "the file is empty")
                    return nil
                }
                var conversion = NodeConversion(file: file, report: report)
                return conversion.convert(root, depth: 0)
            }
        } catch let error as YamlError {
            report.add(location(of: error, file: file) ?? start, message(of: error))
        } catch {
            report.add(start, "the file cannot be read as YAML")
        }
        return nil
    }

    private static func location(of error: YamlError, file: String) -> SourceLocation? {
        switch error {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _):
            SourceLocation(file: file, line: max(mark.line, 1), column: max(mark.column, 1))
        case .duplicatedKeysInMapping(_, let context):
            SourceLocation(file: file, line: max(context.mark.line, 1), column: max(context.mark.column, 1))
        case .reader(_, let offset, _, let text):
            offset.flatMap { location(ofCharacter: $0, in: text, file: file) }
        default: nil
        }
    }

    private static func location(ofCharacter offset: Int, in text: String, file: String) -> SourceLocation {
        var line = 1
        var column = 1
        for character in text.prefix(offset) {
            if character.isNewline {
                line += 1
                column = 1
            } else {
                column += character.unicodeScalars.count
            }
        }
        return SourceLocation(file: file, line: line, column: column)
    }

    private static func message(of error: YamlError) -> String {
        switch error {
        case .scanner(let context, let problem, _, _), .parser(let context, let problem, _, _),
            .composer(let context, let problem, _, _):
            [context?.text, problem].compactMap { $0 }.joined(separator: ": ")
        case .duplicatedKeysInMapping(let names, _):
            "written more than once in the same mapping: " + names.map { "\"\($0)\"" }.joined(separator: ", ")
        case .reader(let problem, _, _, _): problem
        default: "the file cannot be read as YAML"
        }
    }
}

/// Turns parser nodes into located values and refuses what the subset leaves out.
private struct NodeConversion {
    let file: String
    let report: DiagnosticReport

    mutating func convert(_ node: Node, depth: Int) -> YAMLNode {
        let location = self.location(node.mark)
        if node.anchor != nil {
            report.add(location, "anchors and aliases (&name, *name) are not allowed; write the value out")
        }
        guard depth < YAMLDocument.maximumDepth else {
            report.add(location, "nested deeper than \(YAMLDocument.maximumDepth) levels")
            return YAMLNode(content: .empty, location: location)
        }
        return YAMLNode(content: content(node, at: location, depth: depth), location: location)
    }

    private mutating func content(_ node: Node, at location: SourceLocation, depth: Int) -> YAMLNode.Content {
        switch node {
        case .scalar(let scalar):
            let plain = scalar.style == .plain || scalar.style == .any
            // A quoted scalar arrives with the string tag although nobody wrote one.
            if scalar.tag.rawValue != Tag.Name.implicit.rawValue, plain || scalar.tag.rawValue != Tag.Name.str.rawValue
            {
                refuseTag(location)
            }
            return plain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
                ? .empty : .scalar(scalar.string, quoted: !plain)
        case .sequence(let sequence):
            if sequence.tag.rawValue != Tag.Name.implicit.rawValue { refuseTag(location) }
            return .sequence(sequence.map { convert($0, depth: depth + 1) })
        case .mapping(let mapping):
            if mapping.tag.rawValue != Tag.Name.implicit.rawValue { refuseTag(location) }
            return .mapping(members(mapping, depth: depth))
        case .alias:
            report.add(location, "aliases (*name) are not allowed; write the value out")
            return .empty
        }
    }

    private mutating func members(_ mapping: Node.Mapping, depth: Int) -> [YAMLMember] {
        var names: Set<String> = []
        var members: [YAMLMember] = []
        for (key, value) in mapping {
            let location = self.location(key.mark)
            // The parser's own duplicate check has resolved a plain key's tag to the string tag by now.
            guard case .scalar(let scalar) = key,
                [Tag.Name.implicit.rawValue, Tag.Name.str.rawValue].contains(scalar.tag.rawValue), key.anchor == nil
            else {
                report.add(location, "a key has to be plain text, without anchor or tag")
                continue
            }
            if scalar.string == "<<" {
                report.add(location, "merge keys (<<) are not allowed; write the values out")
                continue
            }
            guard names.insert(scalar.string).inserted else {
                report.add(location, "written more than once in the same mapping: \"\(scalar.string)\"")
                continue
            }
            members.append(
                YAMLMember(name: scalar.string, location: location, value: convert(value, depth: depth + 1))
            )
        }
        return members
    }

    private func refuseTag(_ location: SourceLocation) {
        report.add(location, "tags (!name) are not allowed")
    }

    private func location(_ mark: Mark?) -> SourceLocation {
        SourceLocation(file: file, line: max(mark?.line ?? 1, 1), column: max(mark?.column ?? 1, 1))
    }
}
