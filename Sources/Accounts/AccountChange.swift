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
    /// Roles that make an account privileged.
    public let privilegedRoles: [String]

    /// Creates a question.
    public init(
        identity: AssertedIdentity,
        purpose: SignInPurpose,
        session: TokenHash?,
        freshFor: Duration,
        dormantAfter: Duration,
        privilegedRoles: [String]
    ) {
        self.identity = identity
        self.purpose = purpose
        self.session = session
        self.freshFor = freshFor
        self.dormantAfter = dormantAfter
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
    /// The same conditions as in the question, so that the store can hold the change to them.
    public let question: LinkingQuestion

    /// Creates a change.
    public init(
        effect: AccountEffect,
        identity: AssertedIdentity,
        decision: DecisionEntry,
        session: NewSession?,
        job: Job?,
        question: LinkingQuestion
    ) {
        self.job = job
        self.effect = effect
        self.identity = identity
        self.decision = decision
        self.session = session
        self.question = question
    }
}

/// A decision as it is recorded: facts, policy, rule, outcome, reason, next step. No address and no subject in clear.
public struct DecisionEntry: Sendable, Hashable {
    /// Fresh id.
    public let id: DecisionID
    /// `intent=sign_in session=none …`
    public let facts: String
    /// Name and hash of the policy.
    public let policy: String
    /// Name of the rule that decided.
    public let rule: String
    /// Stable code of the outcome.
    public let outcome: String
    /// Stable code of the reason.
    public let reason: String
    /// What the person was offered next.
    public let nextStep: String?
    /// Request id, to find the log lines.
    public let requestID: String?

    /// Creates an entry.
    public init(
        id: DecisionID,
        facts: String,
        policy: String,
        rule: String,
        outcome: String,
        reason: String,
        nextStep: String?,
        requestID: String?
    ) {
        self.id = id
        self.facts = facts
        self.policy = policy
        self.rule = rule
        self.outcome = outcome
        self.reason = reason
        self.nextStep = nextStep
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
