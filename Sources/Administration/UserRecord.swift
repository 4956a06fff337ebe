public import Accounts

/// A user as an operator sees one: what there is, and nothing that opens anything.
public struct UserRecord: Sendable, Hashable {
    /// How an account stands.
    public enum State: String, Sendable, Hashable, CaseIterable {
        /// It can be signed in to.
        case active
        /// An administrator has disabled it.
        case disabled
        /// A registration that never proved its address, which the owner of the mailbox has claimed.
        case claimed
    }

    /// An address of the account.
    public struct Address: Sendable, Hashable {
        /// The address.
        public let address: String
        /// Since when it is proven; nil when it is not.
        public let verifiedAt: Instant?
        /// Whether mail goes there.
        public let isPrimary: Bool

        /// Creates an address.
        public init(address: String, verifiedAt: Instant?, isPrimary: Bool) {
            self.address = address
            self.verifiedAt = verifiedAt
            self.isPrimary = isPrimary
        }
    }

    /// A way in through a provider.
    public struct Identity: Sendable, Hashable {
        /// Its id.
        public let id: FederatedIdentityID
        /// Provider's id.
        public let provider: String
        /// Issuer and subject: who it is.
        public let issuer: String
        /// The provider's name for the person, never shown to people.
        public let subject: String
        /// What the provider said last of name and address there; untrusted text.
        public let username: String?
        /// The address there.
        public let email: String?
        /// When it was added.
        public let linkedAt: Instant
        /// When it was used last.
        public let lastSignInAt: Instant

        /// Creates an identity.
        public init(
            id: FederatedIdentityID,
            provider: String,
            issuer: String,
            subject: String,
            username: String?,
            email: String?,
            linkedAt: Instant,
            lastSignInAt: Instant
        ) {
            self.id = id
            self.provider = provider
            self.issuer = issuer
            self.subject = subject
            self.username = username
            self.email = email
            self.linkedAt = linkedAt
            self.lastSignInAt = lastSignInAt
        }
    }

    /// The id that was asked for.
    public let asked: UserID
    /// The user that it stands for: itself, or the account it was merged into.
    public let id: UserID
    /// How the account stands.
    public let state: State
    /// Name to show; untrusted text.
    public let displayName: String?
    /// Roles.
    public let roles: [String]
    /// What apps see in session answers: the text of a JSON object.
    public let publicMetadata: String
    /// What only administrators see: the text of a JSON object.
    public let privateMetadata: String
    /// When it began.
    public let createdAt: Instant
    /// When somebody signed in last.
    public let lastSignInAt: Instant?
    /// Addresses, the primary one first.
    public let addresses: [Address]
    /// Ways in through providers, the oldest first.
    public let identities: [Identity]
    /// Whether there is a password.
    public let hasPassword: Bool
    /// Whether there is a second step.
    public let hasSecondFactor: Bool
    /// Sessions that have not ended.
    public let sessions: Int
    /// Ids of accounts that were merged into this one.
    public let formerIDs: [UserID]

    /// Creates a record read from the store.
    public init(
        asked: UserID,
        id: UserID,
        state: State,
        displayName: String?,
        roles: [String],
        publicMetadata: String,
        privateMetadata: String,
        createdAt: Instant,
        lastSignInAt: Instant?,
        addresses: [Address],
        identities: [Identity],
        hasPassword: Bool,
        hasSecondFactor: Bool,
        sessions: Int,
        formerIDs: [UserID]
    ) {
        self.asked = asked
        self.id = id
        self.state = state
        self.displayName = displayName
        self.roles = roles
        self.publicMetadata = publicMetadata
        self.privateMetadata = privateMetadata
        self.createdAt = createdAt
        self.lastSignInAt = lastSignInAt
        self.addresses = addresses
        self.identities = identities
        self.hasPassword = hasPassword
        self.hasSecondFactor = hasSecondFactor
        self.sessions = sessions
        self.formerIDs = formerIDs
    }

    /// Whether the id that was asked for is one of a merged account.
    public var isAlias: Bool { asked != id }
}

/// Users, for operators. Only reads.
public protocol UserDirectory: Sendable {
    /// The user that an id stands for; nil when there is none.
    func user(_ id: UserID) async throws(StoreFailure) -> UserRecord?
    /// Whoever holds an address, those who have proven it first.
    func users(at address: EmailAddress) async throws(StoreFailure) -> [UserID]
}
