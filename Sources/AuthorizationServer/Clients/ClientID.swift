import struct Foundation.UUID

/// Name of an app, as it appears in requests, tokens and its file: 1 to 64 of `a-z 0-9 - _ .` (RFC 6749 §2.2).
public struct ClientID: Sendable, Hashable, CustomStringConvertible {
    /// The name.
    public let description: String

    /// Nil unless the text has the form above. The form of a user's id is refused: a client that is called like a user could
    /// pass for one where only `sub` is looked at (RFC 9700 §4.15, J13).
    public init?(_ text: some StringProtocol) {
        let bytes = text.utf8
        guard (1...64).contains(bytes.count),
            bytes.allSatisfy({ byte in
                switch byte {
                case 0x61...0x7A, 0x30...0x39, 0x2D, 0x2E, 0x5F: true
                default: false
                }
            }),
            bytes.count != 36 || UUID(uuidString: String(text)) == nil
        else { return nil }
        description = String(text)
    }
}
