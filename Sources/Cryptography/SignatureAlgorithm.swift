import COpenSSL

/// The signature algorithms offered, by their JOSE names (RFC 7518 section 3.1, RFC 8037). All are asymmetric: with a
/// shared secret, whoever can check a token could also make one.
public enum SignatureAlgorithm: String, Sendable, Hashable, CaseIterable {
    /// RSASSA-PKCS1-v1_5 with SHA-256
    case rs256 = "RS256"
    /// RSASSA-PKCS1-v1_5 with SHA-384
    case rs384 = "RS384"
    /// RSASSA-PKCS1-v1_5 with SHA-512
    case rs512 = "RS512"
    /// RSASSA-PSS with SHA-256, a salt of 32 bytes
    case ps256 = "PS256"
    /// RSASSA-PSS with SHA-384, a salt of 48 bytes
    case ps384 = "PS384"
    /// RSASSA-PSS with SHA-512, a salt of 64 bytes
    case ps512 = "PS512"
    /// ECDSA on P-256 with SHA-256
    case es256 = "ES256"
    /// ECDSA on P-384 with SHA-384
    case es384 = "ES384"
    /// Ed25519
    case edDSA = "EdDSA"

    /// True when a key of this kind can be used with this algorithm.
    public func fits(_ kind: PublicKey.Kind) -> Bool {
        switch (self, kind) {
        case (.rs256, .rsa), (.rs384, .rsa), (.rs512, .rsa), (.ps256, .rsa), (.ps384, .rsa), (.ps512, .rsa): true
        case (.es256, .p256), (.es384, .p384), (.edDSA, .ed25519): true
        default: false
        }
    }

    /// `nil` for Ed25519, which hashes inside.
    var digest: OpenSSL.Shared? {
        switch self {
        case .rs256, .ps256, .es256: OpenSSL.sha256
        case .rs384, .ps384, .es384: OpenSSL.sha384
        case .rs512, .ps512: OpenSSL.sha512
        case .edDSA: nil
        }
    }

    /// RFC 7518 section 3.5: as long as the hash, exactly. `nil` unless the padding is PSS.
    var saltCount: Int32? {
        switch self {
        case .ps256: 32
        case .ps384: 48
        case .ps512: 64
        default: nil
        }
    }
}
