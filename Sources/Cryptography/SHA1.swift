import COpenSSL

/// SHA-1 (FIPS 180-4), for the two protocols that name it and need no collision resistance: HOTP (RFC 4226) and the
/// range lookups of breached passwords. Never for signatures, and never for storing anything.
public enum SHA1 {
    /// The hash, 20 bytes.
    public static func digest(_ message: [UInt8]) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: 20) { output, initialized in
            let algorithm = OpenSSL.sha1
            let result = unsafe EVP_Digest(message, message.count, output.baseAddress, nil, algorithm.pointer, nil)
            OpenSSL.require(result == 1, "SHA-1")
            initialized = 20
        }
    }
}

extension OpenSSL {
    static let sha1 = unsafe Shared(EVP_MD_fetch(nil, "SHA1", nil), "SHA-1")
}
