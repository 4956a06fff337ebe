/// A static file that pages refer to.
public struct Asset: Sendable, Hashable {
    /// The file.
    public let bytes: [UInt8]
    /// For the `Content-Type` header.
    public let contentType: String
    /// For the `ETag` header, quotation marks included.
    public let etag: String
    /// Where pages look for it. The name holds a fingerprint of the bytes, so it may be cached for ever: other bytes
    /// have another name.
    public let path: String

    /// Creates an asset named `/assets/<stem>.<fingerprint>.<suffix>`.
    init(bytes: [UInt8], stem: String, suffix: String, contentType: String) {
        let fingerprint = Self.fingerprint(of: bytes)
        self.bytes = bytes
        self.contentType = contentType
        self.etag = "\"\(fingerprint)\""
        self.path = "/assets/\(stem).\(fingerprint).\(suffix)"
    }

    /// FNV-1a, 64 bits, as 16 hexadecimal digits. It tells versions of our own file apart; it protects nothing.
    private static func fingerprint(of bytes: [UInt8]) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes {
            hash ^= UInt64(byte)
            hash &*= 0x0000_0100_0000_01b3
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
