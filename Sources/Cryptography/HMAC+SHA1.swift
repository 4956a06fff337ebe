import COpenSSL

extension HMAC {
    /// The HMAC-SHA-1 tag of the message, 20 bytes: what one-time passwords are made of (RFC 4226 section 5). SHA-1's
    /// collisions do not touch HMAC (RFC 6151 makes the argument for MD5, which is weaker).
    public static func sha1(key: [UInt8], message: [UInt8]) -> [UInt8] {
        // OpenSSL takes a null key for "no key given", so an empty one needs an address.
        let address = key.isEmpty ? [0] : key
        return unsafe [UInt8](unsafeUninitializedCapacity: 20) { output, initialized in
            let result = unsafe EVP_Q_mac(
                nil,
                "HMAC",
                nil,
                "SHA1",
                nil,
                address,
                key.count,
                message,
                message.count,
                output.baseAddress,
                20,
                nil
            )
            OpenSSL.require(unsafe result != nil, "HMAC-SHA-1")
            initialized = 20
        }
    }
}
