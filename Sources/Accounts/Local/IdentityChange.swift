public import Jobs

/// Marks ``ID``s of changes to somebody's identities.
public enum IdentityChangeKind {}
/// Id of a link or an unlink that can be undone.
public typealias IdentityChangeID = ID<IdentityChangeKind>
/// Marks ``ID``s of blocked identities.
public enum BlockedIdentityKind {}
/// Id of an identity that its account's owner has blocked.
public typealias BlockedIdentityID = ID<BlockedIdentityKind>

/// A link or an unlink about to be stored: what can be undone later, and for how long.
public struct NewIdentityChange: Sendable, Hashable {
    /// Fresh id.
    public let id: IdentityChangeID
    /// How long it can be undone.
    public let undoFor: Duration

    /// Creates a change to store.
    public init(id: IdentityChangeID, undoFor: Duration) {
        self.id = id
        self.undoFor = undoFor
    }
}

/// A link or an unlink, as its owner sees it.
public struct IdentityChange: Sendable, Hashable {
    /// What happened.
    public enum Kind: String, Sendable, CaseIterable {
        /// The identity became a way in.
        case linked
        /// It is a way in no more.
        case unlinked
    }

    /// Its id.
    public let id: IdentityChangeID
    /// What happened.
    public let kind: Kind
    /// Provider id.
    public let provider: String
    /// Handle at the provider, untrusted text.
    public let username: String?
    /// Address the provider reported last, untrusted text.
    public let email: String?
    /// The account's proven address at that moment; the mail goes there.
    public let address: String?
    /// When.
    public let happenedAt: Instant
    /// Until when it can be undone.
    public let undoUntil: Instant

    /// Creates a change.
    public init(
        id: IdentityChangeID,
        kind: Kind,
        provider: String,
        username: String?,
        email: String?,
        address: String?,
        happenedAt: Instant,
        undoUntil: Instant
    ) {
        self.id = id
        self.kind = kind
        self.provider = provider
        self.username = username
        self.email = email
        self.address = address
        self.happenedAt = happenedAt
        self.undoUntil = undoUntil
    }
}

/// An identity that the owner of an account has blocked.
public struct BlockedIdentity: Sendable, Hashable {
    /// Its id.
    public let id: BlockedIdentityID
    /// Provider id.
    public let provider: String
    /// Handle at the provider, untrusted text.
    public let username: String?
    /// Address the provider reported last, untrusted text.
    public let email: String?
    /// When.
    public let blockedAt: Instant

    /// Creates a blocked identity.
    public init(id: BlockedIdentityID, provider: String, username: String?, email: String?, blockedAt: Instant) {
        self.id = id
        self.provider = provider
        self.username = username
        self.email = email
        self.blockedAt = blockedAt
    }
}

/// What became of a change to somebody's identities.
public enum IdentityChangeResult: Sendable, Hashable {
    /// Done.
    case done
    /// It would leave no way in that works.
    case lastWayIn
    /// The identity belongs to another account by now.
    case inUse
    /// The identity, the change, the proof or the session is not there any more.
    case gone
}

/// A change to somebody's identities, asked for by a session that gets a new token with it.
public struct IdentityRequest: Sendable {
    /// The present token's hash.
    public let session: TokenHash
    /// The next token's.
    public let rotatingTo: TokenHash
    /// What counts as a way in.
    public let ways: WaysIn
    /// The change to store.
    public let change: NewIdentityChange
    /// The row for the owner.
    public let event: AccountEvent
    /// The mail to the owner.
    public let job: Job

    /// Creates a request.
    public init(
        session: TokenHash,
        rotatingTo: TokenHash,
        ways: WaysIn,
        change: NewIdentityChange,
        event: AccountEvent,
        job: Job
    ) {
        self.session = session
        self.rotatingTo = rotatingTo
        self.ways = ways
        self.change = change
        self.event = event
        self.job = job
    }
}

/// Identities that leave an account or come back to it.
public protocol IdentityChangeStore: Sendable {
    /// Removes an identity, under the account's lock and only while another way in remains: its sessions end, the present one
    /// gets a new token, outstanding proofs are void.
    func unlink(_ identity: FederatedIdentityID, _ request: IdentityRequest) async throws(StoreFailure)
        -> IdentityChangeResult
    /// Changes of a user that can be undone, newest first.
    func identityChanges(of user: UserID) async throws(StoreFailure) -> [IdentityChange]
    /// Takes a change back from the account page: what was linked is removed and blocked, what was unlinked comes back. That is a
    /// change of its own, which can be undone as well.
    func undo(_ change: IdentityChangeID, _ request: IdentityRequest) async throws(StoreFailure) -> IdentityChangeResult
    /// The change that a mail is about; nil when it is gone.
    func mailing(of change: IdentityChangeID) async throws(StoreFailure) -> IdentityChange?
    /// One more link for a mail about a change; false when the change is gone.
    func add(token: TokenHash, to change: IdentityChangeID) async throws(StoreFailure) -> Bool
    /// The change behind a mailed link that works. Changes nothing.
    func identityChange(behind token: TokenHash) async throws(StoreFailure) -> IdentityChange?
    /// Takes a change back from the mailbox: the account becomes what it was just before. Every session ends, the password is
    /// void, and what was added since goes, what was removed since comes back (G15).
    /// - Parameter canReset: whether the mailbox can set a new password afterwards, which is a way in as well.
    func undo(
        _ token: TokenHash,
        reaching ways: WaysIn,
        canReset: Bool,
        event: @Sendable (IdentityChange.Kind) -> AccountEvent,
        job: @Sendable (UserID) -> Job
    ) async throws(StoreFailure) -> IdentityChangeResult
    /// Identities that a user has blocked, newest first.
    func blockedIdentities(of user: UserID) async throws(StoreFailure) -> [BlockedIdentity]
    /// Allows a blocked identity again; false when it is not blocked, or the session is over.
    func allow(_ blocked: BlockedIdentityID, by session: TokenHash, event: AccountEvent) async throws(StoreFailure)
        -> Bool
    /// Ends every session of a user but this one, which gets a new token; returns how many, nil when the session is over.
    func endOtherSessions(of session: TokenHash, rotatingTo token: TokenHash, event: AccountEvent)
        async throws(StoreFailure) -> Int?
}
