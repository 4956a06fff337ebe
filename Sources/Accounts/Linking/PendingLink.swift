/// Marks ``ID``s of pending links.
public enum PendingLinkKind {}
/// Id of a pending link.
public typealias PendingLinkID = ID<PendingLinkKind>

/// A decision that waits for a proof: what is to be joined to what, bound to one browser, one identity and one account (P-2, P-3).
public struct PendingLink: Sendable, Hashable {
    /// What happens once the proof has been given.
    public enum Purpose: String, Sendable, CaseIterable {
        /// The identity joins the account.
        case link = "link_after_proof"
        /// The address leaves the registrations that never proved it, and a new user gets it.
        case claim = "claim_after_proof"
        /// The identity is the account's already; it signs in again.
        case lapsed = "link_lapsed"
    }

    /// Fresh id.
    public let id: PendingLinkID
    /// The only browser it works in.
    public let browser: TokenHash
    /// What happens once the proof has been given.
    public let purpose: Purpose
    /// Who arrived.
    public let identity: AssertedIdentity
    /// Why they had been sent to the provider.
    public let arrival: SignInPurpose
    /// The account to prove; nil for a claim, which proves the address alone.
    public let target: UserID?
    /// The proofs that count.
    public let proofs: Set<LinkingProof>
    /// The decision that asked for it.
    public let decision: DecisionID
    /// The policy that asked for it.
    public let policyHash: String
    /// Where to go afterwards, already checked.
    public let returnTo: String

    /// Creates a pending link.
    public init(
        id: PendingLinkID,
        browser: TokenHash,
        purpose: Purpose,
        identity: AssertedIdentity,
        arrival: SignInPurpose,
        target: UserID?,
        proofs: Set<LinkingProof>,
        decision: DecisionID,
        policyHash: String,
        returnTo: String
    ) {
        self.id = id
        self.browser = browser
        self.purpose = purpose
        self.identity = identity
        self.arrival = arrival
        self.target = target
        self.proofs = proofs
        self.decision = decision
        self.policyHash = policyHash
        self.returnTo = returnTo
    }
}

/// A pending link as it stands: what has been proven, and what is still missing.
public struct WaitingLink: Sendable, Hashable {
    /// What waits.
    public let link: PendingLink
    /// The mailbox whose owner may decide, and the name the password is looked up under: the asserted address where the account
    /// has proven it or a claim is about it, else the account's own. Nil when the account has none.
    public let mailbox: EmailAddress?
    /// The proof that was given; nil while one is missing.
    public let provenBy: LinkingProof?
    /// Whether the account's second step has been passed for this link.
    public let passedSecondStep: Bool
    /// Whether the account has a second step.
    public let hasSecondStep: Bool

    /// Whether nothing is missing any more.
    public var isComplete: Bool { provenBy != nil && (passedSecondStep || !hasSecondStep) }

    /// Creates a waiting link.
    public init(
        link: PendingLink,
        mailbox: EmailAddress?,
        provenBy: LinkingProof?,
        passedSecondStep: Bool,
        hasSecondStep: Bool
    ) {
        self.link = link
        self.mailbox = mailbox
        self.provenBy = provenBy
        self.passedSecondStep = passedSecondStep
        self.hasSecondStep = hasSecondStep
    }
}

/// A proof that was given, for the change that uses it up.
public struct GivenProof: Sendable, Hashable {
    /// The pending link that is consumed by the change.
    public let link: PendingLinkID
    /// The browser it is bound to.
    public let browser: TokenHash
    /// How it was proven.
    public let by: LinkingProof

    /// Creates a proof.
    public init(link: PendingLinkID, browser: TokenHash, by proof: LinkingProof) {
        self.link = link
        self.browser = browser
        by = proof
    }
}
