import COpenSSL

/// A private key that signs.
public final class PrivateKey: Sendable {
    /// The public half, checked like any other public key.
    public let publicKey: PublicKey
    /// The key as PKCS #8 in PEM, not encrypted.
    public let pkcs8PEM: Secret
    private let handle: KeyHandle

    private init(handle: KeyHandle) throws(KeyFault) {
        ERR_clear_error()
        defer { ERR_clear_error() }
        self.handle = handle
        publicKey = try PrivateKeyReader.publicKey(of: handle)
        pkcs8PEM = try PrivateKeyReader.pem(of: handle)
    }

    /// Makes a new key.
    ///
    /// - Throws: ``KeyFault`` for an RSA length outside 2048 to 4096 bits.
    public static func generate(_ kind: PublicKey.Kind) throws(KeyFault) -> PrivateKey {
        ERR_clear_error()
        defer { ERR_clear_error() }
        guard let key = try PrivateKeyReader.generate(kind) else { throw .operationFailed }
        return try PrivateKey(handle: key)
    }

    /// Reads a key that is not encrypted (`BEGIN PRIVATE KEY`).
    ///
    /// - Throws: ``KeyFault`` for anything else, including encrypted keys, for a kind that is not offered, and for a
    ///   key that does not pass the checks.
    public convenience init(pkcs8PEM: Secret) throws(KeyFault) {
        guard let key = PrivateKeyReader.read(pem: pkcs8PEM) else { throw .malformed }
        try self.init(handle: key)
        guard hasBothHalves else { throw .failedCheck }
    }

    /// Whether the private half belongs to the public half written beside it. For RSA a signature tells, in a millisecond: OpenSSL's
    /// own check also asks whether the factors are prime, which takes forty, and a node reads its keys before it is ready.
    private var hasBothHalves: Bool {
        guard case .rsa = publicKey.kind else { return handle.passesPairwiseCheck() }
        let probe = Array("both halves".utf8)
        guard let signature = try? sign(probe, algorithm: .rs256) else { return false }
        return publicKey.isValid(signature: signature, over: probe, algorithm: .rs256)
    }

    /// Signs, in the form of JOSE (RFC 7518 section 3).
    ///
    /// - Throws: ``KeyFault/algorithmMismatch`` when the algorithm is for another kind of key.
    public func sign(_ message: [UInt8], algorithm: SignatureAlgorithm) throws(KeyFault) -> [UInt8] {
        guard algorithm.fits(publicKey.kind) else { throw .algorithmMismatch }
        ERR_clear_error()
        defer { ERR_clear_error() }
        guard let signature = signature(over: message, algorithm) else { throw .operationFailed }
        guard case .ellipticCurve(let curve, _, _) = publicKey.components else { return signature }
        guard let raw = ECDSASignature.raw(signature, curve: curve) else { throw .operationFailed }
        return raw
    }

    private func signature(over message: [UInt8], _ algorithm: SignatureAlgorithm) -> [UInt8]? {
        handle.use { key in
            guard let context = unsafe EVP_MD_CTX_new() else { return nil }
            defer { unsafe EVP_MD_CTX_free(context) }
            var parameters: OpaquePointer?
            var count = 0
            guard unsafe EVP_DigestSignInit(context, &parameters, algorithm.digest?.pointer, nil, key) == 1,
                unsafe RSAPadding.set(
                    parameters,
                    kind: publicKey.kind,
                    digest: algorithm.digest,
                    saltCount: algorithm.saltCount
                ),
                unsafe EVP_DigestSign(context, nil, &count, message, message.count) == 1
            else { return nil }
            var signature = [UInt8](repeating: 0, count: count)
            guard unsafe EVP_DigestSign(context, &signature, &count, message, message.count) == 1 else { return nil }
            return Array(signature.prefix(count))
        }
    }
}
