/// Names people chose for themselves at a provider, made safe to show. Anybody can choose any text there.
enum DisplayText {
    /// Longest text, in Unicode scalars.
    static let maximumScalars = 200

    /// The text without control, bidirectional and invisible characters, white space collapsed, cut to
    /// ``maximumScalars``; nil when nothing is left.
    static func clean(_ text: String) -> String? {
        var output = String.UnicodeScalarView()
        var count = 0
        var pendingSpace = false
        for scalar in text.unicodeScalars.prefix(10 * maximumScalars) {
            if scalar.properties.isWhitespace {
                pendingSpace = !output.isEmpty
                continue
            }
            // A mark that comes first would attach itself to whatever a page puts in front of the name: a quote with a
            // combining accent is no longer the quote an escaper looks for.
            guard !isHidden(scalar), !(output.isEmpty || pendingSpace) || !isMark(scalar) else { continue }
            if pendingSpace {
                output.append(" ")
                count += 1
                pendingSpace = false
            }
            output.append(scalar)
            count += 1
            if count >= maximumScalars { break }
        }
        return output.isEmpty ? nil : String(output)
    }

    /// Characters without a shape of their own: controls, formatting (bidirectional overrides among them), zero-width,
    /// private use, unassigned.
    static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.properties.isDefaultIgnorableCodePoint { return true }
        return switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: true
        // The Braille blank counts as a symbol.
        default: scalar == "\u{2800}"
        }
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        default: false
        }
    }
}
