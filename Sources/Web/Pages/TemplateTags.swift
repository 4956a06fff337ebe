/// The tags of one template in order, each with its place. The template library keeps its own list to itself.
struct TemplateTag: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        case variable
        case section
        case inverted
        case close
        case partial
        case parent
        case block
        case pragma
        case comment
        /// Anything that could leave text unescaped or unchecked.
        case forbidden
    }

    let kind: Kind
    /// The name without sigil and surrounding blanks; for a forbidden tag its whole inside.
    let name: String
    /// From 1.
    let line: Int
    /// From 1, in characters.
    let column: Int
    /// The text right before the tag ends in `=`.
    let followsEqualsSign: Bool

    /// Reads the tags. Text after an unclosed `{{` is not a tag; the template library refuses such a file by itself.
    static func scan(_ text: String) -> [TemplateTag] {
        var tags: [TemplateTag] = []
        var line = 1
        var lineStart = text.startIndex
        var index = text.startIndex
        while index < text.endIndex {
            if text[index].isNewline {
                line += 1
                index = text.index(after: index)
                lineStart = index
                continue
            }
            guard text[index...].hasPrefix("{{"), let end = closing(of: index, in: text) else {
                index = text.index(after: index)
                continue
            }
            let inside = text[text.index(index, offsetBy: 2)..<end]
            let before = index > text.startIndex ? text[text.index(before: index)] : " "
            let (kind, name) = classify(inside)
            let column = text.distance(from: lineStart, to: index) + 1
            tags.append(
                TemplateTag(kind: kind, name: name, line: line, column: column, followsEqualsSign: before == "=")
            )
            line += inside.count(where: \.isNewline)
            if let lastBreak = inside.lastIndex(where: \.isNewline) { lineStart = text.index(after: lastBreak) }
            index = text.index(end, offsetBy: 2)
        }
        return tags
    }

    /// Where the `}}` that ends the tag at `start` begins.
    private static func closing(of start: String.Index, in text: String) -> String.Index? {
        var index = text.index(start, offsetBy: 2)
        while index < text.endIndex {
            if text[index...].hasPrefix("}}") { return index }
            index = text.index(after: index)
        }
        return nil
    }

    private static func classify(_ inside: Substring) -> (Kind, String) {
        let whole = trimmed(inside)
        guard let sigil = whole.first else { return (.forbidden, "") }
        let rest = trimmed(whole.dropFirst())
        switch sigil {
        case "!": return (.comment, rest)
        case "%": return (.pragma, rest)
        case "#" where isName(rest): return (.section, rest)
        case "^" where isName(rest): return (.inverted, rest)
        case "/": return (.close, rest)
        case "$" where isName(rest): return (.block, rest)
        case ">" where isName(rest): return (.partial, rest)
        case "<" where isName(rest): return (.parent, rest)
        default: return isName(whole) ? (.variable, whole) : (.forbidden, whole)
        }
    }

    private static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-/".contains($0)) }
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        let start = text.drop(while: \.isWhitespace)
        guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...last])
    }
}
