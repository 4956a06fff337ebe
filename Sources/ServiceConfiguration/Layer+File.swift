import YAML

extension Layer {
    /// Reads the configuration file.
    static func file(text: String, name: String) -> Layer {
        var layer = Layer(name: "file")
        let report = DiagnosticReport()
        if let root = YAMLDocument.node(text: text, file: name, report: report) {
            if case .mapping(let members) = root.content {
                layer.read(members, under: [])
            } else {
                layer.fail(.malformed, at: .file(root.location), "the file has to be a mapping (key: value)")
            }
        }
        for diagnostic in report.diagnostics {
            layer.fail(.malformed, at: .file(diagnostic.location), diagnostic.message)
        }
        return layer
    }

    private mutating func read(_ members: [YAMLMember], under parents: [String]) {
        for member in members {
            let levels = parents + [member.name]
            switch Schema.place(levels) {
            case .setting(let match): read(match, member)
            case .section: read(section: member, levels)
            case .unknown: fail(.unknownKey, at: .file(member.location), Self.unknown(levels))
            }
        }
    }

    private mutating func read(section member: YAMLMember, _ levels: [String]) {
        switch member.value.content {
        // A heading whose settings are all commented out.
        case .empty: break
        case .mapping(let members): read(members, under: levels)
        default:
            let message = "\"\(levels.joined(separator: "."))\" has to be a mapping (key: value)"
            fail(.invalidValue, at: .file(member.value.location), message)
        }
    }

    private mutating func read(_ match: Schema.Match, _ member: YAMLMember) {
        let source = ConfigurationSource.file(member.value.location)
        let isList = match.key.isList && !match.isFileForm
        switch member.value.content {
        case .scalar(let text, _) where !isList:
            put(match, [Item(text, source)], at: source)
        case .sequence(let elements) where isList:
            var items: [Item] = []
            for element in elements {
                guard case .scalar(let text, _) = element.content else {
                    fail(.invalidValue, at: .file(element.location), "\"\(match.path)\" has to be a list of texts")
                    continue
                }
                items.append(Item(text, .file(element.location)))
            }
            put(match, items, at: source)
        case .empty:
            let message = "\"\(match.path)\" has no value; leave the key out or give it one"
            fail(.invalidValue, at: .file(member.location), message)
        default:
            let wanted = isList ? "a list, such as [a, b]" : "a single value"
            fail(.invalidValue, at: source, "\"\(match.path)\" has to be \(wanted)")
        }
    }

    private static func unknown(_ levels: [String]) -> String {
        guard let last = levels.last, let name = quoted(last) else { return "unknown key" }
        if levels.count == 2, levels[0] == "providers" {
            return "\(name) cannot be a provider's id: 1 to 32 of a-z, 0-9 and -, and not \"directory\""
        }
        if let moved = RetiredSettings.explanation(of: levels.joined(separator: ".")) { return moved }
        let full = "\"\(levels.joined(separator: "."))\""
        if levels.count == 1, last.contains("."),
            case .setting = Schema.place(last.split(separator: ".").map(String.init))
        {
            return "unknown key \(full): keys are nested here, write each part on its own line"
        }
        return "unknown key \(full)" + didYouMean(Schema.suggestion(for: levels))
    }
}

/// The end of a message about a misspelt name.
func didYouMean(_ suggestion: String?) -> String {
    suggestion.map { " (did you mean \"\($0)\"?)" } ?? ""
}
