public import Jobs

/// Marks ``ID``s of held arrivals.
public enum HeldArrivalKind {}
/// Id of a held arrival.
public typealias HeldArrivalID = ID<HeldArrivalKind>

/// Somebody who arrived and waits for an administrator's word.
public struct HeldArrival: Sendable, Hashable {
    /// How it stands.
    public enum Status: String, Sendable, CaseIterable {
        /// Nobody has decided.
        case pending
        /// The identity was linked, or got an account of its own.
        case approved
        /// No, with a note.
        case denied
    }

    /// Its id.
    public let id: HeldArrivalID
    /// Who arrived.
    public let identity: AssertedIdentity
    /// How it stands.
    public let status: Status
    /// The account the decision concerned, if it was one.
    public let account: UserID?
    /// The decision that stopped it.
    public let decision: DecisionID
    /// When it arrived first.
    public let arrivedAt: Instant
    /// When an administrator decided.
    public let decidedAt: Instant?
    /// Which administrator.
    public let decidedBy: String?
    /// Why, in the administrator's words; for other administrators.
    public let note: String?

    /// Creates a held arrival.
    public init(
        id: HeldArrivalID,
        identity: AssertedIdentity,
        status: Status,
        account: UserID?,
        decision: DecisionID,
        arrivedAt: Instant,
        decidedAt: Instant?,
        decidedBy: String?,
        note: String?
    ) {
        self.id = id
        self.identity = identity
        self.status = status
        self.account = account
        self.decision = decision
        self.arrivedAt = arrivedAt
        self.decidedAt = decidedAt
        self.decidedBy = decidedBy
        self.note = note
    }
}

/// What an administrator lets an arrival become.
public enum HoldApproval: Sendable, Hashable {
    /// A way in to this user's account, which its owner can undo.
    case link(UserID, FederatedIdentityID, undoable: NewIdentityChange)
    /// A user of its own, without the address.
    case separate(UserID, FederatedIdentityID)
}

/// What became of an administrator's word.
public enum HoldResult: String, Sendable, Hashable, CaseIterable, Error {
    /// Done.
    case done
    /// No such arrival, or somebody has decided already.
    case notPending = "not_pending"
    /// The identity belongs to another user by now.
    case identityInUse = "identity_in_use"
    /// The account's owner has blocked the identity; only they can allow it.
    case identityBlocked = "identity_blocked"
    /// There is no such user, or they are disabled.
    case noSuchUser = "no_such_user"
}

/// Arrivals that wait for an administrator; stored together with the decision that stopped them, see ``AccountChange``.
public protocol HeldArrivalStore: Sendable {
    /// The arrival of an identity that waits or was denied.
    func heldArrival(of identity: FederatedIdentityKey) async throws(StoreFailure) -> HeldArrival?
    /// One arrival.
    func heldArrival(_ id: HeldArrivalID) async throws(StoreFailure) -> HeldArrival?
    /// The arrivals of a status, oldest first.
    func heldArrivals(_ status: HeldArrival.Status, limit: Int) async throws(StoreFailure) -> [HeldArrival]
    /// Turns what waits for a proof into what waits for an administrator, in one statement; nil when nothing waits.
    func hold(_ link: PendingLinkID, browser: TokenHash, as id: HeldArrivalID) async throws(StoreFailure)
        -> HeldArrival?
    /// Carries out an approval, in one transaction under the account's lock; the constraints decide races.
    func approve(
        _ id: HeldArrivalID,
        _ approval: HoldApproval,
        by administrator: String,
        jobs: [Job]
    ) async throws(StoreFailure) -> HoldResult
    /// Denies an arrival.
    func deny(_ id: HeldArrivalID, because note: String, by administrator: String, jobs: [Job])
        async throws(StoreFailure) -> HoldResult
}
