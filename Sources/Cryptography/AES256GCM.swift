import COpenSSL

/// Authenticated encryption with AES-256-GCM (NIST SP 800-38D): 12-byte random nonce, 16-byte tag, nothing else.
///
/// With random nonces one key is good for 2^32 messages (SP 800-38D section 8.3).
public struct AES256GCM: Sendable, CustomStringConvertible, CustomReflectable {
    /// The length of a nonce in bytes.
    public static let nonceCount = 12
    /// The length of a tag in bytes.
    public static let tagCount = 16

    private let key: [UInt8]

    /// `nil` unless the key has 32 bytes.
    public init?(key: [UInt8]) {
        guard key.count == 32 else { return nil }
        self.key = key
    }

    /// Encrypts: nonce, ciphertext and tag in one piece, 28 bytes longer than the plaintext.
    ///
    /// - Parameter associatedData: what the ciphertext belongs to. It is not stored; opening needs the same again.
    public func seal(_ plaintext: [UInt8], associatedData: [UInt8]) -> [UInt8] {
        let nonce = Random.bytes(Self.nonceCount)
        let sealed = OpenSSL.required(seal(plaintext, associatedData: associatedData, nonce: nonce), "AES-256-GCM")
        return nonce + sealed
    }

    /// Decrypts what ``seal(_:associatedData:)`` made; `nil` when one bit of it, or of the associated data, differs.
    public func open(_ sealed: [UInt8], associatedData: [UInt8]) -> [UInt8]? {
        guard sealed.count >= Self.nonceCount + Self.tagCount else { return nil }
        return open(
            Array(sealed.dropFirst(Self.nonceCount)),
            associatedData: associatedData,
            nonce: Array(sealed.prefix(Self.nonceCount))
        )
    }

    /// Ciphertext and tag under a chosen nonce, for published test vectors only: a nonce used twice gives the key away.
    package func seal(_ plaintext: [UInt8], associatedData: [UInt8], nonce: [UInt8]) -> [UInt8]? {
        guard nonce.count == Self.nonceCount else { return nil }
        guard let context = unsafe EVP_CIPHER_CTX_new() else { return nil }
        defer { unsafe EVP_CIPHER_CTX_free(context) }
        guard unsafe EVP_EncryptInit_ex2(context, OpenSSL.aes256GCM.pointer, key, nonce, nil) == 1 else { return nil }

        var done: Int32 = 0
        for piece in pieces(of: associatedData) {
            guard unsafe EVP_EncryptUpdate(context, nil, &done, Array(piece), Int32(piece.count)) == 1 else {
                return nil
            }
        }
        var sealed: [UInt8] = []
        sealed.reserveCapacity(plaintext.count + Self.tagCount)
        for piece in pieces(of: plaintext) {
            var output = [UInt8](repeating: 0, count: piece.count)
            guard unsafe EVP_EncryptUpdate(context, &output, &done, Array(piece), Int32(piece.count)) == 1 else {
                return nil
            }
            sealed.append(contentsOf: output)
        }
        var tag = [UInt8](repeating: 0, count: Self.tagCount)
        guard unsafe EVP_EncryptFinal_ex(context, &tag, &done) == 1,
            unsafe EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(Self.tagCount), &tag) == 1
        else { return nil }
        return sealed + tag
    }

    /// Opens ciphertext and tag under a given nonce.
    package func open(_ sealed: [UInt8], associatedData: [UInt8], nonce: [UInt8]) -> [UInt8]? {
        guard nonce.count == Self.nonceCount, sealed.count >= Self.tagCount else { return nil }
        guard let context = unsafe EVP_CIPHER_CTX_new() else { return nil }
        defer { unsafe EVP_CIPHER_CTX_free(context) }
        defer { ERR_clear_error() }
        guard unsafe EVP_DecryptInit_ex2(context, OpenSSL.aes256GCM.pointer, key, nonce, nil) == 1 else { return nil }

        var done: Int32 = 0
        for piece in pieces(of: associatedData) {
            guard unsafe EVP_DecryptUpdate(context, nil, &done, Array(piece), Int32(piece.count)) == 1 else {
                return nil
            }
        }
        // Not handed out before EVP_DecryptFinal_ex has checked the tag.
        var plaintext: [UInt8] = []
        plaintext.reserveCapacity(sealed.count - Self.tagCount)
        for piece in pieces(of: Array(sealed.dropLast(Self.tagCount))) {
            var output = [UInt8](repeating: 0, count: piece.count)
            guard unsafe EVP_DecryptUpdate(context, &output, &done, Array(piece), Int32(piece.count)) == 1 else {
                return nil
            }
            plaintext.append(contentsOf: output)
        }
        // OpenSSL would accept a shorter tag; it always gets all 16 bytes.
        var tag = Array(sealed.suffix(Self.tagCount))
        var rest = [UInt8](repeating: 0, count: Self.tagCount)
        guard unsafe EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(Self.tagCount), &tag) == 1,
            unsafe EVP_DecryptFinal_ex(context, &rest, &done) == 1
        else { return nil }
        return plaintext
    }

    /// Pieces whose length fits the `int` that OpenSSL counts with; none for nothing.
    private func pieces(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        let most = 1 << 30
        return stride(from: 0, to: bytes.count, by: most).map { bytes[$0..<min($0 + most, bytes.count)] }
    }

    /// Never the key.
    public var description: String { "AES256GCM(<redacted>)" }

    /// A mirror without children, so that `dump` does not show the key.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
