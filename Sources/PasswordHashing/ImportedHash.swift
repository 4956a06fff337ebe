/// Reads password hashes that other systems made.
public enum ImportedHash {
    /// Longest text, in bytes; the longest that makes sense is a Firebase hash of about 1 KB.
    public static let maximumBytes = 4096

    /// The scheme of a text that could be compared with, at a cost that is allowed. The text itself is kept as it is.
    ///
    /// - Throws: ``ImportedHashFault``, decided from the text alone: nothing is hashed, so a `m=4294967295` costs
    ///   nothing.
    public static func check(_ text: String) throws(ImportedHashFault) -> PasswordScheme {
        try ReadableHash(text).scheme
    }
}

/// A stored hash of any scheme, read and within bounds.
enum ReadableHash: Sendable, Hashable {
    case argon2(Argon2Text)
    case crypt(CryptText)
    case scrypt(ScryptText)
    case pbkdf2(PBKDF2Text)
    case firebase(FirebaseScryptText)

    init(_ text: String) throws(ImportedHashFault) {
        // Printable ASCII only, so that a character is a byte and none of them ends a C string.
        guard text.utf8.count <= ImportedHash.maximumBytes, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .unknownFormat
        }
        var fields = text.split(separator: "$", omittingEmptySubsequences: false)
        if text.hasPrefix("pbkdf2_") {
            if fields.first == "pbkdf2_sha1" { throw .unsupportedVariant(.pbkdf2SHA1) }
            self = .pbkdf2(try PBKDF2Text(fields: fields))
            return
        }
        guard text.hasPrefix("$"), fields.count >= 2 else { throw .unknownFormat }
        fields.removeFirst()
        switch fields[0] {
        case "argon2id", "argon2i", "argon2d": self = .argon2(try Argon2Text(text, fields: fields))
        case "2a", "2b", "2y", "y", "6": self = .crypt(try CryptText(text, fields: fields))
        case "scrypt": self = .scrypt(try ScryptText(fields: fields))
        case "pbkdf2-sha256", "pbkdf2-sha512": self = .pbkdf2(try PBKDF2Text(fields: fields))
        case "firebase-scrypt": self = .firebase(try FirebaseScryptText(fields: fields))
        case "1": throw .unsupportedVariant(.md5Crypt)
        case "5": throw .unsupportedVariant(.sha256Crypt)
        case "2", "2x": throw .unsupportedVariant(.brokenBcrypt)
        case "7": throw .unsupportedVariant(.cryptScrypt)
        case "gy": throw .unsupportedVariant(.gostYescrypt)
        case "pbkdf2", "pbkdf2-sha1": throw .unsupportedVariant(.pbkdf2SHA1)
        default: throw .unknownFormat
        }
    }

    var scheme: PasswordScheme {
        switch self {
        case .argon2(let text): text.scheme
        case .crypt(let text): text.scheme
        case .scrypt: .scrypt
        case .pbkdf2(let text): text.scheme
        case .firebase: .firebaseScrypt
        }
    }

    /// Whether it is the hash of this password.
    func compare(_ password: [UInt8]) -> HashMatch {
        switch self {
        case .argon2(let text): text.compare(password)
        case .crypt(let text): text.compare(password)
        case .scrypt(let text): Self.unlessFilledUp(password, text.compare(password))
        case .pbkdf2(let text): Self.unlessFilledUp(password, text.compare(password))
        case .firebase(let text): Self.unlessFilledUp(password, text.compare(password))
        }
    }

    /// HMAC, which these schemes begin with, fills a short key up with zero bytes (RFC 2104 section 2), so a password
    /// and the same with NUL behind it are one to them. Here those ending in NUL never match.
    private static func unlessFilledUp(_ password: [UInt8], _ match: HashMatch) -> HashMatch {
        match == .same && password.last == 0 ? .different : match
    }

    /// True for every other scheme than Argon2id, and for an Argon2id hash that is weaker than a new one.
    func needsRehash(under present: Argon2Parameters) -> Bool {
        guard case .argon2(let text) = self else { return true }
        return text.isWeaker(than: present)
    }
}
