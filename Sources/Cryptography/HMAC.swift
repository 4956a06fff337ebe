import COpenSSL

/// Message authentication with HMAC-SHA-256 (RFC 2104, FIPS 198-1).
public enum HMAC {
    /// The tag of the message, 32 bytes.
    public static func sha256(key: [UInt8], message: [UInt8]) -> [UInt8] {
        let context = unsafe OpenSSL.required(unsafe EVP_MAC_CTX_dup(OpenSSL.hmacSHA256.pointer), "HMAC-SHA-256")
        defer { unsafe EVP_MAC_CTX_free(context) }
        // OpenSSL takes a null key for "keep the key", so an empty one needs an address.
        let address = key.isEmpty ? [0] : key
        OpenSSL.require(unsafe EVP_MAC_init(context, address, key.count, nil) == 1, "HMAC-SHA-256")
        if !message.isEmpty {
            OpenSSL.require(unsafe EVP_MAC_update(context, message, message.count) == 1, "HMAC-SHA-256")
        }
        return unsafe [UInt8](unsafeUninitializedCapacity: 32) { output, initialized in
            OpenSSL.require(unsafe EVP_MAC_final(context, output.baseAddress, nil, 32) == 1, "HMAC-SHA-256")
            initialized = 32
        }
    }

    /// True when the tag is the whole tag of the message; a shortened tag is not valid. Compares in constant time.
    public static func isValidSHA256(tag: [UInt8], key: [UInt8], message: [UInt8]) -> Bool {
        ConstantTime.equal(tag, sha256(key: key, message: message))
    }
}
