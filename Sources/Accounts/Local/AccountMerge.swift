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
    /// By signing in with an identity of its own, which must have been used within that time: a link that lapsed proves nothing,
    /// nor does one that was made since the session began that wants the merge.
    case identity(UserID, FederatedIdentityKey, usedWithin: Duration?)

    /// Whose account it is.
    public var user: UserID {
        switch self {
        case .password(let user, _), .identity(let user, _, _): user
        }
    }
}

/// A merge that its owner has confirmed.
public struct MergeRequest: Sendable {
    /// Which.
    public let merge: AccountMergeID
    /// The present token's hash.
    public let session: TokenHash
    /// The next token's.
    public let rotatingTo: TokenHash
    /// Sessions older than this are stale.
    public let freshFor: Duration
    /// Whoever holds one of these roles by now is not merged.
    public let privilegedRoles: [String]
    /// The second factor that moves, sealed for its next owner; nil when none moves.
    public let factor: MovedFactor?
    /// How long the ways in that came along can be taken back.
    public let undoFor: Duration
    /// The row for the account that stays.
    public let stayingEvent: AccountEvent
    /// The row for the account that goes.
    public let goingEvent: AccountEvent
    /// The mails, each to a proven primary address.
    public let jobs: [Job]

    /// Creates a request.
    public init(
        merge: AccountMergeID,
        session: TokenHash,
        rotatingTo: TokenHash,
        freshFor: Duration,
        privilegedRoles: [String],
        factor: MovedFactor?,
        undoFor: Duration,
        stayingEvent: AccountEvent,
        goingEvent: AccountEvent,
        jobs: [Job]
    ) {
        self.merge = merge
        self.session = session
        self.rotatingTo = rotatingTo
        self.freshFor = freshFor
        self.privilegedRoles = privilegedRoles
        self.factor = factor
        self.undoFor = undoFor
        self.stayingEvent = stayingEvent
        self.goingEvent = goingEvent
        self.jobs = jobs
    }
}

/// A second factor on its way to another user: its secret is sealed for one user only.
public struct MovedFactor: Sendable, Hashable {
    /// As it is stored now.
    public let former: [UInt8]
    /// Sealed for its next owner.
    public let resealed: [UInt8]

    /// Creates a moved factor.
    public init(former: [UInt8], resealed: [UInt8]) {
        self.former = former
        self.resealed = resealed
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
    /// Uses up a second step of the account that goes, and writes so down for its owner.
    func passSecondFactor(_ step: SecondStep, ofMergeBy session: TokenHash, event: AccountEvent, job: Job?)
        async throws(StoreFailure) -> Bool
    /// Forgets the merge that waits.
    func cancelMerge(by session: TokenHash) async throws(StoreFailure)
    /// Carries the merge out in one transaction, both users locked in the order of their ids, everything read again.
    func merge(_ request: MergeRequest) async throws(StoreFailure) -> MergeResult
}
