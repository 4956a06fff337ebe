public import Accounts
public import JOSE

/// What an app may ask the token endpoint for. Nothing else exists here: neither `password` nor `implicit` (RFC 9700 §2.1.2 and
/// §2.4, J04).
public enum GrantType: String, Sendable, Hashable, CaseIterable {
    /// A code from the authorization endpoint (RFC 6749 §4.1).
    case authorizationCode = "authorization_code"
    /// New tokens for an old refresh token (RFC 6749 §6).
    case refreshToken = "refresh_token"
    /// Tokens for a token of a provider, or the other way round (RFC 8693).
    case tokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange"
}

/// What an access token is to the app's backend.
public enum AccessTokenFormat: String, Sendable, Hashable, CaseIterable {
    /// Opaque: asked about here each time, so that an end counts at once.
    case opaque
    /// A signed JWT (RFC 9068) that a backend reads by itself; good until it expires, minutes at most, unless the backend asks.
    case jwt
}

/// How an app proves itself at the token endpoint (OpenID Connect Core 1.0 §9).
public enum ClientAuthenticationMethod: String, Sendable, Hashable, CaseIterable {
    /// Secret in the `Authorization` header.
    case basic = "client_secret_basic"
    /// Secret in the form.
    case post = "client_secret_post"
    /// A JWT signed with the app's own key, good once.
    case privateKeyJWT = "private_key_jwt"
    /// Not at all: an app that cannot keep a secret. PKCE stands for it.
    case none
}

/// An app: a client in OAuth's words, a relying party in OpenID's.
public struct Client: Sendable {
    /// How long what it gets is good for.
    public struct Lifetimes: Sendable, Hashable {
        /// Access tokens.
        public let accessToken: Duration
        /// The grant, when the app asks for nothing.
        public let idle: Duration
        /// The grant, whatever happens.
        public let absolute: Duration

        /// Creates lifetimes.
        public init(accessToken: Duration, idle: Duration, absolute: Duration) {
            self.accessToken = accessToken
            self.idle = idle
            self.absolute = absolute
        }
    }

    /// Its id.
    public let id: ClientID
    /// Its name for people.
    public let name: String
    /// SHA-256 of its secrets, at most two, so that one can replace the other; empty for a client without one.
    public let secretHashes: [TokenHash]
    /// The public keys it signs assertions with, instead of a secret; empty for a client without one.
    public let keys: [JWK]
    /// Where codes may be sent.
    public let redirectURIs: [RedirectURI]
    /// Where people may be sent after signing out, exactly.
    public let postLogoutRedirectURIs: Set<String>
    /// What it may ask the token endpoint for.
    public let grants: Set<GrantType>
    /// Scopes it may have.
    public let scopes: Set<String>
    /// Providers whose people it lets in; nil is all, and e-mail and password as well.
    public let providers: Set<ProviderID>?
    /// Whether it may exchange an ID token without a nonce of ours, for libraries that cannot carry one.
    public let isNonceOptional: Bool
    /// Whether it belongs to whoever runs this service: nobody is asked for consent.
    public let isFirstParty: Bool
    /// Scopes that an access token of a provider may have for it to be handed out to this app; empty where it gets none.
    public let upstreamTokens: [ProviderID: Set<String>]
    /// The form of its access tokens.
    public let accessTokens: AccessTokenFormat
    /// How its ID tokens are signed.
    public let idTokenAlgorithm: TokenAlgorithm
    /// Lifetimes.
    public let lifetimes: Lifetimes
    /// What it is told about people beside what everybody is told, by name.
    public let claims: [MappedClaim]
    /// How it is told that a session has ended; nil if it does not want to know.
    public let backchannelLogout: BackchannelLogout?

    /// Whether it proves nothing: it can keep neither a secret nor a key.
    public var isPublic: Bool { secretHashes.isEmpty && keys.isEmpty }

    /// Creates an app.
    public init(
        id: ClientID,
        name: String,
        secretHashes: [TokenHash],
        keys: [JWK] = [],
        redirectURIs: [RedirectURI],
        postLogoutRedirectURIs: Set<String>,
        grants: Set<GrantType>,
        scopes: Set<String>,
        providers: Set<ProviderID>?,
        isFirstParty: Bool,
        upstreamTokens: [ProviderID: Set<String>] = [:],
        accessTokens: AccessTokenFormat,
        idTokenAlgorithm: TokenAlgorithm,
        lifetimes: Lifetimes,
        claims: [MappedClaim] = [],
        isNonceOptional: Bool = false,
        backchannelLogout: BackchannelLogout? = nil
    ) {
        self.isNonceOptional = isNonceOptional
        self.id = id
        self.name = name
        self.secretHashes = secretHashes
        self.keys = keys
        self.redirectURIs = redirectURIs
        self.postLogoutRedirectURIs = postLogoutRedirectURIs
        self.grants = grants
        self.scopes = scopes
        self.providers = providers
        self.isFirstParty = isFirstParty
        self.upstreamTokens = upstreamTokens
        self.accessTokens = accessTokens
        self.idTokenAlgorithm = idTokenAlgorithm
        self.lifetimes = lifetimes
        self.claims = claims
        self.backchannelLogout = backchannelLogout
    }

    /// Whether somebody who signed in this way may use it (S-4): looked at for every grant, refresh included.
    public func admits(provider: String?) -> Bool {
        guard let providers else { return true }
        return provider.flatMap { ProviderID($0) }.map(providers.contains) ?? false
    }
}
