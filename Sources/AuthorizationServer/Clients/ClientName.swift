import YAML

/// `name:` of an app. People decide by it whom they let have what they are asked for, so it is one line of characters that can be seen: it
/// must look neither like another name nor like words of the page around it.
enum ClientName {
    static let maximumCharacters = 100

    static func read(_ value: ValueReader) -> String? {
        guard let text = value.string() else { return nil }
        let scalars = text.unicodeScalars
        guard scalars.count <= maximumCharacters else {
            value.fail("a name has 1 to \(maximumCharacters) characters")
            return nil
        }
        if let hidden = scalars.first(where: isHidden) {
            value.fail("a name has no line breaks and no invisible characters, and this has \(Self.code(hidden))")
            return nil
        }
        guard scalars.contains(where: { !$0.properties.isWhitespace }) else {
            value.fail("a name has something to be seen")
            return nil
        }
        return text
    }

    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        // They choose between two pictures of one character.
        if (0xFE00...0xFE0F).contains(scalar.value) { return false }
        if scalar.properties.isDefaultIgnorableCodePoint { return true }
        return switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: true
        // The Braille blank counts as a symbol.
        default: scalar.value == 0x2800
        }
    }

    private static func code(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
