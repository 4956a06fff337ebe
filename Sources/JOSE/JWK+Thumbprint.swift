public import Cryptography
import JSON

extension JWK {
    /// The key's thumbprint: SHA-256 over the members that make the key, in the order of their names, in unpadded
    /// base64url: 43 characters (RFC 7638 section 3, for Ed25519 RFC 8037 appendix A.3).
    ///
    /// A key id made this way says which key it is, so that two keys never share one.
    public static func thumbprint(of key: PublicKey) -> String {
        let members: JSONObject =
            switch key.components {
            case .rsa(let modulus, let exponent):
                [
                    "e": .string(Base64URL.encode(exponent)), "kty": "RSA",
                    "n": .string(Base64URL.encode(modulus)),
                ]
            case .ellipticCurve(let curve, let x, let y):
                [
                    "crv": curve == .p256 ? "P-256" : "P-384", "kty": "EC", "x": .string(Base64URL.encode(x)),
                    "y": .string(Base64URL.encode(y)),
                ]
            case .ed25519(let bytes):
                ["crv": "Ed25519", "kty": "OKP", "x": .string(Base64URL.encode(bytes))]
            }
        return Base64URL.encode(SHA2.sha256(JSONValue.object(members).serializedBytes()))
    }
}
