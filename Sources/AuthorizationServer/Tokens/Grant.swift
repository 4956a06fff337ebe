public import Accounts

/// A code about to be stored.
public struct NewAuthorizationCode: Sendable {
    /// SHA-256 of the code.
    public let codeHash: TokenHash
    /// The request it answers.
    public let request: AuthorizationRequest
    /// The browser's session it was granted under.
    public let session: SessionID
    /// How long it is good for; a minute at most (RFC 9700 §2.1.1, J02).
    public let lifetime: Duration

    /// Creates a code to store.
    public init(codeHash: TokenHash, request: AuthorizationRequest, session: SessionID, lifetime: Duration) {
        self.codeHash = codeHash
        self.request = request
        self.session = session
        self.lifetime = lifetime
    }
}

/// What redeeming a code makes.
public struct CodeRedemption: Sendable {
    /// SHA-256 of the code.
    public let codeHash: TokenHash
    /// Who redeems it.
    public let client: Client
    /// The redirect URI of the token request: the same as of the authorization request (RFC 6749 §4.1.3).
    public let redirectURI: String
    /// The challenge that the verifier gives.
    public let codeChallenge: String
    /// Id of the app's session to be.
    public let grant: SessionID
    /// Hash of the refresh token to be; nil when the app may not refresh.
    public let refreshToken: TokenHash?
    /// Hash of the access token to be; nil for a JWT, which is not stored.
    public let accessToken: TokenHash?

    /// Creates a redemption.
    public init(
        codeHash: TokenHash,
        client: Client,
        redirectURI: String,
        codeChallenge: String,
        grant: SessionID,
        refreshToken: TokenHash?,
        accessToken: TokenHash?
    ) {
        self.codeHash = codeHash
        self.client = client
        self.redirectURI = redirectURI
        self.codeChallenge = codeChallenge
        self.grant = grant
        self.refreshToken = refreshToken
        self.accessToken = accessToken
    }
}

/// What an app holds for one person, live by the database's clock when it was read.
public struct LiveGrant: Sendable, Hashable {
    /// Id of the app's session, safe to show: `sid`.
    public let id: SessionID
    /// The app.
    public let client: String
    /// The person.
    public let user: User
    /// What was granted.
    public let scope: [String]
    /// How the person proved who they are.
    public let methods: [String]
    /// The provider, for a federated sign-in.
    public let provider: String?
    /// When they last did; nil when nothing says so, as after the exchange of an access token.
    public let authenticatedAt: Instant?
    /// When the grant ends at the latest.
    public let expiresAt: Instant
    /// When it was read.
    public let readAt: Instant

    /// Creates a grant.
    public init(
        id: SessionID,
        client: String,
        user: User,
        scope: [String],
        methods: [String],
        provider: String?,
        authenticatedAt: Instant?,
        expiresAt: Instant,
        readAt: Instant
    ) {
        self.id = id
        self.client = client
        self.user = user
        self.scope = scope
        self.methods = methods
        self.provider = provider
        self.authenticatedAt = authenticatedAt
        self.expiresAt = expiresAt
        self.readAt = readAt
    }
}

/// What came of redeeming a code.
public enum CodeOutcome: Sendable, Hashable {
    /// The tokens are good.
    case redeemed(LiveGrant, nonce: String?)
    /// It had been redeemed before: whatever that gave has ended now (RFC 6749 §4.1.2).
    case usedBefore(endedGrant: Bool)
    /// Unknown, expired, or somebody else's.
    case invalid
}

/// A stored access token.
public struct LiveAccessToken: Sendable, Hashable {
    /// What it stands for.
    public let grant: LiveGrant
    /// Its own scope, never more than the grant's.
    public let scope: [String]
    /// When it was made.
    public let issuedAt: Instant
    /// When it expires.
    public let expiresAt: Instant

    /// Creates it.
    public init(grant: LiveGrant, scope: [String], issuedAt: Instant, expiresAt: Instant) {
        self.grant = grant
        self.scope = scope
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
    }
}
