public import Cryptography

/// Asks a list of breached passwords without telling which one: only the first 20 bits of the password's SHA-1 leave
/// the house, and the list answers with every hash that begins so (Have I Been Pwned's range API; any mirror of it).
public struct PwnedRange: Sendable, Hashable {
    /// Five upper-case hexadecimal digits, which are sent.
    public let prefix: String
    /// The other 35, which are not: they are as good as the password to whoever guesses.
    public let suffix: Secret

    /// The range a password belongs to.
    public init(_ password: Password) {
        let digits = Hex.encode(SHA1.digest(Array(password.text.reveal().utf8))).uppercased()
        prefix = String(digits.prefix(5))
        suffix = Secret(String(digits.dropFirst(5)))
    }

    /// The URL to get, with `Add-Padding: true`, so that the length of the answer tells nothing either.
    ///
    /// - Parameter base: such as `https://api.pwnedpasswords.com`, with or without a slash at its end.
    public static func request(prefix: String, base: String) -> String {
        (base.hasSuffix("/") ? String(base.dropLast()) : base) + "/range/" + prefix
    }

    /// Whether the answer has the suffix; nil when it is not an answer of this kind, so that a caller can fail open or
    /// closed instead of taking an error page for a clean bill.
    ///
    /// Each line is `SUFFIX:COUNT`; a count of 0 is padding.
    public static func contains(body: [UInt8], suffix: Secret) -> Bool? {
        let wanted = Array(suffix.reveal().utf8)
        var lines = body.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        guard !lines.isEmpty else { return nil }
        var isFound = false
        for var line in lines {
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            let parts = line.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            guard parts.count == 2, parts[0].count == 35, parts[0].allSatisfy(isUpperHex), isCount(parts[1]) else {
                return nil
            }
            let isPadding = parts[1].allSatisfy { $0 == UInt8(ascii: "0") }
            if !isPadding, ConstantTime.equal(Array(parts[0]), wanted) { isFound = true }
        }
        return isFound
    }

    private static func isUpperHex(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "F")).contains(byte)
    }

    private static func isCount(_ text: ArraySlice<UInt8>) -> Bool {
        (1...12).contains(text.count) && text.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}
