public import Cryptography
public import JSON

/// A JWS whose signature has been checked.
public struct VerifiedJWS: Sendable, Hashable {
    /// The header. Its key headers (`jwk`, `jku`, `x5u`, `x5c`) were not used and mean nothing.
    public let header: JWSHeader
    /// The bytes that were signed.
    public let payload: [UInt8]

    /// Only ``JWS/verify(_:keys:allowing:maximumBytes:)`` makes one, so holding one is the proof.
    init(header: JWSHeader, payload: [UInt8]) {
        self.header = header
        self.payload = payload
    }
}

/// Signed tokens in compact form (RFC 7515).
public enum JWS {
    /// Checks a token.
    ///
    /// The header proposes an algorithm and a key; it decides neither. The algorithm must be allowed by the caller and
    /// must agree with the kind of key and with the key's own `alg` (RFC 8725 sections 3.1 and 3.2). Keys come from
    /// `keys` only, never from the token.
    ///
    /// Choice of key:
    /// - The header has a `kid`: only keys of this id are tried; all of them, when several have it.
    /// - The header has none: the one key that fits the algorithm. When several fit, the token is refused rather than
    ///   tried against each.
    ///
    /// - Parameters:
    ///   - compact: the token.
    ///   - keys: the signer's keys.
    ///   - allowing: the algorithms that the caller has agreed on with the signer.
    ///   - maximumBytes: the longest token that is looked at.
    /// - Throws: ``JOSEFault``.
    public static func verify(
        _ compact: String,
        keys: JWKSet,
        allowing: Set<SignatureAlgorithm>,
        maximumBytes: Int = 16_384
    ) throws(JOSEFault) -> VerifiedJWS {
        let token = try CompactJWS(compact, maximumBytes: maximumBytes)
        try token.header.requirePlain()
        guard let algorithm = SignatureAlgorithm(rawValue: token.header.alg), allowing.contains(algorithm) else {
            throw .algorithmNotAllowed
        }
        let candidates = try keys.candidates(keyID: token.header.kid, algorithm: algorithm)
        let isSigned = candidates.contains { candidate in
            candidate.key.isValid(signature: token.signature, over: token.signedBytes, algorithm: algorithm)
        }
        guard isSigned else { throw .badSignature }
        return VerifiedJWS(header: token.header, payload: token.payload)
    }

    /// The header of a token that nobody has checked. Good for diagnosis and for nothing else.
    ///
    /// - Throws: ``JOSEFault``.
    public static func unverifiedHeader(_ compact: String, maximumBytes: Int = 16_384) throws(JOSEFault) -> JWSHeader {
        try CompactJWS(compact, maximumBytes: maximumBytes).header
    }

    /// The payload of a token that nobody has checked. Good for finding out whose keys to check it with, and for nothing else.
    ///
    /// - Throws: ``JOSEFault``.
    public static func unverifiedPayload(_ compact: String, maximumBytes: Int = 16_384) throws(JOSEFault) -> [UInt8] {
        try CompactJWS(compact, maximumBytes: maximumBytes).payload
    }

    /// Signs a payload.
    ///
    /// - Parameter extraHeader: further members; `alg`, `typ` and `kid` in it are ignored.
    /// - Throws: ``KeyFault`` when the algorithm is for another kind of key.
    public static func sign(
        payload: [UInt8],
        key: PrivateKey,
        algorithm: SignatureAlgorithm,
        keyID: String?,
        type: String?,
        extraHeader: JSONObject = [:]
    ) throws(KeyFault) -> String {
        var header = JSONObject()
        header["alg"] = .string(algorithm.rawValue)
        header["typ"] = type.map { .string($0) }
        header["kid"] = keyID.map { .string($0) }
        for (name, value) in extraHeader.members where !["alg", "typ", "kid"].contains(name) { header[name] = value }
        let signed =
            Base64URL.encode(JSONValue.object(header).serializedBytes()) + "." + Base64URL.encode(payload)
        let signature = try key.sign(Array(signed.utf8), algorithm: algorithm)
        return signed + "." + Base64URL.encode(signature)
    }
}
