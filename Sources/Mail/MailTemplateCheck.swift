/// Reads one template as the template library will, against the names its event has.
struct MailTemplateCheck {
    private let part: MailTemplates.Part
    private let file: String
    private let names: Set<String>
    private let optionalNames: Set<String>
    private(set) var faults: [MailTemplateFault] = []
    /// Whether every tag is one that the template library takes for what this check took it for, and every section ends where it
    /// should: such a template can be compiled. False proves nothing; the library has to be asked then.
    private(set) var isPlain = true
    /// Names of values that are shown somewhere.
    private var shown: Set<String> = []

    init(_ text: String, event: MailEvent, part: MailTemplates.Part, file: String) {
        self.part = part
        self.file = file
        names = event.names
        optionalNames = event.optionalNames
        if !text.utf8.starts(with: "{{\(Self.pragma(part))}}\n".utf8) {
            report(.missingContentType(part.contentType), line: 1)
        }
        scan(Array(text.utf8))
        guard part != .subject else { return }
        for name in event.requiredNames.union(optionalNames).sorted() where name != "change" {
            // Where it came from and the like may be left out by an operator; a link may not.
            if name == "link" || name == "code" || name.hasSuffix("_link"), !shown.contains(name) {
                report(.missingName(name), line: 0)
            }
        }
    }

    /// A section that has begun and not ended.
    private struct Section: Equatable {
        let name: String
        let isInverted: Bool
    }

    private mutating func report(_ reason: MailTemplateFault.Reason, line: Int) {
        faults.append(MailTemplateFault(file: file, line: line, reason: reason))
    }

    /// On bytes: a node reads all templates before it is ready, and looking for characters takes many times as long.
    private mutating func scan(_ text: [UInt8]) {
        var sections: [Section] = []
        var isFirst = true
        var (place, line) = (0, 1)
        while let start = Self.pair(of: UInt8(ascii: "{"), in: text, from: place) {
            line += Self.lineFeeds(in: text[place..<start])
            let inside = start + 2
            guard let end = Self.pair(of: UInt8(ascii: "}"), in: text, from: inside) else {
                isPlain = false
                break
            }
            let before = start > 0 ? text[start - 1] : nil
            let after = end + 2 < text.count ? text[end + 2] : nil
            let tag = String(decoding: text[inside..<end], as: UTF8.self)
            // The library looks for characters: a brace and a mark that belongs to it are another character than a brace.
            let isAlone = (before ?? 0) < 0x80 && (after ?? 0) < 0x80
            if !isAlone || !isPlain(tag, isFirst: isFirst) { isPlain = false }
            check(tag, isFirst: isFirst, after: before, line: line, sections: &sections)
            isFirst = false
            line += Self.lineFeeds(in: text[inside..<end])
            place = end + 2
        }
        // The library refuses a text whose last character could have begun a tag.
        if !sections.isEmpty || text.last == UInt8(ascii: "{") { isPlain = false }
    }

    /// Where two of these bytes stand beside each other for the first time.
    private static func pair(of byte: UInt8, in text: [UInt8], from place: Int) -> Int? {
        var index = place
        while index + 1 < text.count {
            if text[index] == byte, text[index + 1] == byte { return index }
            index += 1
        }
        return nil
    }

    private static func lineFeeds(in text: ArraySlice<UInt8>) -> Int {
        var count = 0
        for byte in text where byte == UInt8(ascii: "\n") { count += 1 }
        return count
    }

    private mutating func check(
        _ tag: String,
        isFirst: Bool,
        after previous: UInt8?,
        line: Int,
        sections: inout [Section]
    ) {
        // Where the library sees other braces than this check, what it takes for a value may stand in what is a comment here.
        guard !tag.utf8.contains(UInt8(ascii: "{")) else { return report(.forbiddenTag(tag), line: line) }
        let inside = Self.withoutBlanks(Substring(tag.utf8.dropFirst()))
        switch tag.utf8.first {
        case UInt8(ascii: "!"):
            return
        case UInt8(ascii: "%") where isFirst:
            return
        case UInt8(ascii: "#") where Self.isName(inside):
            checkName(inside, line: line)
            sections.append(Section(name: inside, isInverted: false))
        case UInt8(ascii: "^") where Self.isName(inside):
            checkName(inside, line: line)
            sections.append(Section(name: inside, isInverted: true))
        case UInt8(ascii: "/"):
            if sections.popLast()?.name != inside { isPlain = false }
        default:
            let name = Self.withoutBlanks(tag[...])
            guard Self.isName(name) else { return report(.forbiddenTag(tag), line: line) }
            checkName(name, line: line)
            if previous == UInt8(ascii: "=") { report(.unquotedAttribute(name), line: line) }
            if optionalNames.contains(name), !sections.contains(Section(name: name, isInverted: false)) {
                report(.unguardedName(name), line: line)
            }
            shown.insert(name)
        }
    }

    private static func withoutBlanks(_ text: Substring) -> String {
        isName(text) ? String(text) : String(text.filter { !$0.isWhitespace })
    }

    private mutating func checkName(_ name: String, line: Int) {
        if !names.contains(name) { report(.unknownName(name), line: line) }
    }

    /// Whether the library reads this tag as `check` does: a name, alone or behind the sign of a section, without anything around it.
    private func isPlain(_ tag: String, isFirst: Bool) -> Bool {
        switch tag.utf8.first {
        case UInt8(ascii: "%"): isFirst && tag == Self.pragma(part)
        case UInt8(ascii: "#"), UInt8(ascii: "^"), UInt8(ascii: "/"): Self.isName(Substring(tag.utf8.dropFirst()))
        default: Self.isName(tag)
        }
    }

    /// What stands between the braces of the first line.
    private static func pragma(_ part: MailTemplates.Part) -> String { "% CONTENT_TYPE: \(part.contentType)" }

    private static func isName(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == UInt8(ascii: "_") }
    }
}
