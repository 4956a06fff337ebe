import Cryptography

/// Random texts in the looks of the providers.
enum RandomText {
    /// Base64URL of this many random bytes.
    static func base64URL(_ bytes: Int) -> String { Base64URL.encode(Random.bytes(bytes)) }

    /// Hexadecimal digits.
    static func hex(_ digits: Int) -> String { String(Hex.encode(Random.bytes((digits + 1) / 2)).prefix(digits)) }

    /// Letters and digits. The slight bias of the remainder does not matter here.
    static func alphanumeric(_ count: Int) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
        return String(decoding: Random.bytes(count).map { alphabet[Int($0) % alphabet.count] }, as: UTF8.self)
    }
}
