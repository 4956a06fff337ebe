import Accounts
public import Cryptography

/// One key that encrypts secrets at rest.
public struct EncryptionKey: Sendable, Hashable {
    /// Its name, stored next to what it encrypted: 1 to 32 of `a-z 0-9 -`.
    public let id: String
    /// 32 bytes in unpadded base64url.
    public let material: Secret
}

extension ValueType where Value == EncryptionKey {
    /// `id:base64url(32 bytes)`.
    static let encryptionKey = ValueType(
        name: "key id:base64url(32 bytes)",
        read: { text throws(Unacceptable) in
            guard let colon = text.firstIndex(of: ":") else {
                throw Unacceptable("a key of the form id:base64url(32 bytes); there is no colon")
            }
            let id = text[..<colon]
            let material = text[text.index(after: colon)...]
            guard (1...32).contains(id.utf8.count),
                id.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D })
            else { throw Unacceptable("a key whose id before the colon is 1 to 32 of a-z, 0-9 and -") }
            guard let bytes = Base64URL.decode(material) else {
                throw Unacceptable("a key whose part after the colon is base64url without padding")
            }
            guard bytes.count == 32 else {
                throw Unacceptable("a key of exactly 32 bytes, not \(bytes.count); openssl rand makes one")
            }
            return EncryptionKey(id: String(id), material: Secret(String(material)))
        },
        write: { "\($0.id):<redacted>" }
    )
}

extension ValueType where Value == Secret {
    /// A secret of at most 4,096 bytes.
    static let secret = of("secret of 1 to 4096 bytes", write: \.description) { text in
        (1...4096).contains(text.utf8.count) ? Secret(text) : nil
    }

    /// What libpq connects with: a URI or `key=value` pairs (PostgreSQL manual §34.1.1).
    static let connectionString = of(
        "connection string: postgresql://… or host=… dbname=…",
        write: \.description
    ) { text in
        let isURI = text.hasPrefix("postgresql://") || text.hasPrefix("postgres://")
        guard (1...4096).contains(text.utf8.count), isURI || text.contains("=") else { return nil }
        return Secret(text)
    }
}

extension ValueType where Value == String {
    /// A mail domain in the form that addresses are compared in: the same code canonicalises both.
    static let mailDomain = of("mail domain such as example.org", write: { $0 }) { text in
        text.contains("@") ? nil : EmailAddress("postmaster@" + text)?.domain
    }
}
