public import Jobs

/// A point in time from the database's clock: microseconds since 1970-01-01T00:00:00Z.
public struct Instant: Sendable, Hashable, Comparable {
    /// Microseconds since the Unix epoch.
    public let microseconds: Int64

    /// Whole seconds since the Unix epoch, rounded down.
    public var seconds: Int64 { microseconds >= 0 ? microseconds / 1_000_000 : (microseconds - 999_999) / 1_000_000 }

    /// Wraps microseconds since the Unix epoch.
    public init(microseconds: Int64) { self.microseconds = microseconds }

    /// Earlier is less.
    public static func < (left: Instant, right: Instant) -> Bool { left.microseconds < right.microseconds }
}

/// How somebody proved who they are; RFC 8176 values where it has one.
public enum AuthenticationMethod: String, Sendable, Hashable {
    /// A federated identity: an OpenID Provider or OAuth authorization server vouched for the person.
    case federated = "fed"
    /// A password.
    case password = "pwd"
    /// A one-time password of a second factor, or a recovery code in its place.
    case oneTimePassword = "otp"
    /// Several factors were used.
    case multipleFactors = "mfa"
    /// A link or a code sent to the proven address; RFC 8176 has no word for it.
    case mail = "mail"
}

/// A user as the session check shows one.
public struct User: Sendable, Hashable {
    /// Stable id.
    public let id: UserID
    /// Name to show; untrusted text.
    public let displayName: String?
    /// Roles, in the order they were given.
    public let roles: [String]
    /// The primary address, if there is one.
    public let email: String?
    /// Whether that address has been proven.
    public let emailVerified: Bool
    /// Whether a second step is asked of every sign-in.
    public let hasSecondFactor: Bool
    /// What the operator keeps about the user for whoever may ask about the session: the text of a JSON object.
    public let publicMetadata: String

    /// Creates a user.
    public init(
        id: UserID,
        displayName: String?,
        roles: [String],
        email: String?,
        emailVerified: Bool,
        hasSecondFactor: Bool = false,
        publicMetadata: String = "{}"
    ) {
        self.hasSecondFactor = hasSecondFactor
        self.publicMetadata = publicMetadata
        self.id = id
        self.displayName = displayName
        self.roles = roles
        self.email = email
        self.emailVerified = emailVerified
    }
}

/// A session that was live, by the database's clock, at the moment it was read.
public struct LiveSession: Sendable, Hashable {
    /// Id, safe to show and to log.
    public let id: SessionID
    /// Whose it is.
    public let user: User
    /// How the person signed in.
    public let methods: [String]
    /// The provider, for a federated sign-in.
    public let provider: String?
    /// The identity the person signed in with, while it is linked.
    public let identity: FederatedIdentityID?
    /// When it began.
    public let createdAt: Instant
    /// When the person last proved who they are.
    public let authenticatedAt: Instant
    /// When it ends at the latest.
    public let expiresAt: Instant
    /// When it ends if unused.
    public let idleExpiresAt: Instant
    /// Whether the person proved who they are recently enough for sensitive actions (H15).
    public let isFresh: Bool
    /// Whether the last use is old enough to be written down again.
    public let needsTouch: Bool
    /// When it was read, by the database's clock.
    public let readAt: Instant

    /// How many factors the person used.
    public var level: AuthenticationLevel { AuthenticationLevel(methods: methods) }

    /// Creates a live session.
    public init(
        id: SessionID,
        user: User,
        methods: [String],
        provider: String?,
        identity: FederatedIdentityID?,
        createdAt: Instant,
        authenticatedAt: Instant,
        expiresAt: Instant,
        idleExpiresAt: Instant,
        isFresh: Bool,
        needsTouch: Bool,
        readAt: Instant
    ) {
        self.id = id
        self.user = user
        self.methods = methods
        self.provider = provider
        self.identity = identity
        self.createdAt = createdAt
        self.authenticatedAt = authenticatedAt
        self.expiresAt = expiresAt
        self.idleExpiresAt = idleExpiresAt
        self.isFresh = isFresh
        self.needsTouch = needsTouch
        self.readAt = readAt
    }
}

