import Cryptography

/// A stored PBKDF2 hash: Django's `pbkdf2_sha256$iterations$salt$hash`, where the salt is text, or passlib's
/// `$pbkdf2-sha256$iterations$salt$hash`, where it is bytes; with SHA-512 likewise.
struct PBKDF2Text: Sendable, Hashable {
    /// How many iterations are compared with: below, a hash hides nothing; above, one comparison takes seconds.
    static let iterationsRange = 1_000...5_000_000

    let scheme: PasswordScheme
    private let digest: PBKDF2.Digest
    private let iterations: Int
    private let salt: [UInt8]
    private let hash: [UInt8]

    /// `fields` are the pieces between the `$`, without an empty first one.
    init(fields: [Substring]) throws(ImportedHashFault) {
        let isDjango: Bool
        switch fields.first {
        case "pbkdf2_sha256": (scheme, digest, isDjango) = (.pbkdf2SHA256, .sha256, true)
        case "pbkdf2_sha512": (scheme, digest, isDjango) = (.pbkdf2SHA512, .sha512, true)
        case "pbkdf2-sha256": (scheme, digest, isDjango) = (.pbkdf2SHA256, .sha256, false)
        case "pbkdf2-sha512": (scheme, digest, isDjango) = (.pbkdf2SHA512, .sha512, false)
        default: throw .unknownFormat
        }
        guard fields.count == 4 else { throw .malformed(.layout) }
        guard let iterations = HashText.number(fields[1]) else { throw .malformed(.iterations) }
        guard iterations >= Self.iterationsRange.lowerBound else { throw .costTooLow(.iterations) }
        guard iterations <= Self.iterationsRange.upperBound else { throw .costTooHigh(.iterations) }
        let salt = isDjango ? Array(fields[2].utf8) : HashText.adaptedBase64(fields[2])
        guard let salt, (1...1024).contains(salt.count) else { throw .malformed(.salt) }
        let hash = isDjango ? Base64.decode(fields[3]) : HashText.adaptedBase64(fields[3])
        guard let hash, hash.count == digest.count else { throw .malformed(.hash) }
        self.iterations = iterations
        self.salt = salt
        self.hash = hash
    }

    func compare(_ password: [UInt8]) -> HashMatch {
        let derived = PBKDF2.derive(digest, password: password, salt: salt, iterations: iterations, count: hash.count)
        guard let derived else { return .outOfMemory }
        return HashMatch(ConstantTime.equal(derived, hash))
    }
}
