public import Cryptography
public import JOSE
import JSON

/// A key on its way into the store: the private half leaves the process sealed only.
public struct NewSigningKey: Sendable, Hashable {
    /// The key id.
    public let keyID: String
    /// What it signs with.
    public let algorithm: TokenAlgorithm
    /// Whether it signs at once.
    public let isCurrent: Bool
    /// The public half as a JWK, in JSON.
    public let publicKey: String
    /// The private half, sealed.
    public let sealedPrivateKey: [UInt8]
    /// The longest validity, in seconds, of what it may sign.
    public let longestLifetime: Int64

    /// Makes a key and seals it.
    ///
    /// - Throws: ``KeyFault/operationFailed`` when OpenSSL fails.
    public init(_ creation: KeyRotation.Creation, sealing ring: KeyRing, longestLifetime: Int64) throws(KeyFault) {
        let key = try SigningKey.generate(creation.algorithm.signatureAlgorithm)
        keyID = key.keyID
        algorithm = creation.algorithm
        isCurrent = creation.isCurrent
        publicKey = key.jwk.json.serialized()
        sealedPrivateKey = ring.seal(
            Array(key.privateKey.pkcs8PEM.reveal().utf8),
            context: SigningKeyRecord.sealingContext(key.keyID)
        )
        self.longestLifetime = longestLifetime
    }
}

extension SigningKeyRecord {
    /// The key, ready to sign; nil when it signs no more, when no key of the ring opens it, or when what is inside is not the
    /// key that is published under this id.
    public func opened(with ring: KeyRing) -> SigningKey? {
        guard let sealedPrivateKey, let bytes = ring.open(sealedPrivateKey, context: Self.sealingContext(keyID)),
            let text = String(validating: bytes, as: UTF8.self),
            let key = try? SigningKey(
                PrivateKey(pkcs8PEM: Secret(text)),
                algorithm: algorithm.signatureAlgorithm
            ), key.keyID == keyID
        else { return nil }
        return key
    }

    /// The public half; nil when it is not the key of this id and this algorithm.
    public var jwk: JWK? {
        guard let json = try? JSONValue.parse(Array(publicKey.utf8)),
            let jwk = try? JWKSet.parse(["keys": [json]]).keys.first,
            jwk.kid == keyID, JWK.thumbprint(of: jwk.key) == keyID, jwk.algorithm == algorithm.signatureAlgorithm
        else { return nil }
        return jwk
    }
}
