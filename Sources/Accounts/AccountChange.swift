public import Jobs

/// What to look up before deciding.
public struct LinkingQuestion: Sendable {
    /// Who arrived.
    public let identity: AssertedIdentity
    /// Why.
    public let purpose: SignInPurpose
    /// The browser's present session, for purpose link: the one that began it, and only if it is still live.
    public let session: TokenHash?
    /// Sessions older than this are stale.
    public let freshFor: Duration
    /// Accounts unused for longer are dormant.
    public let dormantAfter: Duration
    /// Links unused for longer have lapsed; nil for never.
    public let linkLapsesAfter: Duration?
    /// Roles that make an account privileged.
    public let privilegedRoles: [String]

    /// Creates a question.
    public init(
        identity: AssertedIdentity,
        purpose: SignInPurpose,
        session: TokenHash?,
        freshFor: Duration,
        dormantAfter: Duration,
        linkLapsesAfter: Duration?,
        privilegedRoles: [String]
    ) {
        self.identity = identity
        self.purpose = purpose
        self.session = session
        self.freshFor = freshFor
        self.dormantAfter = dormantAfter
        self.linkLapsesAfter = linkLapsesAfter
        self.privilegedRoles = privilegedRoles
    }
}

/// The facts for the decision, and the ids that the change, not the decision, needs.
public struct LinkingSituation: Sendable, Hashable {
    /// All that the decision may see.
    public let facts: LinkingFacts
    /// Who owns the identity.
    public let identityOwner: UserID?
    /// Who holds the asserted address; nil when nobody or several do.
    public let addressHolder: UserID?

    /// Creates a situation.
    public init(facts: LinkingFacts, identityOwner: UserID?, addressHolder: UserID?) {
        self.facts = facts
        self.identityOwner = identityOwner
        self.addressHolder = addressHolder
    }
}

/// What a linking decision does to accounts. Built by ``planChange(for:in:purpose:)``, carried out by the store.
public enum AccountEffect: Sendable, Hashable {
    /// A session for the identity's owner.
    case signIn(UserID)
    /// A new user with this identity. The address comes along, verified or not, or stays out of it.
    case create(UserID, FederatedIdentityID, email: CreatedEmail?)
    /// The identity joins the user who holds the address, if that address is still proven.
    case linkToHolder(UserID, FederatedIdentityID)
    /// The registrations that hold an address without having proven it lose it, and what they are beside it; then a new user
    /// gets identity and address.
    case claim(UserID, FederatedIdentityID, address: EmailAddress, receipt: ClaimReceiptID)
    /// The identity joins the signed-in user, if the session that began it is still live and fresh.
    case linkToSession(UserID, SessionID, FederatedIdentityID)
    /// Nothing but the record.
    case recordOnly(concerning: UserID?)
}

/// The address a new user starts with.
public struct CreatedEmail: Sendable, Hashable {
    /// Canonical address.
    public let address: EmailAddress
    /// Whether the evidence suffices to call it proven.
    public let verified: Bool

    /// Creates an address for a new user.
    public init(address: EmailAddress, verified: Bool) {
        self.address = address
        self.verified = verified
    }
}

/// One change: effect, record and session, stored together.
public struct AccountChange: Sendable {
    /// What happens to accounts.
    public let effect: AccountEffect
    /// Who arrived.
    public let identity: AssertedIdentity
    /// The decision's row.
    public let decision: DecisionEntry
    /// The session to start; nil when the outcome starts none.
    public let session: NewSession?
    /// What is mailed about it, in the same transaction.
    public let job: Job?
    /// What its owner can undo; stored where the effect is a link.
    public let undoable: NewIdentityChange
    /// The same conditions as in the question, so that the store can hold the change to them.
    public let question: LinkingQuestion
    /// What waits for a proof from now on, in place of whatever waited in the same browser.
    public let pending: PendingLink?
    /// The id under which the arrival waits for an administrator, unless it waits already or was denied.
    public let held: HeldArrivalID?
    /// The proof that allows the change and is consumed by it: without it, nothing is done.
    public let proof: GivenProof?
    /// What the provider gave, where it is kept: stored with the identity that acts.
    public let upstreamTokens: SealedUpstreamTokens?

    /// Creates a change.
    public init(
        effect: AccountEffect,
        identity: AssertedIdentity,
        decision: DecisionEntry,
        session: NewSession?,
        job: Job?,
        undoable: NewIdentityChange,
        question: LinkingQuestion,
        pending: PendingLink? = nil,
        held: HeldArrivalID? = nil,
        proof: GivenProof? = nil,
        upstreamTokens: SealedUpstreamTokens? = nil
    ) {
        self.upstreamTokens = upstreamTokens
        self.held = held
        self.pending = pending
        self.proof = proof
        self.job = job
        self.undoable = undoable
        self.effect = effect
        self.identity = identity
        self.decision = decision
        self.session = session
        self.question = question
    }
}

/// A decision's row. No address and no subject in clear.
public struct DecisionEntry: Sendable, Hashable {
    /// Fresh id.
    public let id: DecisionID
    /// What was decided, on what, and why.
    public let record: DecisionRecord
    /// Request id, to find the log lines.
    public let requestID: String?

    /// Creates an entry.
    public init(id: DecisionID, record: DecisionRecord, requestID: String?) {
        self.id = id
        self.record = record
        self.requestID = requestID
    }
}

/// What became of a change.
public enum ChangeResult: Sendable, Hashable {
    /// Stored, committed. `replaced`: whose session of the same browser ended with it. `awaitsSecondFactor`: the session
    /// opens nothing until the second step.
    case done(replaced: UserID?, awaitsSecondFactor: Bool)
    /// The situation is not what was decided on any more; nothing was written.
    case situationChanged
}
