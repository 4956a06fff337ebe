import Accounts
import Flows

/// The parts of the account page that are about the account's own credentials: what there is, what can be done, and, where
/// something cannot, why and what to do first.
struct AccountSections: Sendable {
    let local: LocalAccounts
    let user: User
    let credentials: CredentialOverview
    let identities: [AccountOverview.Identity]

    private var hasProvenAddress: Bool { user.email != nil && user.emailVerified }

    /// Nil where passwords are not offered.
    var password: AccountPage.Password? {
        guard local.isEnabled else { return nil }
        return AccountPage.Password(
            isSet: credentials.passwordChangedAt != nil,
            changedOn: credentials.passwordChangedAt.map { PageTime(unixSeconds: $0.seconds) },
            change: hasProvenAddress || credentials.passwordChangedAt != nil
                ? .possible : .impossible("A password needs a proven e-mail address. Add one first."),
            removal: local.waysIn.open(
                password: false,
                issuers: identities.map(\.issuer),
                provenAddress: hasProvenAddress
            )
                ? .possible
                : .impossible("Your password is your only way to sign in. Add another one before you remove it.")
        )
    }

    /// Whether an identity can go: the same rule as the store's.
    func removal(of identity: AccountOverview.Identity) -> AccountPage.Offer {
        local.waysIn.open(
            password: credentials.passwordChangedAt != nil,
            issuers: identities.filter { $0.id != identity.id }.map(\.issuer),
            provenAddress: hasProvenAddress
        )
            ? .possible
            : .impossible(
                // A password needs a proven address.
                local.isEnabled && hasProvenAddress
                    ? "This is your only way to sign in. Set a password first, or add another way."
                    : "This is your only way to sign in. Add another one before you remove it."
            )
    }

    /// Nil where no mail can be sent.
    var email: AccountPage.Email? {
        guard local.isEnabled else { return nil }
        guard let address = credentials.pendingAddress, let until = credentials.pendingUntil else {
            return AccountPage.Email()
        }
        return AccountPage.Email(
            pending: AccountPage.PendingEmail(address: address, expiresOn: PageTime(unixSeconds: until.seconds))
        )
    }

    /// Nil where no secret can be sealed.
    var secondFactor: AccountPage.SecondFactor? {
        guard local.setUpSecondFactor.isAvailable else { return nil }
        return AccountPage.SecondFactor(
            since: credentials.secondFactorSince.map { PageTime(unixSeconds: $0.seconds) },
            codesLeft: credentials.recoveryCodes,
            setUp: hasProvenAddress
                ? .possible : .impossible("A second step needs a proven e-mail address. Add one first."),
            removal: credentials.meetsSingleFactor
                ? .possible
                : .impossible("Your password is too short to protect the account alone. Choose a longer one first.")
        )
    }
}

/// What the account page says after something was done.
enum AccountNotice {
    /// Nil for a word that stands for nothing: the query can say anything.
    static func text(_ done: String?) -> String? {
        switch done {
        case "password_changed": "Your password is saved. You are signed out everywhere else."
        case "password_removed": "Your password is removed. You are signed out everywhere else."
        case "email_changed": "Your address is changed. You are signed out everywhere else."
        case "email_change_cancelled": "The change of address is cancelled."
        case "accounts_merged": "The other account is part of this one now."
        case "merge_cancelled": "Nothing was merged."
        case "identity_linked":
            "The new way to sign in is added. If you are not sure who else is signed in, sign out everywhere else."
        case "identity_removed":
            "It is removed, and its sessions ended. If you are not sure who else is signed in, sign out everywhere else."
        case "identity_blocked":
            "It is removed and blocked. You are signed out everywhere else."
        case "identity_restored": "It is back, and opens your account again."
        case "identity_allowed": "It is allowed again. Nothing was added: you can add it here now."
        case "session_ended": "That device is signed out."
        case "other_sessions_ended": "You are signed out everywhere else."
        case "second_factor_removed": "The second step is off. You are signed out everywhere else."
        default: nil
        }
    }
}
