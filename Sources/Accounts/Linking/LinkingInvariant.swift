/// What no policy can do. Numbered as in the documentation; checked over every case when a policy is loaded.
public enum LinkingInvariant: Int, Sendable, Hashable, CaseIterable {
    /// 1
    case identityStaysWithItsOwner = 1
    /// 2
    case unprovenAddressReachesNoAccount = 2
    /// 3
    case unprovenAccountIsOnlyClaimed = 3
    /// 4
    case recycledAddressIsNotSilent = 4
    /// 5
    case privilegedAccountIsNotSilent = 5
    /// 6
    case linkingNeedsFreshSession = 6
    /// 7
    case disabledUserGetsNoSession = 7
    /// 8
    case severalHoldersAreNotSilent = 8
    /// 9
    case closedSignUpCreatesNobody = 9
    /// 10
    case weakerEvidenceReachesNoFurther = 10
    /// 11
    case askingAgainSignsIn = 11
    /// 12
    case refusalsLeadSomewhere = 12

    /// The invariant in one sentence.
    public var sentence: String {
        switch self {
        case .identityStaysWithItsOwner:
            "An identity that belongs to one user never signs in as, or links to, another."
        case .unprovenAddressReachesNoAccount:
            "An absent or unverified address never reaches an existing account without proof."
        case .unprovenAccountIsOnlyClaimed:
            "An account whose own address is unproven is never linked into: it is claimed, or refused. "
                + "Nothing less than authoritative evidence claims without a mailed code."
        case .recycledAddressIsNotSilent:
            "A recycled address (another subject of that issuer is linked already) is never linked silently."
        case .privilegedAccountIsNotSilent: "A privileged account is never linked silently."
        case .linkingNeedsFreshSession: "Linking while signed in needs a fresh session."
        case .disabledUserGetsNoSession: "A disabled user never gets a session."
        case .severalHoldersAreNotSilent: "Several holders of one address are never decided silently."
        case .closedSignUpCreatesNobody: "Closed sign-up creates nobody."
        case .weakerEvidenceReachesNoFurther:
            "Weaker evidence never reaches an account that stronger evidence would not."
        case .askingAgainSignsIn: "Asking again after applying a decision gives sign_in."
        case .refusalsLeadSomewhere: "Every refusal names a next step that leads somewhere."
        }
    }

    /// True when this outcome for these facts breaks the invariant by itself. The tenth and eleventh compare decisions
    /// with each other, see ``isBroken(by:under:deciding:)``.
    func isBroken(by outcome: LinkingOutcome, for facts: LinkingFacts, signUp: SignUp, _ context: LinkingContext)
        -> Bool
    {
        let isSilent = outcome.reach == .silently
        let touchesAccount = outcome.reach != .notAtAll
        let attaches = touchesAccount || outcome.createsUser
        let signingIn = facts.intent == .signIn
        // A lapsed link leads to the identity's owner, not to whoever holds the address.
        let isLapsed = facts.identity == .lapsed
        switch self {
        case .identityStaysWithItsOwner:
            let ownerIsHere = facts.identity == .mine || (facts.identity == .other && signingIn)
            if outcome == .signIn { return !ownerIsHere }
            if isLapsed, case .linkAfterProof(let proofs) = outcome { return proofs.isEmpty }
            return facts.identity != .unknown && attaches
        case .unprovenAddressReachesNoAccount:
            let isProven = facts.email == .verified || facts.email == .authoritative
            return signingIn && !isProven && (isSilent || outcome.reach == .afterProof([]))
        case .unprovenAccountIsOnlyClaimed:
            // While linking, the account reached is the session's, not the holder's.
            guard signingIn, !isLapsed, facts.account == .unverified else { return false }
            switch outcome {
            case .link, .linkAfterProof: return true
            case .claim: return facts.email != .authoritative
            default: return false
            }
        case .recycledAddressIsNotSilent:
            // A code mailed to a recycled mailbox reaches its new owner, so it is no proof for linking.
            guard facts.recycled, !isLapsed, case .linkAfterProof(let proofs) = outcome else {
                return facts.recycled && isSilent
            }
            return proofs.contains(.emailCode)
        case .privilegedAccountIsNotSilent:
            return facts.privileged && isSilent
        case .linkingNeedsFreshSession:
            return facts.intent == .link && facts.session != .fresh && attaches
        case .disabledUserGetsNoSession:
            return (facts.identity == .disabled && (attaches || outcome == .signIn))
                || (signingIn && !isLapsed && facts.account == .disabled && touchesAccount)
        case .severalHoldersAreNotSilent:
            return facts.account == .several && isSilent
        case .closedSignUpCreatesNobody:
            let isOpen = signUp == .open || (signUp == .invited && context.invited)
            return outcome.createsUser && !isOpen
        case .refusalsLeadSomewhere:
            guard case .refuse(let reason) = outcome else { return false }
            return !reason.nextStep.leadsSomewhere(for: facts, signUp: signUp)
        case .weakerEvidenceReachesNoFurther, .askingAgainSignsIn:
            return false
        }
    }

    /// For the tenth and eleventh: a case that, beside this decision, shows the invariant broken; nil otherwise.
    func isBroken(
        by decision: LinkingDecision,
        under policy: LinkingPolicy,
        deciding: LinkingFunction
    ) -> LinkingDecision? {
        switch self {
        case .weakerEvidenceReachesNoFurther:
            let strengths = LinkingFacts.Email.allCases
            guard let own = strengths.firstIndex(of: decision.facts.email) else { return nil }
            for email in strengths[(own + 1)...] {
                var stronger = decision.facts
                stronger.email = email
                guard stronger.isPossible else { continue }
                let other = deciding(stronger, policy, decision.context)
                if !decision.outcome.reach.isWithin(other.outcome.reach) { return other }
            }
            return nil
        case .askingAgainSignsIn:
            if decision.outcome == .hold { return nil }
            if case .refuse = decision.outcome { return nil }
            let after = decision.facts.afterApplying(decision.outcome)
            // A provider that is only for linking signs nobody in, and nobody was promised that it would.
            for again in [after, after.seenFromAnotherBrowser()]
            where !(decision.context.linkOnly && again.intent == .signIn) {
                let next = deciding(again, policy, decision.context)
                if next.outcome != .signIn { return next }
            }
            return nil
        default:
            return nil
        }
    }
}

/// A function that could stand in for ``decideLinking(_:under:context:)``: the policy check takes it as an argument, so
/// that its own tests can hand it broken ones.
typealias LinkingFunction = (LinkingFacts, LinkingPolicy, LinkingContext) -> LinkingDecision
