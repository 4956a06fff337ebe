/// Base32 (RFC 4648 section 6) in upper case without padding, as authenticator apps expect secrets.
public enum Base32 {
    private static let characters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

    /// The text, without padding.
    public static func encode(_ bytes: [UInt8]) -> String {
        String(decoding: Base32Bits.split(bytes).map { characters[Int($0)] }, as: UTF8.self)
    }

    /// The bytes; `nil` when the text is not exactly what ``encode(_:)`` gives for some bytes: lower case, padding,
    /// white space and unused bits that are not zero are refused.
    public static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var values: [UInt8] = []
        for character in text.utf8 {
            guard let value = characters.firstIndex(of: character) else { return nil }
            values.append(UInt8(value))
        }
        return Base32Bits.join(values)
    }
}

/// Bytes as groups of five bits, for alphabets other than RFC 4648's too.
public enum Base32Bits {
    /// Values from 0 to 31, the last one filled up with zero bits.
    public static func split(_ bytes: [UInt8]) -> [UInt8] {
        var values: [UInt8] = []
        values.reserveCapacity((bytes.count * 8 + 4) / 5)
        var bits: UInt32 = 0
        var count: UInt32 = 0
        for byte in bytes {
            bits = (bits << 8 | UInt32(byte)) & 0xFFFF
            count += 8
            while count >= 5 {
                count -= 5
                values.append(UInt8(bits >> count & 0x1F))
            }
        }
        if count > 0 { values.append(UInt8(bits << (5 - count) & 0x1F)) }
        return values
    }

    /// The bytes; `nil` for a value above 31, for a number of values that no bytes give, and for unused bits that are
    /// not zero.
    public static func join(_ values: [UInt8]) -> [UInt8]? {
        guard ![1, 3, 6].contains(values.count % 8) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(values.count * 5 / 8)
        var bits: UInt32 = 0
        var count: UInt32 = 0
        for value in values {
            guard value < 32 else { return nil }
            bits = (bits << 5 | UInt32(value)) & 0xFFFF
            count += 5
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> count))
            }
        }
        guard bits & ((1 << count) - 1) == 0 else { return nil }
        return bytes
    }
}
