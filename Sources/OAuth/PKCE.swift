public import Cryptography

/// Proof Key for Code Exchange (RFC 7636), `S256` only: `plain` would put the verifier itself into the browser's hands.
public struct PKCE: Sendable, Hashable {
    /// The value of `code_challenge_method`; X compares it case-sensitively.
    public static let method = "S256"

    /// The secret that is kept until the code is exchanged: 43 to 128 unreserved characters (§4.1).
    public let verifier: Secret

    /// A fresh verifier of 256 random bits (§7.1).
    public static func generate() -> PKCE {
        PKCE(checked: Secret(Base64URL.encode(Random.bytes(32))))
    }

    /// A verifier that was stored; nil unless it has the form of §4.1.
    public init?(verifier: Secret) {
        let bytes = verifier.reveal().utf8
        guard (43...128).contains(bytes.count), bytes.allSatisfy(Self.isUnreserved) else { return nil }
        self.verifier = verifier
    }

    private init(checked verifier: Secret) { self.verifier = verifier }

    /// `BASE64URL(SHA256(verifier))`, 43 characters (§4.2).
    public var challenge: String {
        Base64URL.encode(SHA2.sha256(Array(verifier.reveal().utf8)))
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: true
        default: false
        }
    }
}
