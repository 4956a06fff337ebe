public import Cryptography

/// `at_hash` (OpenID Connect Core §3.1.3.6).
public enum AccessTokenHash {
    /// The left half of the token's hash, in base64url. The hash is the one of the ID token's signature algorithm; Ed25519
    /// signs with SHA-512.
    public static func compute(_ accessToken: Secret, algorithm: SignatureAlgorithm) -> String {
        let bytes = Array(accessToken.reveal().utf8)
        let digest =
            switch algorithm {
            case .rs256, .ps256, .es256: SHA2.sha256(bytes)
            case .rs384, .ps384, .es384: SHA2.sha384(bytes)
            case .rs512, .ps512, .edDSA: SHA2.sha512(bytes)
            }
        return Base64URL.encode(Array(digest.prefix(digest.count / 2)))
    }
}
