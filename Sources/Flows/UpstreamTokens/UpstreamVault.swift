import Accounts
public import Cryptography
import JSON
import OAuth
import Providers

/// Seals providers' tokens and opens them again (C13).
///
/// The additional data names purpose, provider, issuer and subject. Whoever can write to the database and moves a row to another
/// identity, or a refresh token to where an access token is handed out from, has something that does not open. What a token can do
/// and when it ends is sealed together with it: a wider scope written beside it hands nothing out.
public struct UpstreamVault: Sendable {
    /// What a sealed value is.
    enum Purpose: String, CaseIterable {
        case accessToken = "access_token"
        case refreshToken = "refresh_token"
    }

    /// A token, and what is judged about it.
    struct Content: Sendable {
        let token: Secret
        let scope: [String]
        /// Seconds since the Unix epoch; nil where the provider set no end, and for a refresh token.
        let expiresAt: Int64?
    }

    private let keys: KeyRing

    /// Creates a vault. What was sealed with an older key of the ring still opens.
    public init(keys: KeyRing) {
        self.keys = keys
    }

    /// Everything of an answer that is kept.
    /// - Parameter now: seconds since the Unix epoch.
    func seal(
        _ tokens: TokenResponse,
        scope: [String],
        of key: FederatedIdentityKey,
        at provider: ProviderID,
        now: Int64
    ) -> SealedUpstreamTokens {
        let access = Content(token: tokens.accessToken, scope: scope, expiresAt: tokens.expiresIn.map { now + $0 })
        return SealedUpstreamTokens(
            accessToken: seal(access, .accessToken, key, provider),
            refreshToken: sealedRefreshToken(tokens, scope: scope, of: key, at: provider),
            scope: scope,
            expiresIn: tokens.expiresIn,
            // Due at once, and still good for whoever it is renewed for.
            assumedLife: tokens.isSaidToHaveEnded ? UpstreamStanding.margin : 3600
        )
    }

    /// The refresh token of an answer, with its own scope: a later sign-in may bring an access token of another scope, and no refresh
    /// token.
    func sealedRefreshToken(
        _ tokens: TokenResponse,
        scope: [String],
        of key: FederatedIdentityKey,
        at provider: ProviderID
    ) -> [UInt8]? {
        tokens.refreshToken.map {
            seal(Content(token: $0, scope: scope, expiresAt: nil), .refreshToken, key, provider)
        }
    }

    /// Nil when the key is not in the ring any more, or the value was not sealed for this.
    func open(
        _ sealed: [UInt8],
        _ purpose: Purpose,
        of key: FederatedIdentityKey,
        at provider: ProviderID
    ) -> Content? {
        guard let bytes = keys.open(sealed, context: Self.context(purpose, key, provider)),
            let object = (try? JSONValue.parse(bytes))?.object,
            let token = object["token"]?.string,
            let scope = object["scope"]?.array
        else { return nil }
        return Content(token: Secret(token), scope: scope.compactMap(\.string), expiresAt: object["expires_at"]?.int64)
    }

    /// The same sealed with the current key; nil when it does not open. Itself when the current key has sealed it.
    func resealed(
        _ sealed: [UInt8],
        _ purpose: Purpose,
        of key: FederatedIdentityKey,
        at provider: ProviderID
    ) -> [UInt8]? {
        guard !keys.isCurrent(sealed) else { return sealed }
        let context = Self.context(purpose, key, provider)
        return keys.open(sealed, context: context).map { keys.seal($0, context: context) }
    }

    private func seal(
        _ content: Content,
        _ purpose: Purpose,
        _ key: FederatedIdentityKey,
        _ provider: ProviderID
    ) -> [UInt8] {
        var object: JSONObject = [
            "token": .string(content.token.reveal()), "scope": .array(content.scope.map { .string($0) }),
        ]
        object["expires_at"] = content.expiresAt.map { .number(JSONNumber($0)) }
        return keys.seal(JSONValue.object(object).serializedBytes(), context: Self.context(purpose, key, provider))
    }

    /// Its parts cannot run into each other: neither an id nor an issuer nor a subject has a NUL.
    private static func context(
        _ purpose: Purpose,
        _ key: FederatedIdentityKey,
        _ provider: ProviderID
    ) -> [UInt8] {
        Array("upstream_tokens.\(purpose.rawValue)\u{0}\(provider)\u{0}\(key.issuer)\u{0}\(key.subject)".utf8)
    }
}
