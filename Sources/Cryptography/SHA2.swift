import COpenSSL

/// The SHA-2 hashes (FIPS 180-4).
public enum SHA2 {
    /// SHA-256: 32 bytes.
    public static func sha256(_ message: [UInt8]) -> [UInt8] { digest(message, OpenSSL.sha256, count: 32) }

    /// SHA-384: 48 bytes.
    public static func sha384(_ message: [UInt8]) -> [UInt8] { digest(message, OpenSSL.sha384, count: 48) }

    /// SHA-512: 64 bytes.
    public static func sha512(_ message: [UInt8]) -> [UInt8] { digest(message, OpenSSL.sha512, count: 64) }

    private static func digest(_ message: [UInt8], _ algorithm: OpenSSL.Shared, count: Int) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: count) { output, initialized in
            let result = unsafe EVP_Digest(message, message.count, output.baseAddress, nil, algorithm.pointer, nil)
            OpenSSL.require(result == 1, "SHA-2")
            initialized = count
        }
    }
}
