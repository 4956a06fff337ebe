import YAML

/// Text of the file that is shown to people and written to logs.
enum VisibleText {
    /// The text when every character of it can be seen: no line breaks, no controls, no bidirectional overrides, no
    /// zero-width characters, and no blank at either end. A name must not look like another, nor like a line of its own.
    static func read(_ value: ValueReader, characters: ClosedRange<Int>) -> String? {
        guard let text = value.string() else { return nil }
        let scalars = text.unicodeScalars
        guard characters.contains(scalars.count) else {
            value.fail(
                "\"\(value.path)\" has to be \(characters.lowerBound) to \(characters.upperBound) characters long, "
                    + "and is \(scalars.count)"
            )
            return nil
        }
        if let hidden = scalars.first(where: isHidden) {
            value.fail("\"\(value.path)\" holds the invisible character \(code(hidden)); it is shown to people")
            return nil
        }
        guard scalars.first?.properties.isWhitespace == false, scalars.last?.properties.isWhitespace == false else {
            value.fail("\"\(value.path)\" begins or ends with a blank")
            return nil
        }
        return text
    }

    /// The words of a file in quotes, for a message: cut, and with everything invisible spelled out.
    static func quoted(_ text: String) -> String {
        let shown = text.unicodeScalars.prefix(60).map { isHidden($0) ? "<\(code($0))>" : String($0) }.joined()
        return "\"\(shown)\(text.unicodeScalars.count > 60 ? "…" : "")\""
    }

    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.properties.isDefaultIgnorableCodePoint { return true }
        return switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: true
        // The Braille blank counts as a symbol.
        default: scalar == "\u{2800}"
        }
    }

    private static func code(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
