import Mustache

/// Escaping for everything a page shows, one Unicode scalar at a time.
///
/// The template library's own HTML escaping looks at whole characters. A quotation mark followed by a combining accent
/// is one character, is not in its table, and leaves the page's attribute open: a display name made of `"`, U+0301 and
/// ` onfocus=…` would run as script. Looking at scalars, the quotation mark is always seen.
///
/// Control characters are dropped, and so are the invisible marks that reorder text, because a name that turns its
/// neighbours around ("Trojan Source") can make a page say what we did not write. Line breaks and tabs become
/// references, so that the indentation of partials never adds to a value.
struct StrictHTML: MustacheContentType {
    /// What a template writes into its first line: `{{% CONTENT_TYPE: STRICT_HTML}}`.
    static let name = "STRICT_HTML"

    /// Registers the content type once per process. Must be touched before the first template is compiled.
    static let registered: Void = MustacheContentTypes.register(StrictHTML(), named: name)

    func escapeText(_ text: String) -> String {
        var escaped = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped.append(contentsOf: "&amp;".unicodeScalars)
            case "<": escaped.append(contentsOf: "&lt;".unicodeScalars)
            case ">": escaped.append(contentsOf: "&gt;".unicodeScalars)
            case "\"": escaped.append(contentsOf: "&quot;".unicodeScalars)
            case "'": escaped.append(contentsOf: "&#39;".unicodeScalars)
            case "`": escaped.append(contentsOf: "&#96;".unicodeScalars)
            case "\n": escaped.append(contentsOf: "&#10;".unicodeScalars)
            case "\t": escaped.append(contentsOf: "&#9;".unicodeScalars)
            default:
                if !Self.isDropped(scalar) { escaped.append(scalar) }
            }
        }
        return String(escaped)
    }

    private static func isDropped(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00...0x1F, 0x7F...0x9F: true
        case 0x202A...0x202E, 0x2066...0x2069: true
        case 0x2028, 0x2029: true
        default: false
        }
    }
}
