import COpenSSL

/// Owns one `EVP_PKEY`.
///
/// Unchecked because the pointer type is not Sendable. It is safe: the key is complete before the handle is made and
/// only read afterwards, which OpenSSL allows from several threads at once (its caches inside are locked).
@safe
final class KeyHandle: @unchecked Sendable {
    private let pointer: OpaquePointer

    /// Takes over the key; `nil` for a null pointer.
    init?(_ pointer: OpaquePointer?) {
        guard let pointer = unsafe pointer else { return nil }
        unsafe self.pointer = pointer
    }

    deinit {
        unsafe EVP_PKEY_free(pointer)
    }

    /// Lends the key for the duration of the call.
    @safe
    func use<Result>(_ body: (OpaquePointer) -> Result) -> Result {
        // Without this the handle could be released after its last mention, in the middle of the call.
        withExtendedLifetime(self) { unsafe body(pointer) }
    }

    /// OpenSSL's own check of the public half. It refuses an exponent of 1, which importing accepts.
    func passesPublicCheck() -> Bool {
        use { key in
            guard let context = unsafe EVP_PKEY_CTX_new_from_pkey(nil, key, nil) else { return false }
            defer { unsafe EVP_PKEY_CTX_free(context) }
            return unsafe EVP_PKEY_public_check(context) == 1
        }
    }

    /// OpenSSL's check that the private half belongs to the public half written beside it.
    func passesPairwiseCheck() -> Bool {
        use { key in
            guard let context = unsafe EVP_PKEY_CTX_new_from_pkey(nil, key, nil) else { return false }
            defer { unsafe EVP_PKEY_CTX_free(context) }
            return unsafe EVP_PKEY_pairwise_check(context) == 1
        }
    }
}
