public import Cryptography
public import JSON

/// A public key for checking signatures, with its name and its purpose (RFC 7517).
public struct JWK: Sendable {
    /// The key id (`kid`).
    public let kid: String?
    /// The only algorithm the key may be used with (`alg`); without one, every algorithm for its kind.
    public let algorithm: SignatureAlgorithm?
    /// The key.
    public let key: PublicKey

    /// A key of ours, to be published.
    public init(_ key: PublicKey, keyID: String?, algorithm: SignatureAlgorithm?) {
        self.key = key
        kid = keyID
        self.algorithm = algorithm
    }

    /// True when the key may be used with the algorithm: right kind, and not reserved for another one.
    public func allows(_ algorithm: SignatureAlgorithm) -> Bool {
        algorithm.fits(key.kind) && (self.algorithm == nil || self.algorithm == algorithm)
    }

    /// The key as a JWK with `use: sig` (RFC 7518 section 6, RFC 8037 section 2).
    public var json: JSONValue {
        var members = JSONObject()
        switch key.components {
        case .rsa(let modulus, let exponent):
            members["kty"] = "RSA"
            members["n"] = .string(Base64URL.encode(modulus))
            members["e"] = .string(Base64URL.encode(exponent))
        case .ellipticCurve(let curve, let x, let y):
            members["kty"] = "EC"
            members["crv"] = curve == .p256 ? "P-256" : "P-384"
            members["x"] = .string(Base64URL.encode(x))
            members["y"] = .string(Base64URL.encode(y))
        case .ed25519(let bytes):
            members["kty"] = "OKP"
            members["crv"] = "Ed25519"
            members["x"] = .string(Base64URL.encode(bytes))
        }
        members["use"] = "sig"
        members["alg"] = algorithm.map { .string($0.rawValue) }
        members["kid"] = kid.map { .string($0) }
        return .object(members)
    }
}
