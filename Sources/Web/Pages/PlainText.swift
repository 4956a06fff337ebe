/// Text that came from outside, made presentable: a bounded length, one line, never blank.
///
/// Escaping is ``StrictHTML``'s work. This is about names of ten thousand letters, a single letter that carries ten
/// thousand accents, and names that consist of invisible characters only.
enum PlainText {
    /// The text on one line, at most `limit` Unicode scalars long, with an ellipsis where something was cut.
    ///
    /// Cuts between characters where it can, and inside one only when that character alone is too long.
    static func line(_ text: String, limit: Int) -> String {
        var kept = String.UnicodeScalarView()
        var pendingSpace = false
        for character in text {
            if character.unicodeScalars.allSatisfy({ $0.properties.isWhitespace || isControl($0) }) {
                pendingSpace = !kept.isEmpty
                continue
            }
            let scalars = character.unicodeScalars
            let room = limit - kept.count - (pendingSpace ? 1 : 0)
            if pendingSpace, room > 0 { kept.append(" ") }
            pendingSpace = false
            guard scalars.count <= room else {
                if kept.isEmpty { kept.append(contentsOf: scalars.prefix(max(0, room))) }
                kept.append("…")
                return String(kept)
            }
            kept.append(contentsOf: scalars)
        }
        return String(kept)
    }

    /// As ``line(_:limit:)``, or nil when nothing of it would be seen.
    static func visibleLine(_ text: String?, limit: Int) -> String? {
        guard let text, text.unicodeScalars.contains(where: isVisible) else { return nil }
        return line(text, limit: limit)
    }

    /// The text with its line breaks, at most `limit` Unicode scalars long.
    static func block(_ text: String, limit: Int) -> String {
        var kept = String.UnicodeScalarView()
        for scalar in text.replacing("\r\n", with: "\n").unicodeScalars {
            guard kept.count < limit else {
                kept.append("…")
                break
            }
            if scalar == "\n" || scalar == "\t" || !isControl(scalar) { kept.append(scalar) }
        }
        return String(kept)
    }

    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        let properties = scalar.properties
        if properties.isWhitespace || properties.isDefaultIgnorableCodePoint || isControl(scalar) { return false }
        // U+2800 is a braille cell without dots: a symbol by category, a blank to the eye.
        return scalar != "\u{2800}" && properties.generalCategory != .format
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .control
    }
}
