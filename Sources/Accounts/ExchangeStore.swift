public import Cryptography

/// What a provider gave somebody, presented by an app.
public enum ProviderCredential: Sendable, Hashable {
    /// An ID token (OpenID Connect Core 1.0 §2).
    case idToken(Secret)
    /// An access token, good for the provider's own interface.
    case accessToken(Secret)
}

/// A nonce that an app asked for, to have it put into an ID token (OpenID Connect Core 1.0 §2).
public struct NewExchangeNonce: Sendable {
    /// SHA-256 of the nonce.
    public let hash: TokenHash
    /// The app that may use it.
    public let client: String
    /// The provider whose token it has to come back in; nil for any.
    public let provider: ProviderID?
    /// How long it is good for.
    public let lifetime: Duration

    /// Creates a nonce to store.
    public init(hash: TokenHash, client: String, provider: ProviderID?, lifetime: Duration) {
        self.hash = hash
        self.client = client
        self.provider = provider
        self.lifetime = lifetime
    }
}

/// An ID token that passed every check, about to be used up.
public struct PresentedIDToken: Sendable {
    /// Who issued it, as configured.
    public let issuer: String
    /// SHA-256 of what it says, the signature left out: see ``TokenHash/ofSigned(_:)``.
    public let hash: TokenHash
    /// Unix seconds until which it could be presented again, tolerances included.
    public let expiresAt: Int64
    /// SHA-256 of the nonce in it; nil when it needs none.
    public let nonce: TokenHash?
    /// The app that presents it.
    public let client: String
    /// The provider it is from.
    public let provider: ProviderID

    /// Creates it.
    public init(
        issuer: String,
        hash: TokenHash,
        expiresAt: Int64,
        nonce: TokenHash?,
        client: String,
        provider: ProviderID
    ) {
        self.issuer = issuer
        self.hash = hash
        self.expiresAt = expiresAt
        self.nonce = nonce
        self.client = client
        self.provider = provider
    }
}

/// What came of using an ID token up.
public enum AcceptedIDToken: Sendable, Hashable {
    /// It was the first time, and its nonce is used up.
    case accepted
    /// The nonce is unknown, used, too old, or another app's; the token is not used up.
    case unknownNonce
    /// The token was used before; a nonce that was good is used up all the same.
    case replayed
}

/// What makes tokens of providers good for one exchange only.
public protocol ExchangeStore: Sendable {
    /// Stores a nonce.
    func store(_ nonce: NewExchangeNonce) async throws(StoreFailure)
    /// Uses a nonce and a token up, in one statement: of many simultaneous callers exactly one succeeds.
    func accept(_ token: PresentedIDToken) async throws(StoreFailure) -> AcceptedIDToken
}
