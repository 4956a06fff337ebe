/// An outcome that means nothing, or something nobody would want, for the facts it is given for. Beside the twelve
/// invariants these are faults of a rule: what it says cannot be carried out as it is meant.
public enum OutcomeMisfit: String, Sendable, Hashable, CaseIterable {
    /// `create` would give the new user an address that somebody holds.
    case addressIsHeld = "address_is_held"
    /// A way into an account, and no account holds the address.
    case noAccountToReach = "no_account_to_reach"
    /// A claim on something other than an unproven registration would rob its owner.
    case nothingToClaim = "nothing_to_claim"
    /// A new user, or a claim, while linking to one's own account.
    case notWhileLinking = "not_while_linking"
    /// `link_after_proof` without any proof to give.
    case noProofs = "no_proofs"

    /// The misfit of an outcome for facts; nil when it fits.
    public init?(of outcome: LinkingOutcome, for facts: LinkingFacts) {
        if outcome == .linkAfterProof(proofs: []) {
            self = .noProofs
            return
        }
        let isLinking = facts.intent == .link
        switch outcome {
        case .signIn, .hold, .refuse: return nil
        case .createSeparate where isLinking, .create where isLinking: self = .notWhileLinking
        case .claim where isLinking, .claimAfterProof where isLinking: self = .notWhileLinking
        case .link where isLinking, .linkAfterProof where isLinking, .createSeparate: return nil
        case .create:
            guard facts.account != LinkingFacts.Account.none else { return nil }
            self = .addressIsHeld
        case .linkAfterProof where facts.identity == .lapsed: return nil
        case .link, .linkAfterProof:
            guard facts.account == LinkingFacts.Account.none else { return nil }
            self = .noAccountToReach
        case .claim, .claimAfterProof:
            guard facts.account != .unverified else { return nil }
            self = .nothingToClaim
        }
    }

    /// One sentence for the operator.
    public var sentence: String {
        switch self {
        case .addressIsHeld: "create would give the newcomer an address that somebody holds; create_separate does not."
        case .noAccountToReach: "No account holds the address, so there is nothing to link to."
        case .nothingToClaim: "Only an address that nobody has proven can be claimed."
        case .notWhileLinking: "Somebody who links is signed in already: they neither become a new user nor claim."
        case .noProofs: "link_after_proof has to name at least one proof."
        }
    }
}
