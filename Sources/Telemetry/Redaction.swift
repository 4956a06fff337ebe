/// The second net under secrets in logs. The first is their type, which prints `<redacted>` by itself; this one
/// catches a plain string that was logged under a name which tells what it is.
enum Redaction {
    /// What is printed instead.
    static let placeholder = "<redacted>"

    /// Names that are forbidden as a whole, or as the end of a dotted one; as parts they are harmless (`status_code`,
    /// `circuit_state`).
    private static let names = ["code", "state"].map { Array($0.utf8) }

    /// Names that are forbidden as a part, too: `access_token`, `clientSecret`, `set-cookie`.
    private static let words = [
        "authorization", "cookie", "cookies", "nonce", "passwd", "password", "secret", "secrets", "token", "tokens",
        "verifier",
    ].map { Array($0.utf8) }

    /// Whether a value under this name is withheld.
    ///
    /// Asked for every value of every line, so the bytes of the name are looked at as they are. What is not ASCII separates; and
    /// where there is any, the name counts in lower case as well, which turns the kelvin sign into a `k`.
    static func withholds(_ name: String) -> Bool {
        isForbidden(name) || (name.utf8.contains { $0 >= 0x80 } && isForbidden(name.lowercased()))
    }

    private static func isForbidden(_ name: String) -> Bool {
        var name = name
        return name.withUTF8 { bytes in
            let whole = lastComponent(bytes)
            return names.contains { spells(whole, $0) } || hasForbiddenPart(bytes)
        }
    }

    /// What stands behind the last dot, dots at the end left out.
    private static func lastComponent(_ name: UnsafeBufferPointer<UInt8>) -> Slice<UnsafeBufferPointer<UInt8>> {
        let dot = UInt8(ascii: ".")
        let end = name.lastIndex { $0 != dot }.map { $0 + 1 } ?? 0
        let start = name[..<end].lastIndex(of: dot).map { $0 + 1 } ?? 0
        return name[start..<end]
    }

    /// Splits `snake_case`, `kebab-case`, `dotted.names` and `camelCase`; runs of capitals stay together.
    private static func hasForbiddenPart(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        var start = 0
        var previousIsLower = false
        for (position, byte) in name.enumerated() {
            let isCapital = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            let isLower = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            let separates = !isCapital && !isLower && !isDigit
            if separates || (isCapital && previousIsLower) {
                if isForbidden(name[start..<position]) { return true }
                start = separates ? position + 1 : position
            }
            previousIsLower = isLower
        }
        return isForbidden(name[start...])
    }

    private static func isForbidden(_ part: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        words.contains { spells(part, $0) }
    }

    /// Whether letters of either case make this word.
    private static func spells(_ part: Slice<UnsafeBufferPointer<UInt8>>, _ word: [UInt8]) -> Bool {
        part.count == word.count && part.elementsEqual(word) { $0 | 0x20 == $1 }
    }
}
