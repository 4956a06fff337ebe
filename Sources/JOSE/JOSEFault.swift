/// Why a token or a key set is refused. The raw values are stable, for logs and metrics.
public enum JOSEFault: String, Error, Sendable, Hashable, CaseIterable {
    /// Longer than allowed.
    case tooLarge = "too_large"
    /// Not three parts of canonical base64url, or a header that is not a JSON object of the right shape.
    case malformed
    /// A JWE: five parts, or an `enc` header.
    case encrypted
    /// A token inside a token (`cty: JWT`, RFC 7519 section 5.2).
    case nested
    /// A `crit` header, or a `b64` header: extensions that nobody here understands (RFC 7515 section 4.1.11, RFC 7797).
    case criticalHeader = "critical_header"
    /// `none`, an algorithm that is not offered, or one that the caller does not allow.
    case algorithmNotAllowed = "algorithm_not_allowed"
    /// The header names a key that the set does not have. The set may be old: the caller fetches it once more.
    case unknownKeyID = "unknown_key_id"
    /// The header names a key that is in the set but cannot be used; ``JWKSet/skipped`` says why.
    case unusableKey = "unusable_key"
    /// The key is of another kind, or for another algorithm, than the header says.
    case keyMismatch = "key_mismatch"
    /// The header names no key and several would fit.
    case ambiguousKey = "ambiguous_key"
    /// The signature is not the key's signature over these bytes.
    case badSignature = "bad_signature"
}
