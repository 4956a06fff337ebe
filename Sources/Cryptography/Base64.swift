/// Base64 with padding (RFC 4648 section 4), as HTTP Basic authentication uses it.
public enum Base64 {
    private static let alphabet = Base64Alphabet(second: UInt8(ascii: "+"), last: UInt8(ascii: "/"))

    /// The text, padded with `=` to a multiple of four characters.
    public static func encode(_ bytes: [UInt8]) -> String {
        let text = alphabet.encode(bytes)
        let padding = repeatElement(UInt8(ascii: "="), count: (4 - text.count % 4) % 4)
        return String(decoding: text + padding, as: UTF8.self)
    }

    /// The bytes; `nil` when the text is not exactly what ``encode(_:)`` gives for some bytes.
    public static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var characters = Array(text.utf8)
        guard characters.count.isMultiple(of: 4) else { return nil }
        var padding = 0
        while padding < 2, characters.last == UInt8(ascii: "=") {
            characters.removeLast()
            padding += 1
        }
        return alphabet.decode(characters[...])
    }
}

/// Base64 for URLs (RFC 4648 section 5) without padding, as JOSE uses it (RFC 7515 section 2).
public enum Base64URL {
    private static let alphabet = Base64Alphabet(second: UInt8(ascii: "-"), last: UInt8(ascii: "_"))

    /// The text, without padding.
    public static func encode(_ bytes: [UInt8]) -> String {
        String(decoding: alphabet.encode(bytes), as: UTF8.self)
    }

    /// The bytes; `nil` when the text is not exactly what ``encode(_:)`` gives for some bytes.
    ///
    /// Padding, white space, the other alphabet and unused bits that are not zero are all refused: two spellings of
    /// one token would pass a check for having been seen before (D19).
    public static func decode(_ text: some StringProtocol) -> [UInt8]? {
        alphabet.decode(Array(text.utf8)[...])
    }

    /// The same for characters that are bytes already.
    public static func decode(utf8 characters: ArraySlice<UInt8>) -> [UInt8]? {
        alphabet.decode(characters)
    }
}

/// The conversion that both alphabets share, without padding.
private struct Base64Alphabet: Sendable {
    private static let invalid: UInt8 = 0xFF
    private let characters: [UInt8]
    private let values: [UInt8]

    init(second: UInt8, last: UInt8) {
        characters =
            Array(UInt8(ascii: "A")...UInt8(ascii: "Z")) + Array(UInt8(ascii: "a")...UInt8(ascii: "z"))
            + Array(UInt8(ascii: "0")...UInt8(ascii: "9")) + [second, last]
        var values = [UInt8](repeating: Self.invalid, count: 256)
        for (value, character) in characters.enumerated() { values[Int(character)] = UInt8(value) }
        self.values = values
    }

    func encode(_ bytes: [UInt8]) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: (bytes.count * 4 + 2) / 3) { output, initialized in
            var written = 0
            func write(_ bits: UInt32) {
                unsafe output.initializeElement(at: written, to: characters[Int(bits & 0x3F)])
                written += 1
            }
            for start in stride(from: 0, to: bytes.count - bytes.count % 3, by: 3) {
                let group = UInt32(bytes[start]) << 16 | UInt32(bytes[start + 1]) << 8 | UInt32(bytes[start + 2])
                write(group >> 18)
                write(group >> 12)
                write(group >> 6)
                write(group)
            }
            let rest = bytes.suffix(bytes.count % 3)
            if let first = rest.first, let last = rest.last {
                let group = UInt32(first) << 16 | (rest.count == 2 ? UInt32(last) << 8 : 0)
                write(group >> 18)
                write(group >> 12)
                if rest.count == 2 { write(group >> 6) }
            }
            initialized = written
        }
    }

    func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        guard text.count % 4 != 1 else { return nil }
        var output: [UInt8] = []
        output.reserveCapacity(text.count / 4 * 3 + 2)
        var bits: UInt32 = 0
        var count = 0
        for character in text {
            let value = values[Int(character)]
            guard value != Self.invalid else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                output.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        guard bits & ((1 << UInt32(count)) - 1) == 0 else { return nil }
        return output
    }
}
