public import Cryptography

/// What an authenticator app and Latchkey share: 20 random bytes, the length of SHA-1's output (RFC 4226 section 4,
/// R6). Stored sealed only; shown once, while it is being set up.
public struct TOTPSecret: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    /// The length in bytes.
    public static let count = 20

    private let bytes: [UInt8]

    /// A fresh secret.
    public static func generate() -> TOTPSecret { TOTPSecret(valid: Random.bytes(count)) }

    private init(valid bytes: [UInt8]) { self.bytes = bytes }

    /// A secret that was stored and unsealed; nil unless it has 20 bytes.
    public init?(stored bytes: [UInt8]) {
        guard bytes.count == Self.count else { return nil }
        self.bytes = bytes
    }

    /// The bytes, for sealing and for computing codes.
    public func reveal() -> [UInt8] { bytes }

    /// 32 characters of Base32 (RFC 4648 section 6), for people who type it into their app.
    public var text: Secret { Secret(Base32.encode(bytes)) }

    /// What the QR code holds: an `otpauth` URI in Google Authenticator's key URI format.
    ///
    /// - Parameters:
    ///   - issuer: the name of the service, so that the app can tell accounts apart.
    ///   - account: whose account it is there, usually the address.
    ///
    /// A colon separates the two, so those within them become spaces.
    public func uri(issuer: String, account: String) -> Secret {
        let issuer = Self.encode(issuer)
        return Secret(
            "otpauth://totp/\(issuer):\(Self.encode(account))?secret=\(Base32.encode(bytes))&issuer=\(issuer)"
                + "&algorithm=SHA1&digits=\(TOTP.digits)&period=\(TOTP.stepSeconds)"
        )
    }

    /// Everything but RFC 3986's unreserved characters percent-encoded; a space is `%20`, never `+`.
    private static func encode(_ text: String) -> String {
        var encoded: [UInt8] = []
        for byte in text.utf8 {
            switch byte == UInt8(ascii: ":") ? UInt8(ascii: " ") : byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.append(byte)
            case let byte:
                encoded += Array("%\(Hex.encode([byte]).uppercased())".utf8)
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    /// Compares in constant time.
    public static func == (left: TOTPSecret, right: TOTPSecret) -> Bool { ConstantTime.equal(left.bytes, right.bytes) }

    /// Hashes the bytes.
    public func hash(into hasher: inout Hasher) { hasher.combine(bytes) }

    /// Always `<redacted>`.
    public var description: String { "<redacted>" }

    /// A mirror without children, so that `dump` does not show the bytes.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
