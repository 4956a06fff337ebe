/// A live session as its owner sees it among the others. The token is not part of it: a list must not be worth stealing.
public struct ListedSession: Sendable, Hashable {
    /// Its id.
    public let id: SessionID
    /// The app that holds it, if it is not a browser's own.
    public let client: String?
    /// How the person signed in.
    public let methods: [String]
    /// The provider, for a federated sign-in.
    public let provider: String?
    /// What the browser called itself; untrusted text.
    public let userAgent: String?
    /// Network part of the address it began from.
    public let network: String?
    /// When it began.
    public let createdAt: Instant
    /// When the person last proved who they are; nil when nothing says so.
    public let authenticatedAt: Instant?
    /// When it was last used, as exactly as uses are written down (`session.touch_interval`).
    public let lastSeenAt: Instant
    /// When it ends at the latest.
    public let expiresAt: Instant
    /// When it ends if unused.
    public let idleExpiresAt: Instant

    /// Creates an entry.
    public init(
        id: SessionID,
        client: String?,
        methods: [String],
        provider: String?,
        userAgent: String?,
        network: String?,
        createdAt: Instant,
        authenticatedAt: Instant?,
        lastSeenAt: Instant,
        expiresAt: Instant,
        idleExpiresAt: Instant
    ) {
        self.id = id
        self.client = client
        self.methods = methods
        self.provider = provider
        self.userAgent = userAgent
        self.network = network
        self.createdAt = createdAt
        self.authenticatedAt = authenticatedAt
        self.lastSeenAt = lastSeenAt
        self.expiresAt = expiresAt
        self.idleExpiresAt = idleExpiresAt
    }
}

/// All sessions of one user.
public protocol SessionListStore: Sendable {
    /// The live ones, the one used last first, at most 200.
    func liveSessions(of user: UserID) async throws(StoreFailure) -> [ListedSession]
    /// Ends one, if it is this user's, and writes the event; false when there was none.
    func end(_ session: SessionID, of user: UserID, event: AccountEvent) async throws(StoreFailure) -> Bool
}
