/// Puts text between quotes as JSON does (RFC 8259 §7).
enum LogText {
    /// Appends the quoted text. Beyond what JSON asks for, everything that ends a line or steers a terminal is
    /// escaped, C1 controls and direction marks included: a log is read with `less`, too.
    static func quote(_ text: String, into line: inout String) {
        line.append("\"")
        defer { line.append("\"") }
        // Nearly every text; going through it scalar by scalar would cost as much as everything else about a line.
        guard !text.utf8.allSatisfy(isPlainASCII) else { return line.append(text) }
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": line.append("\\\"")
            case "\\": line.append("\\\\")
            case "\n": line.append("\\n")
            case "\r": line.append("\\r")
            case "\t": line.append("\\t")
            default:
                if steers(scalar) { escape(scalar, into: &line) } else { line.unicodeScalars.append(scalar) }
            }
        }
    }

    /// Printable, and neither a quotation mark nor a backslash.
    private static func isPlainASCII(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    /// Whether the readable format can show the text without quotes.
    static func isPlain(_ text: String) -> Bool {
        !text.isEmpty
            && text.unicodeScalars.allSatisfy {
                $0 != " " && $0 != "\"" && $0 != "\\" && $0 != "=" && !steers($0)
            }
    }

    private static func steers(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00..<0x20, 0x7F...0x9F, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: true
        default: false
        }
    }

    /// All scalars that need it lie in the basic plane: four digits are enough.
    private static func escape(_ scalar: Unicode.Scalar, into line: inout String) {
        let digits = String(scalar.value, radix: 16)
        line.append("\\u")
        line.append(String(repeating: "0", count: 4 - digits.utf8.count))
        line.append(digits)
    }
}
