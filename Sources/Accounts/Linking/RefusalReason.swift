/// Why somebody is refused. The raw value is the stable code in pages, logs, rows and API answers.
public enum RefusalReason: String, Sendable, Hashable, CaseIterable {
    // Decided by structure; no policy can give or change these.

    /// The identity, or the address it vouches for, belongs to a disabled user.
    case userDisabled = "user_disabled"
    /// Linking, and the identity belongs to another user.
    case identityInUse = "identity_in_use"
    /// The owner of the account that the identity would reach has said that it is not theirs.
    case identityBlocked = "identity_blocked"
    /// The provider may only be added to accounts; it signs nobody in.
    case linkOnlyProvider = "link_only_provider"
    /// Linking, and the session ended on the way.
    case sessionEnded = "session_ended"
    /// Linking, and the last proof of who they are is too old.
    case sessionStale = "session_stale"
    /// The policy would create a user, and sign-up is closed.
    case signUpClosed = "sign_up_closed"
    /// The policy would create a user, and there is no invitation.
    case invitationRequired = "invitation_required"
    /// The facts contradict each other.
    case contradictoryFacts = "contradictory_facts"
    /// No rule of the policy covers the case.
    case noRule = "no_rule"
    /// The policy's answer would break an invariant.
    case policyUnsafe = "policy_unsafe"

    // For rules.

    /// The operator's policy says no.
    case refusedByPolicy = "refused_by_policy"
    /// A proven account holds the address, and the policy wants people to link from inside it.
    case accountExists = "account_exists"
    /// The policy wants a proven address.
    case addressUnproven = "address_unproven"
    /// The policy wants an address.
    case addressMissing = "address_missing"

    /// True for the reasons a rule may give.
    public var isForRules: Bool {
        switch self {
        case .refusedByPolicy, .accountExists, .addressUnproven, .addressMissing: true
        default: false
        }
    }

    /// What the person can do instead.
    public var nextStep: NextStep {
        switch self {
        case .userDisabled, .signUpClosed, .noRule, .policyUnsafe, .refusedByPolicy: .contactAdministrator
        case .identityInUse: .unlinkThere
        case .identityBlocked: .allowAgain
        case .linkOnlyProvider: .chooseAnotherWay
        case .sessionEnded: .signInAgain
        case .sessionStale: .confirmItIsYou
        case .invitationRequired: .askForInvitation
        case .contradictoryFacts: .startAgain
        case .accountExists: .signInAnotherWay
        case .addressUnproven: .verifyAddressThere
        case .addressMissing: .shareAddress
        }
    }

    /// One sentence for the person. It names no other user and no address.
    public var sentence: String {
        switch self {
        case .userDisabled: "This account has been disabled. The administrator can tell you why."
        case .identityInUse:
            "This sign-in method already belongs to another account here. Sign in with it, unlink it there, then come back."
        case .identityBlocked:
            "The owner of this account has blocked this sign-in method. If that is you, sign in another way and allow it again "
                + "on your account page."
        case .linkOnlyProvider:
            "This provider does not sign anybody in here. Choose another way; once you are signed in, you can add it to your "
                + "account."
        case .sessionEnded:
            "You were signed out on the way. Sign in again and start adding the sign-in method once more."
        case .sessionStale: "It has been a while: confirm that it is you, then add the sign-in method."
        case .signUpClosed:
            "This service takes no new registrations. If you have an account, sign in the way you did before and add this "
                + "sign-in method on your account page; if not, ask the administrator."
        case .invitationRequired:
            "New accounts need an invitation here. If you have an account, sign in the way you did before and add this "
                + "sign-in method on your account page; if not, ask for an invitation."
        case .contradictoryFacts: "Something changed while you were signing in. Please start again."
        case .noRule: "This service has not decided who may sign in this way. The administrator can."
        case .policyUnsafe: "Signing in this way is switched off until the administrator has corrected a setting."
        case .refusedByPolicy:
            "This service does not accept this way of signing in for you. The administrator can tell you more."
        case .accountExists:
            "You have an account here already. Sign in the way you did before, then add this sign-in method on your account page."
        case .addressUnproven: "The provider has not verified your e-mail address. Verify it there, then try again."
        case .addressMissing: "The provider did not pass on an e-mail address. Allow it to, then try again."
        }
    }

    /// One sentence for the operator who reads the log.
    public var operatorHint: String {
        switch self {
        case .userDisabled: "Enable the user if they should get in; no policy can let a disabled user in."
        case .identityInUse:
            "Identities never move between users by themselves; the owner, or an administrator, unlinks it first."
        case .identityBlocked: "The account's owner undid a link to this identity; only they can allow it again."
        case .linkOnlyProvider: "The provider's mode is link_only."
        case .sessionEnded: "If this is frequent, sessions end sooner than people need at the provider."
        case .sessionStale: "Linking needs a session that was proven recently; the limit is a setting."
        case .signUpClosed: "The policy says sign_up: closed, so nobody new is created."
        case .invitationRequired: "The policy says sign_up: invited, and the flow carried no invitation."
        case .contradictoryFacts:
            "The facts in the decision's row cannot occur together: a race, or a fault worth reporting."
        case .noRule:
            "Add a rule that covers the facts in the decision's row; the policy check names every uncovered case."
        case .policyUnsafe: "The rule named in the row breaks an invariant; the policy check shows how."
        case .refusedByPolicy: "The rule named in the row refuses these facts."
        case .accountExists: "The rule named in the row sends people with an account to link from inside it."
        case .addressUnproven: "The rule named in the row wants an address the provider has verified."
        case .addressMissing: "The rule named in the row wants an address; check the scopes asked of the provider."
        }
    }
}
