/// Quoted-printable (RFC 2045 §6.7) of UTF-8 text.
enum QuotedPrintable {
    /// Lines of at most 76 characters, joined by CRLF. Also encodes what is legal but handled badly on the way: a dot or
    /// `From ` at the start of a line, and blanks at its end.
    static func encode(_ text: String) -> String {
        var output: [UInt8] = []
        // Split by bytes: in Swift CRLF is one Character of its own.
        var lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        for (index, line) in lines.enumerated() {
            if index > 0 { output.append(contentsOf: "\r\n".utf8) }
            encode(line.last == UInt8(ascii: "\r") ? Array(line.dropLast()) : Array(line), into: &output)
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static func encode(_ line: [UInt8], into output: inout [UInt8]) {
        var width = 0
        let startsLikeAnEnvelope = line.starts(with: "From ".utf8)
        for (index, byte) in line.enumerated() {
            let isLast = index == line.count - 1
            let isLiteral: Bool =
                switch byte {
                case UInt8(ascii: "="): false
                case UInt8(ascii: "."): width > 0
                case UInt8(ascii: "F"): index > 0 || !startsLikeAnEnvelope
                case UInt8(ascii: " "): !isLast
                case 0x21...0x7E: true
                default: false
                }
            // One column stays free for the `=` of a soft line break.
            if width + (isLiteral ? 1 : 3) > (isLast ? 76 : 75) {
                output.append(contentsOf: "=\r\n".utf8)
                width = 0
            }
            // A dot may have come to the start of a line just now.
            if isLiteral, byte != UInt8(ascii: ".") || width > 0 {
                output.append(byte)
                width += 1
            } else {
                output.append(contentsOf: hexadecimal(byte))
                width += 3
            }
        }
    }

    private static func hexadecimal(_ byte: UInt8) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return [UInt8(ascii: "="), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
}
