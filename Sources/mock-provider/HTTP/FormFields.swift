/// Decoded `application/x-www-form-urlencoded` fields in order, repeated names included: the stand-ins have to see a
/// repeated parameter to be able to refuse it (RFC 6749 §3.1), and the request log has to show it.
struct FormFields: Sendable {
    /// Names and values, decoded once.
    let pairs: [(name: String, value: String)]

    /// Nothing.
    static let none = FormFields(pairs: [])

    init(pairs: [(name: String, value: String)]) {
        self.pairs = pairs
    }

    /// Reads a query or a body. Malformed escapes stay as they were written; real providers do not stumble over them.
    init(_ text: some StringProtocol) {
        pairs = text.utf8.split(separator: UInt8(ascii: "&")).map { piece in
            let halves = piece.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            let name = FormFields.decode(halves.first ?? [])
            return (name, halves.count > 1 ? FormFields.decode(halves[1]) : "")
        }
    }

    /// The first value under this name.
    subscript(_ name: String) -> String? { pairs.first { $0.name == name }?.value }

    /// The first value under this name, unless it is empty.
    func nonEmpty(_ name: String) -> String? {
        guard let value = self[name], !value.isEmpty else { return nil }
        return value
    }

    /// The first name that occurs twice.
    var repeatedName: String? {
        var seen: Set<String> = []
        return pairs.first { !seen.insert($0.name).inserted }?.name
    }

    /// The fields encoded again, every byte outside RFC 3986's unreserved set escaped, a space as `+`.
    static func encode(_ pairs: [(String, String)]) -> String {
        pairs.map { "\(escape($0.0))=\(escape($0.1))" }.joined(separator: "&")
    }

    private static func escape(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count + 16)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            case UInt8(ascii: " "):
                bytes.append(UInt8(ascii: "+"))
            default:
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Decodes one name or value: `+` is a space, `%XX` a byte.
    static func decode(_ raw: some Collection<UInt8>) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(raw.count)
        var index = raw.startIndex
        while index != raw.endIndex {
            let byte = raw[index]
            raw.formIndex(after: &index)
            switch byte {
            case UInt8(ascii: "+"):
                bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                let digits = raw[index...].prefix(2).compactMap(hexadecimalDigit)
                if digits.count == 2 {
                    bytes.append(digits[0] << 4 | digits[1])
                    raw.formIndex(&index, offsetBy: 2)
                } else {
                    bytes.append(byte)
                }
            default:
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
