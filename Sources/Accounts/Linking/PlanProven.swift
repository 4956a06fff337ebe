/// What a proof allows, once the situation has been read and the policy been asked again: the effect, as long as they still
/// say what the proof was asked for. Nil when they say anything else; nothing is done then, and the person starts again.
///
/// - Parameters:
///   - waiting: the pending link with its proof.
///   - decision: today's answer.
///   - situation: what it was given on.
///   - freshUser: an id for a new user.
///   - freshIdentity: an id for a new identity.
///   - freshReceipt: an id for a claim's receipt.
public func planProven(
    _ waiting: WaitingLink,
    _ decision: LinkingDecision,
    in situation: LinkingSituation,
    freshUser: @autoclosure () -> UserID,
    freshIdentity: @autoclosure () -> FederatedIdentityID,
    freshReceipt: @autoclosure () -> ClaimReceiptID
) -> AccountEffect? {
    let link = waiting.link
    guard waiting.isComplete, let proof = waiting.provenBy else { return nil }
    switch (link.purpose, decision.outcome) {
    case (.link, .linkAfterProof(let proofs)):
        guard decision.reason != .linkLapsed, proofs.contains(proof), let target = link.target else { return nil }
        switch link.arrival {
        case .link(let user, let session):
            return user == target ? .linkToSession(user, session, freshIdentity()) : nil
        case .signIn:
            return situation.addressHolder == target ? .linkToHolder(target, freshIdentity()) : nil
        case .confirm: return nil
        }
    case (.lapsed, .linkAfterProof(let proofs)):
        guard decision.reason == .linkLapsed, proofs.contains(proof), let target = link.target,
            situation.identityOwner == target
        else { return nil }
        return .signIn(target)
    case (.claim, .claimAfterProof):
        guard proof == .emailCode, let address = link.identity.email?.address else { return nil }
        return .claim(freshUser(), freshIdentity(), address: address, receipt: freshReceipt())
    default:
        return nil
    }
}
