/// What makes a silent outcome too silent. Guards stand behind every rule and behind linking while signed in; a policy
/// cannot switch them off, and they never say no: they ask for a proof, or for an administrator.
public enum LinkingGuard: String, Sendable, Hashable, CaseIterable {
    /// More than one user has proven the address.
    case several
    /// The account holds a privileged role.
    case privileged
    /// Another subject of the same issuer is linked to the account already (recycled mailbox, re-created domain).
    case recycled
    /// Nobody has signed in to the account for a long time.
    case dormant

    /// The guards these facts raise, most serious first.
    public static func raised(by facts: LinkingFacts) -> [LinkingGuard] {
        allCases.filter { warning in
            switch warning {
            case .several: facts.account == .several
            case .privileged: facts.privileged
            case .recycled: facts.recycled
            case .dormant: facts.dormant
            }
        }
    }

    /// The proofs that are worth something while a guard is up. Not a mailed code: evidence about the mailbox is what
    /// the guard doubts, and a code only proves the same mailbox once more.
    static let proofs: Set<LinkingProof> = [.password, .linkedIdentity]

    /// What a rule's outcome becomes under the guards the facts raise, and the guard that changed it; nil for unchanged.
    static func guarded(_ outcome: LinkingOutcome, _ facts: LinkingFacts) -> (
        outcome: LinkingOutcome, by: LinkingGuard?
    ) {
        let raised = raised(by: facts)
        guard let first = raised.first else {
            return outcome == .linkAfterProof(proofs: []) ? (.hold, nil) : (outcome, nil)
        }
        switch outcome {
        case .link:
            return (.linkAfterProof(proofs: proofs), first)
        case .linkAfterProof(let offered):
            let left = offered.intersection(proofs)
            if left == offered, !offered.isEmpty { return (outcome, nil) }
            return (left.isEmpty ? .hold : .linkAfterProof(proofs: left), first)
        case .claim, .claimAfterProof:
            // Roles must not fall to whoever owns a mailbox that an administrator once mistyped.
            if first == .several || first == .privileged { return (.hold, first) }
            // A claim evicts, so a squatter who linked an identity of the same issuer must not be able to stop it:
            // the owner of the mailbox can always return a code.
            return outcome == .claim ? (.claimAfterProof, first) : (outcome, nil)
        case .signIn, .create, .createSeparate, .hold, .refuse:
            return (outcome, nil)
        }
    }

    /// One sentence for logs and pages.
    public var sentence: String {
        switch self {
        case .several: "More than one account has proven this address."
        case .privileged: "The account holds a privileged role."
        case .recycled:
            "Another identity of the same provider is linked to the account already, so the mailbox may have changed hands."
        case .dormant: "Nobody has signed in to the account for a long time, so the mailbox may have changed hands."
        }
    }
}
