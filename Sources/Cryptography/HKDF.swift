/// Key derivation with HMAC-SHA-256 (RFC 5869).
public enum HKDF {
    /// The most bytes one derivation can give: 255 hashes (RFC 5869 section 2.3).
    public static let maximumCount = 255 * 32

    /// Derives key material.
    ///
    /// - Parameters:
    ///   - secret: what is kept secret, with enough entropy. A password is not enough.
    ///   - salt: random and public; may be empty.
    ///   - info: what the derived key is for. Different purposes give unrelated keys.
    ///   - count: how many bytes, 0 to ``maximumCount``; more than that is cut off there.
    public static func sha256(secret: [UInt8], salt: [UInt8], info: [UInt8], count: Int) -> [UInt8] {
        let wanted = min(max(0, count), maximumCount)
        let pseudorandomKey = HMAC.sha256(key: salt, message: secret)
        var output: [UInt8] = []
        var block: [UInt8] = []
        var counter: UInt8 = 0
        while output.count < wanted {
            counter += 1
            block = HMAC.sha256(key: pseudorandomKey, message: block + info + [counter])
            output.append(contentsOf: block)
        }
        return Array(output.prefix(wanted))
    }
}
