import Cryptography

/// The pieces that stored hashes are made of, read strictly: one spelling for each value.
enum HashText {
    /// A decimal number without sign and leading zeros, at most ten digits.
    static func number(_ text: some StringProtocol) -> Int? {
        let digits = Array(text.utf8)
        guard (1...10).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }),
            digits.count == 1 || digits[0] != 0x30
        else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    /// The values of `a=1,b=2` when the names are exactly these in this order.
    static func fields(_ text: some StringProtocol, _ names: [String]) -> [Substring]? {
        let fields = Substring(text).split(separator: ",", omittingEmptySubsequences: false)
        guard fields.count == names.count else { return nil }
        var values: [Substring] = []
        for (field, name) in zip(fields, names) {
            guard field.hasPrefix(name + "=") else { return nil }
            values.append(field.dropFirst(name.count + 1))
        }
        return values
    }

    /// Base64 without padding, canonical, as PHC strings have it.
    static func unpaddedBase64(_ text: some StringProtocol) -> [UInt8]? {
        guard !text.contains("=") else { return nil }
        return Base64.decode(text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4))
    }

    /// The text that ``unpaddedBase64(_:)`` reads.
    static func unpadded(_ bytes: [UInt8]) -> String { String(Base64.encode(bytes).prefix { $0 != "=" }) }

    /// ``unpaddedBase64(_:)`` with `.` for `+`, as passlib writes PBKDF2 hashes.
    static func adaptedBase64(_ text: some StringProtocol) -> [UInt8]? {
        guard !text.contains("+") else { return nil }
        return unpaddedBase64(String(text.map { $0 == "." ? "+" : $0 }))
    }

    /// Base64 with padding in either alphabet: Firebase's command line writes one, its programming interface the other.
    static func eitherBase64(_ text: some StringProtocol) -> [UInt8]? {
        guard !text.contains("-"), !text.contains("_") else {
            guard !text.contains("+"), !text.contains("/") else { return nil }
            return Base64.decode(String(text.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 }))
        }
        return Base64.decode(text)
    }

    /// The places of the characters in the alphabet of crypt(5), `./0-9A-Za-z`; nil when one is not in it.
    static func cryptValues(_ text: some StringProtocol) -> [UInt8]? { values(text, cryptAlphabet) }

    /// The places of the characters in bcrypt's alphabet, `./A-Za-z0-9`; nil when one is not in it.
    static func bcryptValues(_ text: some StringProtocol) -> [UInt8]? { values(text, bcryptAlphabet) }

    private static let digits = Array("0123456789".utf8)
    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
    private static let cryptAlphabet = Array("./".utf8) + digits + letters
    private static let bcryptAlphabet = Array("./".utf8) + letters + digits

    private static func values(_ text: some StringProtocol, _ alphabet: [UInt8]) -> [UInt8]? {
        var values: [UInt8] = []
        for character in text.utf8 {
            guard let value = alphabet.firstIndex(of: character) else { return nil }
            values.append(UInt8(value))
        }
        return values
    }
}
