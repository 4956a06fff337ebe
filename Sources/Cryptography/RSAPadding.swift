import COpenSSL

/// Sets the padding of an RSA operation, for verifying and signing alike.
enum RSAPadding {
    /// False when OpenSSL refuses a setting; true without doing anything for keys that are not RSA.
    static func set(
        _ parameters: OpaquePointer?,
        kind: PublicKey.Kind,
        digest: OpenSSL.Shared?,
        saltCount: Int32?
    ) -> Bool {
        guard case .rsa = kind else { return true }
        guard let digest else { return false }
        guard let saltCount else {
            return unsafe EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PADDING) == 1
        }
        // An explicit length makes OpenSSL check it; by default it would take any length it finds.
        return unsafe EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1
            && EVP_PKEY_CTX_set_rsa_mgf1_md(parameters, digest.pointer) == 1
            && EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, saltCount) == 1
    }
}
