/// Why a combination of facts cannot occur. Contradicting facts are a race or a fault in whoever filled them in; the
/// decision refuses them.
public enum FactContradiction: String, Sendable, Hashable, CaseIterable {
    /// An identity belongs to the session's user, and there is no session.
    case identityMineWithoutSession = "identity_mine_without_session"
    /// An address belongs to the session's user, and there is no session.
    case accountMineWithoutSession = "account_mine_without_session"
    /// At a sign-in the session has no say about whose address it is.
    case accountMineAtSignIn = "account_mine_at_sign_in"
    /// No address, and yet somebody holds it.
    case accountWithoutEmail = "account_without_email"
    /// A lapsed link matters at a sign-in only; while linking its owner is the session's user or somebody else.
    case lapsedWhileLinking = "lapsed_while_linking"
    /// Blocked by an account that the identity would not reach.
    case blockedOutOfReach = "blocked_out_of_reach"
    /// A warning about an account, and there is no account it could be about.
    case warningWithoutAccount = "warning_without_account"
    /// The session's user proved who they are just now, and has not signed in for ages.
    case dormantWithFreshSession = "dormant_with_fresh_session"

    /// One sentence for the log and the documentation.
    public var sentence: String {
        switch self {
        case .identityMineWithoutSession: "Without a session there is no user an identity could be “mine” for."
        case .accountMineWithoutSession: "Without a session there is no user an address could be “mine” for."
        case .accountMineAtSignIn:
            "A sign-in does not look at the session to find out whose address it is, so it never finds “mine”."
        case .accountWithoutEmail: "Nobody can hold an address that the provider did not give."
        case .lapsedWhileLinking:
            "A link that nobody used for long asks for a proof at a sign-in; while linking, “mine” and “other” say all there is to say."
        case .blockedOutOfReach:
            "Only the account that would be reached can have blocked an identity: the session's, or the one that has proven an "
                + "address which the provider vouches for."
        case .warningWithoutAccount: "Recycled, privileged and dormant describe an account, and there is none."
        case .dormantWithFreshSession: "The account that would be linked to was signed in to a moment ago."
        }
    }
}

extension LinkingFacts {
    /// Why these facts cannot occur together; empty when they can.
    public var contradictions: [FactContradiction] {
        var found: [FactContradiction] = []
        if session == Session.none, identity == .mine { found.append(.identityMineWithoutSession) }
        if session == Session.none, account == .mine { found.append(.accountMineWithoutSession) }
        if intent == .signIn, account == .mine { found.append(.accountMineAtSignIn) }
        if email == Email.none, account != Account.none { found.append(.accountWithoutEmail) }
        if intent == .link, identity == .lapsed { found.append(.lapsedWhileLinking) }
        let reachesAccount =
            intent == .link
            ? session != Session.none : account == .verified && (email == .verified || email == .authoritative)
        if identity == .blocked, !reachesAccount { found.append(.blockedOutOfReach) }
        // The account the warnings are about is the holder of the address at a sign-in, the session's user while linking.
        let hasAccount = intent == .signIn ? account != Account.none : session != Session.none
        if recycled || privileged || dormant, !hasAccount { found.append(.warningWithoutAccount) }
        if intent == .link, session == .fresh, dormant { found.append(.dormantWithFreshSession) }
        return found
    }

    /// True when the combination can occur.
    public var isPossible: Bool { contradictions.isEmpty }
}
