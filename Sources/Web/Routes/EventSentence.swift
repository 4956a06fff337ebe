import Accounts

/// An event of an account in one sentence for its owner.
enum EventSentence {
    /// - Parameters:
    ///   - app: the name of the app it is about.
    ///   - provider: the name of the provider it is about.
    static func text(_ kind: AccountEvent.Kind, app: String? = nil, provider: String? = nil) -> String {
        switch kind {
        case .signedUp: "You signed up, and your address was proven."
        case .signedInWithPassword: "You signed in with your password."
        case .signedInByMail: "You signed in with a mail to your address."
        case .secondFactorPassed: "You passed the second step."
        case .recoveryCodeUsed: "A recovery code was used in place of the second step."
        case .passwordSet: "A password was set."
        case .passwordChanged: "Your password was changed."
        case .passwordReset: "Your password was replaced through your mailbox."
        case .passwordRemoved: "Your password was removed."
        case .emailChangeRequested: "A change of your e-mail address was asked for."
        case .emailChanged: "Your e-mail address was changed."
        case .emailChangeUndone: "A change of your e-mail address was undone from the old mailbox."
        case .secondFactorAdded: "A second step was switched on."
        case .secondFactorRemoved: "The second step was switched off."
        case .recoveryCodesReplaced: "New recovery codes were made."
        case .identityApproved: "An administrator approved a way to sign in that had been waiting."
        case .addressClaimed: "An address that was never proven here was claimed by the owner of its mailbox."
        case .identityUnlinked: "A way to sign in was removed."
        case .identityLinkUndone: "An added way to sign in was taken back and blocked."
        case .identityUnlinkUndone: "A removed way to sign in was brought back."
        case .identityAllowed: "A blocked way to sign in was allowed again. Nothing was added by that."
        case .otherSessionsEnded: "You were signed out everywhere but in one browser."
        case .sessionEnded: "One of your devices was signed out."
        case .sessionLimitReached: "You were signed in in too many places: the one unused for longest was signed out."
        case .sessionsEndedByAdministrator: "An administrator signed you out."
        case .disabled: "An administrator disabled your account."
        case .enabled: "An administrator enabled your account again."
        case .rolesChanged: "An administrator changed your roles."
        case .metadataChanged: "An administrator changed what is kept about you."
        case .refreshTokenReplayed: "An app was signed out, because a copy of its key to your account was used."
        case .upstreamTokenHandedOut:
            "\(app ?? "An app") was given access to your \(provider.map { "\($0) account" } ?? "account at a provider")."
        case .accountMerged: "Another account of yours was merged into this one."
        case .mergedAway: "This account was merged into another one."
        }
    }
}
