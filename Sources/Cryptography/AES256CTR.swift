import COpenSSL

/// AES-256 in counter mode (NIST SP 800-38A section 6.5), which authenticates nothing. Here only because Firebase's
/// password hashes are made with it; whatever has to be kept secret belongs into ``AES256GCM``.
public enum AES256CTR {
    /// Encrypts or decrypts, which is the same; `nil` unless the key has 32 bytes, the counter block 16, and the text
    /// at most 64 KiB.
    public static func apply(key: [UInt8], counter: [UInt8], to text: [UInt8]) -> [UInt8]? {
        guard key.count == 32, counter.count == 16, text.count <= 65_536 else { return nil }
        guard let context = unsafe EVP_CIPHER_CTX_new() else { return nil }
        defer { unsafe EVP_CIPHER_CTX_free(context) }
        ERR_clear_error()
        defer { ERR_clear_error() }
        guard unsafe EVP_EncryptInit_ex2(context, OpenSSL.aes256CTR.pointer, key, counter, nil) == 1 else { return nil }
        guard !text.isEmpty else { return [] }
        var output = [UInt8](repeating: 0, count: text.count)
        var done: Int32 = 0
        guard unsafe EVP_EncryptUpdate(context, &output, &done, text, Int32(text.count)) == 1,
            Int(done) == text.count
        else { return nil }
        return output
    }
}

extension OpenSSL {
    static let aes256CTR = unsafe Shared(EVP_CIPHER_fetch(nil, "AES-256-CTR", nil), "AES-256-CTR")
}
