public import Cryptography

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

/// The secret that tells a browser in which somebody has signed in before from any other.
public enum DeviceTokenKind: TokenKind {
    /// `lkd_`
    public static let prefix = "lkd_"
}

/// What a mail carries: proof that its reader has the mailbox.
public enum ProofTokenKind: TokenKind {
    /// `lkm_`
    public static let prefix = "lkm_"
}

/// The key of an administrator's program.
public enum AdministrationKeyKind: TokenKind {
    /// `lka_`
    public static let prefix = "lka_"
}

/// What an app redeems for tokens (RFC 6749 §1.3.1).
public enum AuthorizationCodeKind: TokenKind {
    /// `lkc_`
    public static let prefix = "lkc_"
}

/// What an app asks for new tokens with (RFC 6749 §1.5).
public enum RefreshTokenKind: TokenKind {
    /// `lkr_`
    public static let prefix = "lkr_"
}

/// What an app presents on behalf of a person (RFC 6749 §1.4).
public enum AccessTokenKind: TokenKind {
    /// `lkt_`
    public static let prefix = "lkt_"
}

/// What a confidential client proves itself with (RFC 6749 §2.3.1).
public enum ClientSecretKind: TokenKind {
    /// `lkk_`
    public static let prefix = "lkk_"
}

/// The handle of a pushed authorization request (RFC 9126 §2.2).
public enum PushedRequestKind: TokenKind {
    /// `lku_`
    public static let prefix = "lku_"
}

/// The nonce of a token exchange (OpenID Connect Core 1.0 §2).
public enum ExchangeNonceKind: TokenKind {
    /// `lkn_`
    public static let prefix = "lkn_"
}

/// A bearer token: prefix, 256 random bits in 43 base64url characters, and a 24-bit checksum in four more, so that
/// junk and truncated tokens are refused without asking the database (Zitadel CVE-2026-27840).
public struct OpaqueToken<Kind: TokenKind>: Sendable, Hashable, CustomStringConvertible {
    private let text: Secret

    /// A fresh token from the system's cryptographic generator.
    public static func generate() -> OpaqueToken { of(Random.bytes(32)) }

    /// The token whose 256 bits are these; nil unless there are 32 bytes. They have to be as secret as random ones: a MAC
    /// under a key that only this service has.
    public init?(secretBytes: [UInt8]) {
        guard secretBytes.count == 32 else { return nil }
        self = Self.of(secretBytes)
    }

    private static func of(_ bytes: [UInt8]) -> OpaqueToken {
        let body = Kind.prefix + Base64URL.encode(bytes)
        return OpaqueToken(valid: body + Base64URL.encode(checksum(of: Array(body.utf8))))
    }

    private init(valid text: String) { self.text = Secret(text) }

    /// Nil unless prefix, length, alphabet, canonical encoding and checksum are all right.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        let prefix = Kind.prefix.utf8
        let bodyLength = prefix.count + 43
        guard bytes.count == bodyLength + 4, bytes.starts(with: prefix),
            Base64URL.decode(utf8: bytes[prefix.count..<bodyLength])?.count == 32,
            let checksum = Base64URL.decode(utf8: bytes[bodyLength...]),
            ConstantTime.equal(checksum, Self.checksum(of: Array(bytes[..<bodyLength])))
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

    /// The first three bytes of the body's SHA-256; they become the last four characters.
    private static func checksum(of body: [UInt8]) -> [UInt8] { Array(SHA2.sha256(body).prefix(3)) }
}

/// Bearer of a session.
public typealias SessionToken = OpaqueToken<SessionTokenKind>
/// Secret of a browser that is signing in.
public typealias BrowserToken = OpaqueToken<BrowserTokenKind>
/// Handle of a parked callback.
public typealias ParkedCallbackToken = OpaqueToken<ParkedCallbackKind>

/// Secret of a browser that is known to an account.
public typealias DeviceToken = OpaqueToken<DeviceTokenKind>
/// Proof of a mailbox.
public typealias ProofToken = OpaqueToken<ProofTokenKind>

/// Key of an administrator's program.
public typealias AdministrationKey = OpaqueToken<AdministrationKeyKind>

/// A nonce for a provider's ID token.
public typealias ExchangeNonce = OpaqueToken<ExchangeNonceKind>

/// A code that an app redeems.
public typealias AuthorizationCode = OpaqueToken<AuthorizationCodeKind>
/// An app's token for new tokens.
public typealias RefreshToken = OpaqueToken<RefreshTokenKind>
/// An app's token for one person's resources.
public typealias AccessToken = OpaqueToken<AccessTokenKind>
/// Secret of a confidential client.
public typealias ClientSecret = OpaqueToken<ClientSecretKind>
/// Handle of a pushed authorization request.
public typealias PushedRequestToken = OpaqueToken<PushedRequestKind>

/// SHA-256 of a token or a state: 32 bytes.
public struct TokenHash: Sendable, Hashable {
    /// The 32 bytes.
    public let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// A hash that was stored; nil unless it has 32 bytes.
    public init?(stored bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    /// The hash of a `state` (RFC 6749 §4.1.1) as it came back from a provider.
    public static func ofState(_ state: String) -> TokenHash { TokenHash(SHA2.sha256(Array(state.utf8))) }

    /// The hash of what a signed token says: of everything before its signature. An ECDSA signature can be turned into another one
    /// that fits as well, without the key, so a hash of the whole would let one token pass for two.
    public static func ofSigned(_ token: Secret) -> TokenHash {
        let bytes = Array(token.reveal().utf8)
        let end = bytes.lastIndex(of: UInt8(ascii: ".")) ?? bytes.endIndex
        return TokenHash(SHA2.sha256(Array(bytes[..<end])))
    }

    /// What stands for an app where a browser has a device token: an app is one device. No device token hashes to this, because each
    /// of those begins with its prefix.
    public static func ofApp(_ client: String) -> TokenHash {
        TokenHash(SHA2.sha256(Array("app\u{0}\(client)".utf8)))
    }
}
