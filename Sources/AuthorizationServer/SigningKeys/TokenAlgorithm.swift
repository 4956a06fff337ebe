public import Cryptography

/// What tokens are signed with here. A closed list, and shorter than what can be verified: every name on it is a key that has
/// to be kept, published and replaced.
public enum TokenAlgorithm: String, Sendable, Hashable, CaseIterable, Comparable {
    /// ECDSA on P-256 with SHA-256: small and fast, for everybody who can.
    case es256 = "ES256"
    /// RSASSA-PKCS1-v1_5 with SHA-256, which every OpenID relying party understands (OpenID Connect Core section 15.1).
    case rs256 = "RS256"

    /// The same by its name in JOSE.
    public var signatureAlgorithm: SignatureAlgorithm {
        switch self {
        case .es256: .es256
        case .rs256: .rs256
        }
    }

    /// By name, for a stable order.
    public static func < (left: TokenAlgorithm, right: TokenAlgorithm) -> Bool { left.rawValue < right.rawValue }
}
