/// What the person can do next. Every outcome that is not the end of the way names one, and it leads somewhere.
public enum NextStep: String, Sendable, Hashable, CaseIterable {
    /// Prove that the account is theirs, by one of the proofs the outcome names.
    case proveOwnership = "prove_ownership"
    /// Enter the code that was mailed to the address.
    case enterMailedCode = "enter_mailed_code"
    /// Wait for an administrator, who sees the case in a list.
    case waitForAdministrator = "wait_for_administrator"
    /// Sign in to the account they have, in the way they used before, and add this one from the account page.
    case signInAnotherWay = "sign_in_another_way"
    /// Sign in again, then start adding the sign-in method again.
    case signInAgain = "sign_in_again"
    /// Confirm that it is them: type the password or use a sign-in method again, in the session they have.
    case confirmItIsYou = "confirm_it_is_you"
    /// Sign in with this identity to the account it belongs to, unlink it there, come back.
    case unlinkThere = "unlink_there"
    /// Sign in to the account in another way and allow the sign-in method again there.
    case allowAgain = "allow_again"
    /// Choose another way to sign in.
    case chooseAnotherWay = "choose_another_way"
    /// Have the provider verify the address, then try again.
    case verifyAddressThere = "verify_address_there"
    /// Let the provider pass on a verified address, then try again.
    case shareAddress = "share_address"
    /// Ask whoever runs the service for an invitation.
    case askForInvitation = "ask_for_invitation"
    /// Write to the administrator, with the reference on the page.
    case contactAdministrator = "contact_administrator"
    /// Start again from the sign-in page; the facts are read anew.
    case startAgain = "start_again"

    /// True when somebody in this case, refused under this policy, gets further by taking the step.
    func leadsSomewhere(for facts: LinkingFacts, signUp: SignUp) -> Bool {
        switch self {
        case .waitForAdministrator, .contactAdministrator: true
        // Proofs are asked for by outcomes of their own; a refusal that says so sends people in a circle.
        case .proveOwnership, .enterMailedCode: false
        // Only a proven account is surely theirs to sign in to: an unproven one may be a squatter's.
        case .signInAnotherWay: facts.account == .verified || facts.account == .several
        case .signInAgain: facts.intent == .link && facts.session == LinkingFacts.Session.none
        case .confirmItIsYou: facts.intent == .link && facts.session == .stale
        case .unlinkThere: facts.identity == .other
        case .allowAgain: facts.identity == .blocked
        case .chooseAnotherWay: facts.intent == .signIn
        case .verifyAddressThere: facts.email == .unverified
        case .shareAddress: facts.email == LinkingFacts.Email.none
        case .askForInvitation: signUp == .invited
        case .startAgain: !facts.isPossible
        }
    }
}
