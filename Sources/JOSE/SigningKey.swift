public import Cryptography
public import JSON

/// A private key with its name and the one algorithm it is used with: what signs tokens.
public struct SigningKey: Sendable, CustomStringConvertible, CustomReflectable {
    /// The key id: in the header of everything it signs, and in the key set.
    public let keyID: String
    /// The algorithm. One key is never used with two (RFC 8725 section 3.1).
    public let algorithm: SignatureAlgorithm
    /// The private half. Only for writing it where it is sealed.
    public let privateKey: PrivateKey

    /// Takes a key that is there.
    ///
    /// - Parameter keyID: by default the ``JWK/thumbprint(of:)``.
    /// - Throws: ``KeyFault/algorithmMismatch`` when the algorithm is for another kind of key.
    public init(_ privateKey: PrivateKey, algorithm: SignatureAlgorithm, keyID: String? = nil) throws(KeyFault) {
        guard algorithm.fits(privateKey.publicKey.kind) else { throw .algorithmMismatch }
        self.privateKey = privateKey
        self.algorithm = algorithm
        self.keyID = keyID ?? JWK.thumbprint(of: privateKey.publicKey)
    }

    /// Makes a new key; RSA with 2048 bits.
    ///
    /// - Parameter keyID: by default the ``JWK/thumbprint(of:)``.
    /// - Throws: ``KeyFault/operationFailed`` when OpenSSL fails.
    public static func generate(_ algorithm: SignatureAlgorithm, keyID: String? = nil) throws(KeyFault) -> SigningKey {
        let kind: PublicKey.Kind =
            switch algorithm {
            case .rs256, .rs384, .rs512, .ps256, .ps384, .ps512: .rsa(bits: PublicKey.minimumModulusBits)
            case .es256: .p256
            case .es384: .p384
            case .edDSA: .ed25519
            }
        return try SigningKey(PrivateKey.generate(kind), algorithm: algorithm, keyID: keyID)
    }

    /// The public half as a key set publishes it.
    public var jwk: JWK { JWK(privateKey.publicKey, keyID: keyID, algorithm: algorithm) }

    /// A JWS in compact form over these claims, with `alg`, `typ` and `kid` in its header (RFC 7515 section 7.1).
    ///
    /// - Parameter type: `typ`, so that one kind of token is never taken for another (RFC 8725 section 3.11).
    /// - Throws: ``KeyFault/operationFailed`` when OpenSSL fails.
    public func sign(_ claims: JSONObject, type: String) throws(KeyFault) -> String {
        try JWS.sign(
            payload: JSONValue.object(claims).serializedBytes(),
            key: privateKey,
            algorithm: algorithm,
            keyID: keyID,
            type: type
        )
    }

    /// Never the key.
    public var description: String { "SigningKey(\(keyID), \(algorithm.rawValue))" }

    /// A mirror without children, so that `dump` shows no key.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
