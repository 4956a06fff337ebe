import Accounts

/// What a mailed link is for, as far as somebody whose link does not work has to be told.
public enum MailedLink: Sendable, Hashable, CaseIterable {
    /// Finishing a sign-up.
    case signUp
    /// Choosing a new password.
    case passwordReset
    /// Proving a new address.
    case emailChange
    /// Taking a change of address back.
    case emailChangeUndo
    /// Taking a link or an unlink back.
    case identityUndo
    /// Signing in.
    case signIn

    init(_ purpose: ProofPurpose) {
        switch purpose {
        case .passwordReset: self = .passwordReset
        case .emailChange: self = .emailChange
        case .emailChangeUndo: self = .emailChangeUndo
        case .emailSignIn: self = .signIn
        }
    }

    /// Where another one comes from.
    private var wayForward: WayForward {
        switch self {
        case .signUp: .signUp
        case .passwordReset, .emailChangeUndo: .resetPassword
        case .emailChange, .identityUndo: .openAccount
        case .signIn: .signInAgain
        }
    }

    /// Malformed, never sent, used, void, too old, somebody else's: one failure (O-4).
    public func unusable(_ step: FlowStep, detail: String = "") -> FlowFailure {
        let failure = FlowFailure(step, .unknownProof, detail: detail).leading(to: wayForward)
        guard self == .signIn else { return failure }
        return failure.explained(
            "This link works once, for a short time, and only in the browser in which you asked for it. Ask for a new one here."
        )
    }
}
