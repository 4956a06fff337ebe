import Mustache

/// Text from outside, made fit for one line of a mail.
enum MailText {
    /// One line: every run of white space, line breaks and control characters becomes one space, marks that reorder text
    /// vanish. So a value can neither begin a header of its own nor a paragraph that seems to be ours.
    static func line(_ text: String, limit: Int = .max) -> String {
        var line = String.UnicodeScalarView()
        var pendingSpace = false
        var count = 0
        for scalar in text.unicodeScalars {
            if reorders(scalar) { continue }
            if separates(scalar) {
                pendingSpace = !line.isEmpty
                continue
            }
            guard count < limit else {
                line.append("…")
                break
            }
            if pendingSpace { line.append(" ") }
            pendingSpace = false
            line.append(scalar)
            count += 1
        }
        return String(line)
    }

    private static func separates(_ scalar: Unicode.Scalar) -> Bool {
        // Looking a scalar up in Unicode's tables costs more than all the rest of this.
        guard !scalar.isASCII else { return scalar.value <= 0x20 || scalar.value == 0x7F }
        return scalar.properties.isWhitespace || scalar.properties.generalCategory == .control
    }

    /// Marks that turn their neighbours around, and separators that only some programs take for line breaks.
    private static func reorders(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x200E, 0x200F, 0x061C, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}

/// Escaping for HTML parts, one Unicode scalar at a time: the template library's own looks at whole characters and misses
/// a quotation mark that carries an accent.
struct MailHTML: MustacheContentType {
    /// What an HTML template writes into its first line: `{{% CONTENT_TYPE: MAIL_HTML}}`.
    static let name = "MAIL_HTML"

    /// Registers the content type once per process. Must be touched before the first template is compiled.
    static let registered: Void = MustacheContentTypes.register(MailHTML(), named: name)

    func escapeText(_ text: String) -> String {
        guard text.utf8.contains(where: Self.isSpecial) else { return text }
        var escaped = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped.append(contentsOf: "&amp;".unicodeScalars)
            case "<": escaped.append(contentsOf: "&lt;".unicodeScalars)
            case ">": escaped.append(contentsOf: "&gt;".unicodeScalars)
            case "\"": escaped.append(contentsOf: "&quot;".unicodeScalars)
            case "'": escaped.append(contentsOf: "&#39;".unicodeScalars)
            case "`": escaped.append(contentsOf: "&#96;".unicodeScalars)
            default: escaped.append(scalar)
            }
        }
        return String(escaped)
    }

    private static func isSpecial(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""), UInt8(ascii: "'"),
            UInt8(ascii: "`"):
            true
        default: false
        }
    }
}
