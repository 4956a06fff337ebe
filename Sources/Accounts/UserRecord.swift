/// A user as an administrator sees one.
public struct UserRecord: Sendable, Hashable {
    /// Stable id.
    public let id: UserID
    /// Name to show; untrusted text.
    public let displayName: String?
    /// The primary address, if there is one.
    public let email: String?
    /// Whether that address has been proven.
    public let emailVerified: Bool
    /// Roles, in the order they were given.
    public let roles: [String]
    /// What apps see in session answers: the text of a JSON object, at most 4,096 bytes.
    public let publicMetadata: String
    /// What only administrators see: the text of a JSON object, at most 16,384 bytes.
    public let privateMetadata: String
    /// Providers of the linked identities.
    public let providers: [String]
    /// Live sessions.
    public let sessions: Int
    /// When the account began.
    public let createdAt: Instant
    /// When its owner last signed in.
    public let lastSignInAt: Instant
    /// Since when it may not sign in; nil when it may.
    public let disabledAt: Instant?
    /// The account that took it over.
    public let mergedInto: UserID?

    /// Creates a record.
    public init(
        id: UserID,
        displayName: String?,
        email: String?,
        emailVerified: Bool,
        roles: [String],
        publicMetadata: String,
        privateMetadata: String,
        providers: [String],
        sessions: Int,
        createdAt: Instant,
        lastSignInAt: Instant,
        disabledAt: Instant?,
        mergedInto: UserID?
    ) {
        self.id = id
        self.displayName = displayName
        self.email = email
        self.emailVerified = emailVerified
        self.roles = roles
        self.publicMetadata = publicMetadata
        self.privateMetadata = privateMetadata
        self.providers = providers
        self.sessions = sessions
        self.createdAt = createdAt
        self.lastSignInAt = lastSignInAt
        self.disabledAt = disabledAt
        self.mergedInto = mergedInto
    }
}

/// What an administrator does to a user.
public enum UserChange: Sendable, Hashable {
    /// May not sign in any more, and every session ends.
    case disable
    /// May sign in again.
    case enable
    /// Every session ends, or the one of this id.
    case endSessions(SessionID?)
    /// These roles instead of all others; valid names, each once.
    case setRoles([String])
    /// Texts of JSON objects; nil leaves what is there.
    case setMetadata(publicly: String?, privately: String?)
    /// Goes, with everything that belongs to the user.
    case delete
}

/// What became of a change.
public enum UserChangeResult: Sendable, Hashable {
    /// It is done; how many sessions ended.
    case done(endedSessions: Int)
    /// There is no such user, or no such session of theirs.
    case noSuchUser
    /// The account was merged into this one: change that one.
    case merged(UserID)
}

/// Users, for administrators. Nothing that a user can reach writes through this (L-12).
public protocol UserStore: Sendable {
    /// One user.
    func user(_ id: UserID) async throws(StoreFailure) -> UserRecord?
    /// Users with an address, proven or not: at most one of them has proven it.
    func users(withAddress address: EmailAddress) async throws(StoreFailure) -> [UserRecord]
    /// Carries out a change, under the user's lock, and writes the event, if there is one.
    func change(
        _ user: UserID,
        _ change: UserChange,
        event: AccountEvent?
    ) async throws(StoreFailure) -> UserChangeResult
}
