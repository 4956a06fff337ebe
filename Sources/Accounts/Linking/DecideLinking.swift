/// Decides what happens to a person who arrives with an identity: the one door for every way in.
///
/// 1. Facts that contradict each other are refused.
/// 2. **Structure**, which no policy changes: an identity that has an owner signs that owner in, or is refused while
///    linking; one whose link has lapsed is proven again; a disabled user, an identity that the account's owner blocked, and a
///    provider that is only for linking get nowhere; linking needs a fresh session and goes to the session's user.
/// 3. **Rules**, for what is left: a newcomer whose identity nobody owns. The first match decides; no match refuses.
/// 4. **Guards** turn silent outcomes for recycled, privileged, dormant or ambiguous accounts into a proof or a wait.
/// 5. **Sign-up**: closed, or by invitation and there is none, creates nobody.
/// 6. An answer that would still break an invariant, because somebody got an unchecked policy this far, is refused.
///
/// Total over all facts and policies, and pure: the same arguments give the same decision.
public func decideLinking(
    _ facts: LinkingFacts,
    under policy: LinkingPolicy,
    context: LinkingContext
) -> LinkingDecision {
    let proposal = proposeLinking(facts, under: policy, context: context)
    let breaksAnInvariant =
        OutcomeMisfit(of: proposal.outcome, for: facts) != nil
        || LinkingInvariant.allCases.contains {
            $0.isBroken(by: proposal.outcome, for: facts, signUp: policy.signUp, context)
        }
    guard breaksAnInvariant else { return proposal }
    return LinkingDecision(
        facts: facts,
        context: context,
        outcome: .refuse(.policyUnsafe),
        rule: proposal.rule,
        rulePosition: proposal.rulePosition,
        reason: .refused(.policyUnsafe),
        passedOver: proposal.passedOver
    )
}

/// Steps 1 to 5 of ``decideLinking(_:under:context:)``: what the policy check looks at, because the sixth step would hide
/// the policy's faults from it.
///
/// - Parameter explaining: whether to say why rules were passed over, which is most of the work; the policy check asks
///   many thousand times and does not want to know.
func proposeLinking(
    _ facts: LinkingFacts,
    under policy: LinkingPolicy,
    context: LinkingContext,
    explaining: Bool = true
) -> LinkingDecision {
    if let (outcome, reason) = structuralDecision(facts, context) {
        return LinkingDecision(facts: facts, context: context, outcome: outcome, reason: reason)
    }
    let position = policy.rules.firstIndex { $0.when.holds(facts, in: context) }
    var passedOver: [PassedOverRule] = []
    if explaining {
        passedOver = policy.rules[..<(position ?? policy.rules.endIndex)].map { rule in
            PassedOverRule(rule: rule.name, mismatches: rule.when.mismatches(facts, in: context))
        }
    }
    guard let position else {
        return LinkingDecision(
            facts: facts,
            context: context,
            outcome: .refuse(.noRule),
            reason: .refused(.noRule),
            passedOver: passedOver
        )
    }
    let rule = policy.rules[position]
    let (outcome, reason) = settled(rule.then, facts, signUp: policy.signUp, invited: context.invited)
    return LinkingDecision(
        facts: facts,
        context: context,
        outcome: outcome,
        rule: rule.name,
        rulePosition: position,
        reason: reason,
        passedOver: passedOver
    )
}

/// What no policy is asked about; nil for what the rules decide.
func structuralDecision(_ facts: LinkingFacts, _ context: LinkingContext) -> (LinkingOutcome, DecisionReason)? {
    func refuse(_ reason: RefusalReason) -> (LinkingOutcome, DecisionReason) { (.refuse(reason), .refused(reason)) }
    guard facts.isPossible else { return refuse(.contradictoryFacts) }
    if context.linkOnly, facts.intent == .signIn { return refuse(.linkOnlyProvider) }
    switch (facts.intent, facts.identity) {
    case (_, .disabled):
        return refuse(.userDisabled)
    case (_, .blocked):
        return facts.intent == .link && facts.session == .none ? refuse(.sessionEnded) : refuse(.identityBlocked)
    case (_, .lapsed):
        // The link stands, and nobody is trusted because of a link alone that nobody used for so long.
        // As for a dormant account, a mailed code proves nothing: who runs the issuer may have changed hands, and the mailbox
        // with it (L-18).
        return (.linkAfterProof(proofs: LinkingGuard.proofs), .linkLapsed)
    case (.signIn, .mine), (.signIn, .other):
        // Whatever the address says today (nOAuth; Synapse #9437).
        return (.signIn, .identityKnown)
    case (.link, .mine):
        return (.signIn, .alreadyLinked)
    case (.link, .other):
        return facts.session == LinkingFacts.Session.none ? refuse(.sessionEnded) : refuse(.identityInUse)
    case (.link, .unknown):
        switch facts.session {
        case .none: return refuse(.sessionEnded)
        case .stale: return refuse(.sessionStale)
        case .fresh:
            let (outcome, warning) = LinkingGuard.guarded(.link, facts)
            return (outcome, warning.map { .guarded($0) } ?? .freshSession)
        }
    case (.signIn, .unknown):
        // Only with a proven address: to anybody else, whether it is known here is none of their business.
        let isProven = facts.email == .verified || facts.email == .authoritative
        return facts.account == .disabled && isProven ? refuse(.userDisabled) : nil
    }
}

/// A rule's outcome after the guards and sign-up.
private func settled(
    _ outcome: LinkingOutcome,
    _ facts: LinkingFacts,
    signUp: SignUp,
    invited: Bool
) -> (LinkingOutcome, DecisionReason) {
    let (guarded, warning) = LinkingGuard.guarded(outcome, facts)
    if guarded.createsUser {
        switch signUp {
        case .open: break
        case .invited where invited: break
        case .invited: return (.refuse(.invitationRequired), .refused(.invitationRequired))
        case .closed: return (.refuse(.signUpClosed), .refused(.signUpClosed))
        }
    }
    if let warning { return (guarded, .guarded(warning)) }
    if case .refuse(let reason) = guarded { return (guarded, .refused(reason)) }
    return (guarded, .rule)
}
