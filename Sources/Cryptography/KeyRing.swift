/// Encryption at rest with keys that can be replaced: new values are sealed with the current key, old values are
/// opened with the key they name.
///
/// To replace a key, add the new one as current on every node, seal the stored values again, then remove the old one.
///
/// Layout: version (1 byte, 0x01), length of the key id (1 byte), key id, nonce (12), ciphertext, tag (16). Everything
/// before the nonce is authenticated together with the context.
public struct KeyRing: Sendable, CustomStringConvertible, CustomReflectable {
    private static let version: UInt8 = 1
    private let ciphers: [String: AES256GCM]
    /// For MACs: derived, so that no key does two jobs (NIST SP 800-57 part 1 §5.2).
    private let macKeys: [String: [UInt8]]
    private let current: AES256GCM

    /// The id of the key that seals.
    public let currentKeyID: String

    /// `nil` unless every key has 32 bytes, ids are different and made of 1 to 64 ASCII letters, digits, `-`, `_` or
    /// `.`, and the current id is one of them.
    public init?(keys: [(id: String, key: [UInt8])], current: String) {
        var ciphers: [String: AES256GCM] = [:]
        for (id, key) in keys {
            guard Self.isValid(id: id), ciphers[id] == nil, let cipher = AES256GCM(key: key) else { return nil }
            ciphers[id] = cipher
        }
        guard let cipher = ciphers[current] else { return nil }
        self.ciphers = ciphers
        macKeys = Dictionary(
            uniqueKeysWithValues: keys.map { id, key in
                (id, HKDF.sha256(secret: key, salt: [], info: Array("latchkey mac".utf8), count: 32))
            }
        )
        self.current = cipher
        currentKeyID = current
    }

    /// Encrypts under the current key.
    ///
    /// - Parameter context: table, column and row the value belongs to. A ciphertext copied to another place does not
    ///   open there.
    public func seal(_ plaintext: [UInt8], context: [UInt8]) -> [UInt8] {
        let header = Self.header(id: currentKeyID)
        return header + current.seal(plaintext, associatedData: header + context)
    }

    /// Decrypts; `nil` when the key is not in the ring, or anything was changed, or the context is another.
    public func open(_ sealed: [UInt8], context: [UInt8]) -> [UInt8]? {
        guard let id = Self.keyID(of: sealed), let cipher = ciphers[id] else { return nil }
        let header = Self.header(id: id)
        return cipher.open(Array(sealed.dropFirst(header.count)), associatedData: header + context)
    }

    /// 32 bytes that only holders of the keys can compute: HMAC-SHA-256 over the purpose and a message, one for each key, the
    /// current key's first. Whoever made one before a key was replaced finds it again among them.
    public func macs(purpose: String, message: [UInt8]) -> [[UInt8]] {
        let input = Array(purpose.utf8) + [0] + message
        let older = macKeys.keys.filter { $0 != currentKeyID }.sorted()
        return ([currentKeyID] + older).compactMap { macKeys[$0] }.map { HMAC.sha256(key: $0, message: input) }
    }

    /// Whether the current key sealed it. Says nothing about whether it opens.
    public func isCurrent(_ sealed: [UInt8]) -> Bool { Self.keyID(of: sealed) == currentKeyID }

    /// The key id a sealed value names, to find values that wait for another key; `nil` for a foreign layout.
    public static func keyID(of sealed: [UInt8]) -> String? {
        guard sealed.count >= 2, sealed[0] == version else { return nil }
        let bytes = sealed.dropFirst(2).prefix(Int(sealed[1]))
        let id = String(decoding: bytes, as: UTF8.self)
        return bytes.count == Int(sealed[1]) && isValid(id: id) ? id : nil
    }

    private static func header(id: String) -> [UInt8] {
        [version, UInt8(truncatingIfNeeded: id.utf8.count)] + Array(id.utf8)
    }

    private static func isValid(id: String) -> Bool {
        (1...64).contains(id.utf8.count)
            && id.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }

    /// Never a key.
    public var description: String { "KeyRing(current: \(currentKeyID), keys: \(ciphers.count))" }

    /// A mirror without children, so that `dump` shows no key.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
