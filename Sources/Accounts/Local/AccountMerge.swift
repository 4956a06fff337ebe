public import Jobs

/// Marks ``ID``s of merges that wait.
public enum AccountMergeKind {}
/// Id of a merge that waits for its owner's word.
public typealias AccountMergeID = ID<AccountMergeKind>

/// One side of a merge, as its owner sees it before.
public struct MergeSide: Sendable, Hashable {
    /// Whose.
    public let user: UserID
    /// Name to show; untrusted text.
    public let displayName: String?
    /// Proven addresses, the primary one first.
    public let addresses: [String]
    /// Providers of the linked identities, one entry for each identity.
    public let providers: [String]
    /// Roles.
    public let roles: [String]
    /// Whether there is a password.
    public let hasPassword: Bool
    /// Whether there is a second step.
    public let hasSecondFactor: Bool
    /// Live sessions.
    public let sessions: Int

    /// Creates a side.
    public init(
        user: UserID,
        displayName: String?,
        addresses: [String],
        providers: [String],
        roles: [String],
        hasPassword: Bool,
        hasSecondFactor: Bool,
        sessions: Int
    ) {
        self.user = user
        self.displayName = displayName
        self.addresses = addresses
        self.providers = providers
        self.roles = roles
        self.hasPassword = hasPassword
        self.hasSecondFactor = hasSecondFactor
        self.sessions = sessions
    }
}

/// A merge that waits: both accounts were proven in one browser, and nothing has happened yet.
public struct PendingMerge: Sendable, Hashable {
    /// Its id.
    public let id: AccountMergeID
    /// The account that stays.
    public let staying: MergeSide
    /// The account that goes.
    public let going: MergeSide
    /// Whether the second step of the account that goes is still to be passed.
    public let awaitsSecondFactor: Bool

    /// Creates a pending merge.
    public init(id: AccountMergeID, staying: MergeSide, going: MergeSide, awaitsSecondFactor: Bool) {
        self.id = id
        self.staying = staying
        self.going = going
        self.awaitsSecondFactor = awaitsSecondFactor
    }
}

/// How the other account of a merge was proven.
public enum MergeProof: Sendable, Hashable {
    /// By its password, at this version of its credentials.
    case password(UserID, version: Int)
    /// By signing in with an identity of its own.
    case identity(UserID)

    /// Whose account it is.
    public var user: UserID {
        switch self {
        case .password(let user, _), .identity(let user): user
        }
    }
}

/// What became of a merge.
public enum MergeResult: Sendable, Hashable {
    /// Done.
    case merged
    /// The merge, the session, or one of the accounts is not what it was.
    case gone
}

/// Merges of two accounts of one person. Nothing else moves an identity or an address between users (L-20).
public protocol AccountMergeStore: Sendable {
    /// Stores that the owner of a fresh session has proven another account as well, in place of a former merge of that session;
    /// false when the session is stale or over, or the other account is the same one, disabled, or changed since the proof.
    func begin(_ merge: AccountMergeID, by session: TokenHash, proof: MergeProof, freshFor: Duration)
        async throws(StoreFailure) -> Bool
    /// The merge that waits for this session. Changes nothing.
    func pendingMerge(of session: TokenHash) async throws(StoreFailure) -> PendingMerge?
    /// Uses up a second step of the account that goes.
    func passSecondFactor(_ step: SecondStep, ofMergeBy session: TokenHash) async throws(StoreFailure) -> Bool
    /// Forgets the merge that waits.
    func cancelMerge(by session: TokenHash) async throws(StoreFailure)
    /// Carries the merge out in one transaction, both users locked, everything read again.
    func merge(
        _ merge: AccountMergeID,
        by session: TokenHash,
        rotatingTo token: TokenHash,
        freshFor: Duration,
        stayingEvent: AccountEvent,
        goingEvent: AccountEvent,
        job: @Sendable (_ address: EmailAddress) -> Job
    ) async throws(StoreFailure) -> MergeResult
    /// The user that an id stands for: itself, or the account it was merged into. Nil when there is none.
    func resolve(user: UserID) async throws(StoreFailure) -> UserID?
}
