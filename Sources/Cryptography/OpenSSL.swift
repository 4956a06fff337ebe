import COpenSSL

/// What every use of OpenSSL shares: algorithms fetched once, and a stop when the library itself is broken.
enum OpenSSL {
    /// An algorithm or a template that is made once and lives as long as the process.
    ///
    /// Unchecked because the pointer type is not Sendable. It is safe: OpenSSL counts references to these objects
    /// atomically and never changes them after they were fetched; nothing here writes to them or releases them.
    @safe
    struct Shared: @unchecked Sendable {
        let pointer: OpaquePointer

        init(_ pointer: OpaquePointer?, _ name: StaticString) {
            unsafe self.pointer = required(unsafe pointer, name)
        }
    }

    // Fetching implicitly on every call would take locks inside OpenSSL.
    static let sha256 = unsafe Shared(EVP_MD_fetch(nil, "SHA256", nil), "SHA-256")
    static let sha384 = unsafe Shared(EVP_MD_fetch(nil, "SHA384", nil), "SHA-384")
    static let sha512 = unsafe Shared(EVP_MD_fetch(nil, "SHA512", nil), "SHA-512")
    static let aes256GCM = unsafe Shared(EVP_CIPHER_fetch(nil, "AES-256-GCM", nil), "AES-256-GCM")
    static let hmacSHA256 = unsafe Shared(lk_hmac_sha256(), "HMAC-SHA-256")

    /// The value, or the end of the process.
    static func required<Value>(_ value: Value?, _ name: StaticString) -> Value {
        guard let value else { stop(name) }
        return value
    }

    /// Goes on only when an operation that cannot fail on any input has not failed.
    static func require(_ succeeded: Bool, _ name: StaticString) {
        guard succeeded else { stop(name) }
    }

    /// Ends the process.
    ///
    /// Reached only when memory is exhausted or OpenSSL is damaged or has no default provider; no input leads here.
    /// A process that went on would have to sign people in without hashes, encryption or randomness.
    static func stop(_ name: StaticString) -> Never {
        fatalError("OpenSSL cannot provide \(name)")
    }
}
