/// A way to prove that an account is one's own, before an identity is linked to it.
public enum LinkingProof: String, Sendable, Hashable, CaseIterable, Comparable {
    /// The account's password.
    case password
    /// A code mailed to the address both sides name. It proves the mailbox as it is today, and so proves nothing where
    /// the doubt is whether the mailbox is still the same person's.
    case emailCode = "email_code"
    /// Signing in with an identity that is linked already.
    case linkedIdentity = "linked_identity"

    /// By code, so that sets have one written form.
    public static func < (left: LinkingProof, right: LinkingProof) -> Bool { left.rawValue < right.rawValue }
}

/// What happens to a person who arrives with an identity. No outcome silently becomes another: whoever carries one
/// out does exactly this or fails.
public enum LinkingOutcome: Sendable, Hashable {
    /// Sign in the user who owns the identity.
    case signIn
    /// A new user, who takes the address over as proven only if the evidence says so.
    case create
    /// A new user without the disputed address.
    case createSeparate
    /// Attach the identity, at a sign-in to the account that holds the address, while linking to the session's user;
    /// tell the owner by mail.
    case link
    /// The same, once one of these proofs of ownership has been given.
    case linkAfterProof(proofs: Set<LinkingProof>)
    /// The mailbox's owner takes an address that was registered without proof: in one transaction the unproven
    /// registrations' passwords, identities, sessions, pending changes and second factors are removed or parked, and
    /// the person gets a receipt.
    case claim
    /// The same, once a code mailed to the address has come back.
    case claimAfterProof
    /// Wait for an administrator.
    case hold
    /// No, why, and what to do instead.
    case refuse(RefusalReason)

    /// Stable name, without proofs and reason.
    public var code: String {
        switch self {
        case .signIn: "sign_in"
        case .create: "create"
        case .createSeparate: "create_separate"
        case .link: "link"
        case .linkAfterProof: "link_after_proof"
        case .claim: "claim"
        case .claimAfterProof: "claim_after_proof"
        case .hold: "hold"
        case .refuse: "refuse"
        }
    }

    /// What the person is offered next; nil when nothing is left to do.
    public var nextStep: NextStep? {
        switch self {
        case .signIn, .create, .createSeparate, .link, .claim: nil
        case .linkAfterProof: .proveOwnership
        case .claimAfterProof: .enterMailedCode
        case .hold: .waitForAdministrator
        case .refuse(let reason): reason.nextStep
        }
    }

    /// How far the arriving identity gets into an account that exists already.
    var reach: AccountReach {
        switch self {
        case .link, .claim: .silently
        case .linkAfterProof(let proofs): .afterProof(proofs)
        case .claimAfterProof: .afterProof([.emailCode])
        case .signIn, .create, .createSeparate, .hold, .refuse: .notAtAll
        }
    }

    /// True when carrying it out makes a new user.
    var createsUser: Bool { self == .create || self == .createSeparate }
}

/// How far an outcome lets an identity into an existing account.
enum AccountReach: Hashable {
    case notAtAll
    case afterProof(Set<LinkingProof>)
    case silently

    /// True when this opens nothing that `other` keeps closed.
    func isWithin(_ other: AccountReach) -> Bool {
        switch (self, other) {
        case (.notAtAll, _), (_, .silently): true
        case (.afterProof(let mine), .afterProof(let theirs)): mine.isSubset(of: theirs)
        case (.afterProof, .notAtAll), (.silently, _): false
        }
    }
}

extension LinkingOutcome: CustomStringConvertible {
    /// Stable text for database rows and logs: the code, then proofs or reason after a colon, such as
    /// `link_after_proof:email_code,password` or `refuse:user_disabled`.
    public var description: String {
        switch self {
        case .linkAfterProof(let proofs): code + ":" + proofs.sorted().map(\.rawValue).joined(separator: ",")
        case .refuse(let reason): code + ":" + reason.rawValue
        default: code
        }
    }

    /// Reads what ``description`` writes, and nothing else; nil for any other text.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count <= 256 else { return nil }
        let plain: [LinkingOutcome] = [.signIn, .create, .createSeparate, .link, .claim, .claimAfterProof, .hold]
        if let outcome = plain.first(where: { $0.code == text }) {
            self = outcome
            return
        }
        let parts = String(text).split(separator: Character(":"), maxSplits: 1, omittingEmptySubsequences: false).map(
            String.init
        )
        guard parts.count == 2 else { return nil }
        let (head, tail) = (parts[0], parts[1])
        if head == "refuse", let reason = RefusalReason(rawValue: tail) {
            self = .refuse(reason)
            return
        }
        let names = tail.isEmpty ? [] : tail.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        let proofs = names.compactMap { LinkingProof(rawValue: String($0) ?? "") }
        guard head == "link_after_proof", proofs.count == names.count, proofs == Set(proofs).sorted() else {
            return nil
        }
        self = .linkAfterProof(proofs: Set(proofs))
    }
}
