/// Reads one value as the type the program needs; a value of another type is a fault, never a guess.
public struct ValueReader {
    /// The value as written.
    public let node: YAMLNode
    /// The dotted path of keys that leads to the value, for messages.
    public let path: String
    /// Where faults go.
    public let report: DiagnosticReport

    /// Creates a reader.
    public init(node: YAMLNode, path: String, report: DiagnosticReport) {
        self.node = node
        self.path = path
        self.report = report
    }

    /// Where the value starts.
    public var location: SourceLocation { node.location }

    /// Adds a fault at this value.
    public func fail(_ message: String) { report.add(location, message) }

    /// Text, at least one character, without control characters other than line breaks and tabs.
    public func string() -> String? {
        guard case .scalar(let text, _) = node.content else { return wrong("text") }
        guard !text.isEmpty else { return wrong("text of at least one character") }
        guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F || $0 == "\n" || $0 == "\t" })
        else {
            return wrong("text without control characters")
        }
        return text
    }

    /// Exactly `true` or `false`, unquoted; `yes`, `on` and `1` are refused because tools disagree about them.
    public func bool() -> Bool? {
        switch node.content {
        case .scalar("true", quoted: false): true
        case .scalar("false", quoted: false): false
        default: wrong("true or false")
        }
    }

    /// A decimal integer, unquoted, without leading zeros (octal to YAML 1.1), inside `range`.
    public func int(in range: ClosedRange<Int>) -> Int? {
        let expected = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        guard case .scalar(let text, quoted: false) = node.content, let value = Self.decimal(text),
            range.contains(value)
        else { return wrong(expected) }
        return value
    }

    /// A length of time: a whole number and `ms`, `s`, `m`, `h` or `d`, such as `30s` or `540d`, inside `range`.
    public func duration(in range: ClosedRange<Duration>) -> Duration? {
        guard case .scalar(let text, _) = node.content, let value = Self.duration(text) else {
            return wrong("a duration such as 500ms, 30s, 10m, 24h or 7d")
        }
        guard range.contains(value) else {
            return wrong("a duration from \(Self.text(range.lowerBound)) to \(Self.text(range.upperBound))")
        }
        return value
    }

    /// One of the raw values of an enum.
    public func choice<Choice: RawRepresentable<String> & CaseIterable>(of type: Choice.Type) -> Choice? {
        guard case .scalar(let text, _) = node.content else { return wrong("one value") }
        if let choice = Choice(rawValue: text) { return choice }
        let all = Choice.allCases.map(\.rawValue)
        let hint = nearest(to: text, among: all).map { " (did you mean \"\($0)\"?)" } ?? ""
        fail("\"\(path)\" has to be one of \(all.joined(separator: ", "))\(hint)")
        return nil
    }

    /// The elements of a list; nil and a fault when it is not a list.
    public func list() -> [ValueReader]? {
        guard case .sequence(let elements) = node.content else { return wrong("a list") }
        return elements.enumerated().map { index, element in
            ValueReader(node: element, path: "\(path)[\(index)]", report: report)
        }
    }

    /// A list of texts; elements of another type are faults and left out.
    public func strings() -> [String]? { list()?.compactMap { $0.string() } }

    /// A mapping; call ``MappingReader/finish()`` when everything was read.
    public func mapping() -> MappingReader? {
        guard case .mapping(let members) = node.content else { return wrong("a mapping (key: value)") }
        return MappingReader(members: members, location: location, path: path, report: report)
    }

    private func wrong<Value>(_ expected: String) -> Value? {
        let name = path.isEmpty ? "the file" : "\"\(path)\""
        let found: String =
            switch node.content {
            // The text itself is not repeated: the value in the wrong place may be a secret.
            case .scalar: ""
            default: ", found \(node.kind)"
            }
        fail("\(name) has to be \(expected)\(found)")
        return nil
    }

    private static func decimal(_ text: String) -> Int? {
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        guard (1...19).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            digits == "0" || !digits.hasPrefix("0")
        else { return nil }
        return Int(text)
    }

    private static func duration(_ text: String) -> Duration? {
        let units: [(suffix: String, milliseconds: Int64)] = [
            ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
        ]
        for unit in units where text.hasSuffix(unit.suffix) {
            guard let number = decimal(String(text.dropLast(unit.suffix.count))), number >= 0 else { continue }
            let (total, overflow) = Int64(number).multipliedReportingOverflow(by: unit.milliseconds)
            return overflow ? nil : .milliseconds(total)
        }
        return nil
    }

    private static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        if attoseconds != 0 { return "\(seconds * 1000 + attoseconds / 1_000_000_000_000_000)ms" }
        for (suffix, unit) in [("d", Int64(86_400)), ("h", 3600), ("m", 60)] where seconds != 0 && seconds % unit == 0 {
            return "\(seconds / unit)\(suffix)"
        }
        return "\(seconds)s"
    }
}
