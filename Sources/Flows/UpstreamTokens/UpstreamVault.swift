import Accounts
public import Cryptography
import OAuth
import Providers

/// Seals providers' tokens and opens them again (C13).
///
/// The additional data names purpose, provider, issuer and subject. Whoever can write to the database and moves a row to another
/// identity, or a refresh token to where an access token is handed out from, has something that does not open.
public struct UpstreamVault: Sendable {
    /// What a sealed value is.
    enum Purpose: String, CaseIterable {
        case accessToken = "access_token"
        case refreshToken = "refresh_token"
    }

    private let keys: KeyRing

    /// Creates a vault. What was sealed with an older key of the ring still opens.
    public init(keys: KeyRing) {
        self.keys = keys
    }

    /// Everything of an answer that is kept.
    func seal(
        _ tokens: TokenResponse,
        scope: [String],
        of key: FederatedIdentityKey,
        at provider: ProviderID
    ) -> SealedUpstreamTokens {
        SealedUpstreamTokens(
            accessToken: seal(tokens.accessToken, .accessToken, key, provider),
            refreshToken: tokens.refreshToken.map { seal($0, .refreshToken, key, provider) },
            scope: scope,
            expiresIn: tokens.expiresIn
        )
    }

    /// Nil when the key is not in the ring any more, or the value was not sealed for this.
    func open(
        _ sealed: [UInt8],
        _ purpose: Purpose,
        of key: FederatedIdentityKey,
        at provider: ProviderID
    ) -> Secret? {
        keys.open(sealed, context: Self.context(purpose, key, provider))
            .flatMap { String(validating: $0, as: UTF8.self) }
            .map { Secret($0) }
    }

    private func seal(
        _ secret: Secret,
        _ purpose: Purpose,
        _ key: FederatedIdentityKey,
        _ provider: ProviderID
    ) -> [UInt8] {
        keys.seal(Array(secret.reveal().utf8), context: Self.context(purpose, key, provider))
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