/// How long sessions live, and how many at a time.
public struct SessionLifetime: Sendable, Hashable {
    /// A session unused for this long is over.
    public let idleTimeout: Duration
    /// A session is over after this long, used or not.
    public let absoluteTimeout: Duration
    /// How long after signing in sensitive actions need no new proof.
    public let freshFor: Duration
    /// Uses closer together than this are not written down one by one.
    public let touchInterval: Duration
    /// Sessions of one user at a time; one more ends the one that was unused for longest (H13). Nil for any number.
    public let limitPerUser: Int?

    /// Creates lifetimes.
    public init(
        idleTimeout: Duration,
        absoluteTimeout: Duration,
        freshFor: Duration,
        touchInterval: Duration,
        limitPerUser: Int? = nil
    ) {
        self.limitPerUser = limitPerUser
        self.idleTimeout = idleTimeout
        self.absoluteTimeout = absoluteTimeout
        self.freshFor = freshFor
        self.touchInterval = touchInterval
    }
}

/// What makes a session an app's from its beginning: somebody arrived without a browser.
public struct NewAppSession: Sendable {
    /// The app's id.
    public let client: String
    /// What was granted.
    public let scope: [String]
    /// Hash of its refresh token; nil when the app may not refresh.
    public let refreshToken: TokenHash?
    /// Hash of its access token; nil for a JWT, which is not stored.
    public let accessToken: TokenHash?
    /// How long the access token is good for.
    public let accessTokenLifetime: Duration
    /// Whether the app is told of its end.
    public let hasLogoutNotice: Bool
    /// When the person proved who they are, at the latest; nil when nothing says so. What an app brings may be old, and the moment
    /// it is brought says nothing (D16).
    public var authenticatedAt: Instant?

    /// Creates it; when the person proved who they are is not known yet.
    public init(
        client: String,
        scope: [String],
        refreshToken: TokenHash?,
        accessToken: TokenHash?,
        accessTokenLifetime: Duration,
        hasLogoutNotice: Bool
    ) {
        self.hasLogoutNotice = hasLogoutNotice
        self.client = client
        self.scope = scope
        self.refreshToken = refreshToken
        self.accessToken = accessToken
        self.accessTokenLifetime = accessTokenLifetime
    }
}

/// A session about to be stored.
public struct NewSession: Sendable {
    /// Fresh id.
    public let id: SessionID
    /// Hash of the fresh token.
    public let tokenHash: TokenHash
    /// How the person signed in.
    public let methods: [AuthenticationMethod]
    /// Lifetimes.
    public let lifetime: SessionLifetime
    /// The session this one replaces in the same browser, if any: it ends in the same statement (H02, F-5).
    public let replacing: TokenHash?
    /// Browser and network it was started from.
    public let device: Device
    /// The secret this browser is known by from now on.
    public let deviceToken: TokenHash
    /// Tells the owner if the browser was not known before.
    public let newDeviceNotice: Job
    /// Nil for a browser's session. An app's begins only if no second step is due: there is no page to pass it on.
    public let app: NewAppSession?

    /// Creates a session to store.
    public init(
        id: SessionID,
        tokenHash: TokenHash,
        methods: [AuthenticationMethod],
        lifetime: SessionLifetime,
        replacing: TokenHash?,
        device: Device,
        deviceToken: TokenHash,
        newDeviceNotice: Job,
        app: NewAppSession? = nil
    ) {
        self.app = app
        self.id = id
        self.tokenHash = tokenHash
        self.methods = methods
        self.lifetime = lifetime
        self.replacing = replacing
        self.device = device
        self.deviceToken = deviceToken
        self.newDeviceNotice = newDeviceNotice
    }
}

/// What is remembered of the browser a session was started in.
public struct Device: Sendable, Hashable {
    /// `User-Agent`, at most 256 characters, or nil.
    public let userAgent: String?
    /// Network part of the client's address, or nil.
    public let network: String?

    /// Creates a device; cuts an over-long agent.
    public init(userAgent: String?, network: String?) {
        self.userAgent = userAgent.map {
            String($0.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }.prefix(256).map(Character.init))
        }
        self.network = network
    }
}
