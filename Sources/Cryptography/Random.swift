import COpenSSL

/// The random generator of the operating system, through OpenSSL.
public enum Random {
    /// Bytes that nobody can guess. A negative count gives none.
    ///
    /// Stops the process when the generator fails: every token, nonce and key depends on it, and a predictable one
    /// would be worse than no answer.
    public static func bytes(_ count: Int) -> [UInt8] {
        guard count > 0 else { return [] }
        return unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            OpenSSL.require(unsafe RAND_bytes_ex(nil, buffer.baseAddress, count, 0) == 1, "random bytes")
            initialized = count
        }
    }
}
