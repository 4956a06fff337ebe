/// Reads one template as the template library will, against the names its event has.
struct MailTemplateCheck {
    private let event: MailEvent
    private let part: MailTemplates.Part
    private let file: String
    private(set) var faults: [MailTemplateFault] = []
    /// Names of values that are shown somewhere.
    private var shown: Set<String> = []

    init(_ text: String, event: MailEvent, part: MailTemplates.Part, file: String) {
        self.event = event
        self.part = part
        self.file = file
        let pragma = "{{% CONTENT_TYPE: \(part.contentType)}}"
        if !text.hasPrefix(pragma + "\n") { report(.missingContentType(part.contentType), line: 1) }
        scan(text)
        guard part != .subject else { return }
        for name in event.requiredNames.union(event.optionalNames).sorted() where name != "change" {
            // Where it came from and the like may be left out by an operator; a link may not.
            if name == "link" || name == "code" || name.hasSuffix("_link"), !shown.contains(name) {
                report(.missingName(name), line: 0)
            }
        }
    }

    private mutating func report(_ reason: MailTemplateFault.Reason, line: Int) {
        faults.append(MailTemplateFault(file: file, line: line, reason: reason))
    }

    private mutating func scan(_ text: String) {
        var sections: [String] = []
        var isFirst = true
        var rest = text[...]
        var line = 1
        while let start = Self.pair(of: UInt8(ascii: "{"), in: rest) {
            let before = rest[..<start]
            line += Self.lineFeeds(in: before)
            let inside = rest[start...].utf8.dropFirst(2)
            guard let end = Self.pair(of: UInt8(ascii: "}"), in: Substring(inside)) else { return }
            let tag = rest[inside.startIndex..<end]
            check(tag, isFirst: isFirst, after: before.last, line: line, sections: &sections)
            isFirst = false
            line += Self.lineFeeds(in: tag)
            rest = Substring(rest[end...].utf8.dropFirst(2))
        }
    }

    /// Where two of these bytes stand beside each other for the first time. A node reads all templates before it is ready, and looking
    /// for characters takes many times as long.
    private static func pair(of byte: UInt8, in text: Substring) -> Substring.Index? {
        var index = text.startIndex
        while let found = text.utf8[index...].firstIndex(of: byte) {
            index = text.utf8.index(after: found)
            if index < text.endIndex, text.utf8[index] == byte { return found }
        }
        return nil
    }

    private static func lineFeeds(in text: Substring) -> Int { text.utf8.count { $0 == UInt8(ascii: "\n") } }

    private mutating func check(
        _ tag: Substring,
        isFirst: Bool,
        after previous: Character?,
        line: Int,
        sections: inout [String]
    ) {
        let sigil = tag.first
        let inside = String(tag.dropFirst().filter { !$0.isWhitespace })
        switch sigil {
        case "!":
            return
        case "%" where isFirst:
            return
        case "#" where Self.isName(inside):
            checkName(inside, line: line)
            sections.append(inside)
        case "^" where Self.isName(inside):
            checkName(inside, line: line)
            sections.append("")
        case "/":
            _ = sections.popLast()
        default:
            let name = String(tag.filter { !$0.isWhitespace })
            guard Self.isName(name) else { return report(.forbiddenTag(String(tag)), line: line) }
            checkName(name, line: line)
            if previous == "=" { report(.unquotedAttribute(name), line: line) }
            if event.optionalNames.contains(name), !sections.contains(name) {
                report(.unguardedName(name), line: line)
            }
            shown.insert(name)
        }
    }

    private mutating func checkName(_ name: String, line: Int) {
        if !event.names.contains(name) { report(.unknownName(name), line: line) }
    }

    private static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == UInt8(ascii: "_") }
    }
}
