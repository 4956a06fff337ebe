import COpenSSL

/// Key derivation by repeated HMAC (RFC 8018 section 5.2). Here only to check passwords that other systems hashed with
/// it.
public enum PBKDF2 {
    /// The hash inside the HMAC.
    public enum Digest: Sendable, Hashable, CaseIterable {
        /// SHA-256
        case sha256
        /// SHA-512
        case sha512

        /// The length of the hash in bytes.
        public var count: Int {
            switch self {
            case .sha256: 32
            case .sha512: 64
            }
        }

        fileprivate var algorithm: OpenSSL.Shared {
            switch self {
            case .sha256: OpenSSL.sha256
            case .sha512: OpenSSL.sha512
            }
        }
    }

    /// Derives `count` bytes, 1 to 1024; `nil` for another count, for fewer than one or more than 2^31 - 1 iterations,
    /// and when memory is exhausted.
    public static func derive(
        _ digest: Digest,
        password: [UInt8],
        salt: [UInt8],
        iterations: Int,
        count: Int
    ) -> [UInt8]? {
        guard let passwordCount = Int32(exactly: password.count), let saltCount = Int32(exactly: salt.count),
            let iterations = Int32(exactly: iterations), iterations >= 1, (1...1024).contains(count)
        else { return nil }
        ERR_clear_error()
        defer { ERR_clear_error() }
        var output = [UInt8](repeating: 0, count: count)
        let result = unsafe PKCS5_PBKDF2_HMAC(
            password.map(CChar.init(bitPattern:)),
            passwordCount,
            salt,
            saltCount,
            iterations,
            digest.algorithm.pointer,
            Int32(count),
            &output
        )
        return result == 1 ? output : nil
    }
}
