import Cryptography

/// Text in header fields (RFC 5322 §2.2), with encoded words where it is not plain ASCII (RFC 2047).
enum HeaderText {
    /// A subject. `column` is how much of the first line is taken.
    static func unstructured(_ text: String, after column: Int) -> String {
        let line = MailText.line(text)
        let isPlain = line.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !line.contains("=?")
        return isPlain && column + line.utf8.count <= 76 ? line : encodedWords(line)
    }

    /// `"Name" <address>`, or the address alone.
    static func mailbox(name: String, address: String) -> String {
        let line = MailText.line(name)
        if line.isEmpty { return address }
        guard line.utf8.allSatisfy({ (0x20...0x7E).contains($0) }), line.utf8.count <= 60, !line.contains("=?") else {
            return "\(encodedWords(line))\r\n <\(address)>"
        }
        let escaped = line.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return "\"\(escaped)\"\r\n <\(address)>"
    }

    /// Words of at most 75 characters, each of whole scalars, one on each line (RFC 2047 §2, §5 (3)).
    private static func encodedWords(_ text: String) -> String {
        var words: [String] = []
        var chunk: [UInt8] = []
        func close() {
            if !chunk.isEmpty { words.append("=?UTF-8?B?\(Base64.encode(chunk))?=") }
            chunk = []
        }
        for scalar in text.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            // 36 bytes are 48 characters of Base64, 60 with their frame: room for the name of the field on the first line.
            if chunk.count + bytes.count > 36 { close() }
            chunk += bytes
        }
        close()
        return words.joined(separator: "\r\n ")
    }
}
