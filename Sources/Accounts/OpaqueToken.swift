import Cryptography

/// What an ``OpaqueToken`` is for. Each kind has its own prefix, so that one kind is never accepted as another
/// (Mattermost CVE-2025-12421) and secret scanners can tell a leak apart.
public protocol TokenKind {
    /// Four lower-case characters and an underscore.
    static var prefix: String { get }
}

/// The bearer of a session.
public enum SessionTokenKind: TokenKind {
    /// `lks_`
    public static let prefix = "lks_"
}

/// The secret of one browser while it signs in.
public enum BrowserTokenKind: TokenKind {
    /// `lkf_`
    public static let prefix = "lkf_"
}

/// The handle of a callback that arrived by cross-site POST and waits for its browser.
public enum ParkedCallbackKind: TokenKind {
    /// `lkp_`
    public static let prefix = "lkp_"
}

/// A bearer token: prefix, 256 random bits in 43 base64url characters, and a 24-bit checksum in four more, so that
/// junk and truncated tokens are refused without asking the database (Zitadel CVE-2026-27840).
public struct OpaqueToken<Kind: TokenKind>: Sendable, Hashable, CustomStringConvertible {
    private let text: Secret

    /// A fresh token from the system's cryptographic generator.
    public static func generate() -> OpaqueToken {
        let body = Kind.prefix + Base64URL.encode(Random.bytes(32))
        return OpaqueToken(valid: body + checksum(of: body))
    }

    private init(valid text: String) { self.text = Secret(text) }

    /// Nil unless prefix, length, alphabet, canonical encoding and checksum are all right.
    public init?(_ text: String) {
        let prefixLength = Kind.prefix.utf8.count
        guard text.utf8.count == prefixLength + 47, text.hasPrefix(Kind.prefix) else { return nil }
        let body = text.dropLast(4)
        guard body.utf8.count == prefixLength + 43, Base64URL.decode(body.dropFirst(prefixLength))?.count == 32,
            ConstantTime.equal(Array(text.utf8.suffix(4)), Array(Self.checksum(of: String(body)).utf8))
        else { return nil }
        self.init(valid: text)
    }

    /// SHA-256 of the whole token, which is all that is ever stored. 256 random bits need no salt and no slow hash.
    public var hash: TokenHash { TokenHash(SHA2.sha256(Array(text.reveal().utf8))) }

    /// The token, for the one cookie or answer that carries it.
    public func reveal() -> String { text.reveal() }

    /// 32 bytes for one purpose, derived from this token: HMAC-SHA-256 over the purpose and a context.
    public func derive(_ purpose: String, _ context: String) -> [UInt8] {
        HMAC.sha256(key: Array(text.reveal().utf8), message: Array((purpose + "\u{0}" + context).utf8))
    }

    /// Always `<redacted>`.
    public var description: String { text.description }

    private static func checksum(of body: String) -> String {
        Base64URL.encode(Array(SHA2.sha256(Array(body.utf8)).prefix(3)))
    }
}

/// Bearer of a session.
public typealias SessionToken = OpaqueToken<SessionTokenKind>
/// Secret of a browser that is signing in.
public typealias BrowserToken = OpaqueToken<BrowserTokenKind>
/// Handle of a parked callback.
public typealias ParkedCallbackToken = OpaqueToken<ParkedCallbackKind>

/// SHA-256 of a token or a state: 32 bytes.
public struct TokenHash: Sendable, Hashable {
    /// The 32 bytes.
    public let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The hash of a `state` (RFC 6749 §4.1.1) as it came back from a provider.
    public static func ofState(_ state: String) -> TokenHash { TokenHash(SHA2.sha256(Array(state.utf8))) }
}
