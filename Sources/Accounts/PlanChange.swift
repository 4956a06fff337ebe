/// Turns a decision into what it does to accounts. Total: every outcome has exactly one effect, and the outcomes that wait
/// for somebody's proof or word do nothing yet but leave their record.
///
/// - Parameters:
///   - outcome: what was decided.
///   - situation: what it was decided on.
///   - purpose: why the person was sent to the provider.
///   - email: the asserted address.
///   - freshUser: an id for a new user.
///   - freshIdentity: an id for a new identity.
///   - freshReceipt: an id for a claim's receipt.
/// - Returns: nil when the outcome does not fit the situation, which only a fault can bring about.
public func planChange(
    for outcome: LinkingOutcome,
    in situation: LinkingSituation,
    purpose: SignInPurpose,
    email: AssertedEmail?,
    freshUser: @autoclosure () -> UserID,
    freshIdentity: @autoclosure () -> FederatedIdentityID,
    freshReceipt: @autoclosure () -> ClaimReceiptID
) -> AccountEffect? {
    switch outcome {
    case .signIn:
        guard let owner = situation.identityOwner else { return nil }
        return .signIn(owner)
    case .create:
        // Weaker evidence than `verified` never makes an address proven (G03), and an unproven one is not kept at all: it would
        // occupy nothing, prove nothing, and tell whoever claimed it whether it was free (G22).
        let proven = email.flatMap { $0.evidence >= .verified ? $0.address : nil }
        let created = proven.map { CreatedEmail(address: $0, verified: true) }
        return .create(freshUser(), freshIdentity(), email: created)
    case .createSeparate:
        return .create(freshUser(), freshIdentity(), email: nil)
    case .link:
        switch purpose {
        case .link(let user, let session): return .linkToSession(user, session, freshIdentity())
        case .signIn:
            guard let holder = situation.addressHolder else { return nil }
            return .linkToHolder(holder, freshIdentity())
        case .confirm: return nil
        }
    case .claim:
        guard let email, purpose == .signIn else { return nil }
        return .claim(freshUser(), freshIdentity(), address: email.address, receipt: freshReceipt())
    case .linkAfterProof, .claimAfterProof, .hold, .refuse:
        // Whose page it belongs on: the account that would be reached.
        if case .link(let user, _) = purpose { return .recordOnly(concerning: user) }
        let owner = situation.facts.identity == .lapsed ? situation.identityOwner : situation.addressHolder
        return .recordOnly(concerning: owner ?? situation.identityOwner)
    }
}
