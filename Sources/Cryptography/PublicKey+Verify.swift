import COpenSSL

extension PublicKey {
    /// True when the signature over the message is good.
    ///
    /// False, never an error, for everything else: an algorithm that is not for this kind of key, a signature of the
    /// wrong length, one bit changed.
    /// - Parameter signature: in the form of JOSE (RFC 7518 section 3): for RSA as long as the modulus, for ECDSA `r`
    ///   and `s` one after the other.
    public func isValid(signature: [UInt8], over message: [UInt8], algorithm: SignatureAlgorithm) -> Bool {
        guard algorithm.fits(kind) else { return false }
        switch components {
        case .rsa(let modulus, _):
            // RFC 8017 sections 8.1.2 and 8.2.2: exactly as long as the modulus. OpenSSL is not as exact.
            guard signature.count == modulus.count else { return false }
            return verify(signature, over: message, digest: algorithm.digest, saltCount: algorithm.saltCount)
        case .ellipticCurve(let curve, _, _):
            guard let signature = ECDSASignature.der(signature, curve: curve) else { return false }
            return verify(signature, over: message, digest: algorithm.digest, saltCount: nil)
        case .ed25519:
            guard signature.count == 64 else { return false }
            return verify(signature, over: message, digest: nil, saltCount: nil)
        }
    }

    /// ECDSA with a signature in DER, as published test vectors have it. Tokens never do.
    package func isValid(derSignature: [UInt8], over message: [UInt8], algorithm: SignatureAlgorithm) -> Bool {
        guard algorithm.fits(kind), case .ellipticCurve = components else { return false }
        return verify(derSignature, over: message, digest: algorithm.digest, saltCount: nil)
    }

    /// RSASSA-PSS with SHA-256 and a salt of any length, for published test vectors. Tokens have exactly 32 bytes.
    package func isValid(pssSignature: [UInt8], over message: [UInt8], saltCount: Int) -> Bool {
        guard case .rsa(let modulus, _) = components, pssSignature.count == modulus.count, saltCount >= 0,
            let count = Int32(exactly: saltCount)
        else { return false }
        return verify(pssSignature, over: message, digest: OpenSSL.sha256, saltCount: count)
    }

    private func verify(
        _ signature: [UInt8],
        over message: [UInt8],
        digest: OpenSSL.Shared?,
        saltCount: Int32?
    ) -> Bool {
        ERR_clear_error()
        defer { ERR_clear_error() }
        return handle.use { key in
            guard let context = unsafe EVP_MD_CTX_new() else { return false }
            defer { unsafe EVP_MD_CTX_free(context) }
            var parameters: OpaquePointer?
            guard unsafe EVP_DigestVerifyInit(context, &parameters, digest?.pointer, nil, key) == 1,
                unsafe RSAPadding.set(parameters, kind: kind, digest: digest, saltCount: saltCount)
            else { return false }
            // 0 is a bad signature, a negative number a malformed one: only 1 is success.
            return unsafe EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
        }
    }
}
