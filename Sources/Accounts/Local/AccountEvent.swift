/// Marks ``ID``s of account events.
public enum AccountEventKind {}
/// Id of an account event.
public typealias AccountEventID = ID<AccountEventKind>

/// Something that happened to an account, for its owner to read and for the operator to explain.
public struct AccountEvent: Sendable, Hashable {
    /// What happened.
    public enum Kind: String, Sendable, CaseIterable {
        /// The account began with a proven address and a password.
        case signedUp = "signed_up"
        /// A sign-in with the password.
        case signedInWithPassword = "signed_in_with_password"
        /// A sign-in with a link or a code by mail.
        case signedInByMail = "signed_in_by_mail"
        /// The second step of a sign-in.
        case secondFactorPassed = "second_factor_passed"
        /// The same with a recovery code, which is used up.
        case recoveryCodeUsed = "recovery_code_used"
        /// A password was set where there was none.
        case passwordSet = "password_set"
        /// The password was replaced by somebody who knew it.
        case passwordChanged = "password_changed"
        /// The password was replaced through the mailbox.
        case passwordReset = "password_reset"
        /// The password was removed.
        case passwordRemoved = "password_removed"
        /// A change of address was asked for.
        case emailChangeRequested = "email_change_requested"
        /// The address was changed.
        case emailChanged = "email_changed"
        /// The former mailbox took the change back.
        case emailChangeUndone = "email_change_undone"
        /// A second factor was switched on.
        case secondFactorAdded = "second_factor_added"
        /// The second factor was switched off.
        case secondFactorRemoved = "second_factor_removed"
        /// New recovery codes were made; the former ones are void.
        case recoveryCodesReplaced = "recovery_codes_replaced"
        /// The owner of the mailbox claimed an address that was registered here and never proven; it is theirs now.
        case addressClaimed = "address_claimed"
        /// An administrator let an identity into the account that had been waiting.
        case identityApproved = "identity_approved"
        /// A way in through a provider was removed.
        case identityUnlinked = "identity_unlinked"
        /// A link was undone and its identity blocked.
        case identityLinkUndone = "identity_link_undone"
        /// An unlink was undone.
        case identityUnlinkUndone = "identity_unlink_undone"
        /// A blocked identity may be linked again.
        case identityAllowed = "identity_allowed"
        /// Every session but one was ended.
        case otherSessionsEnded = "other_sessions_ended"
        /// An app's refresh token was used twice: somebody may have stolen it, and the app was signed out.
        case refreshTokenReplayed = "refresh_token_replayed"
        /// Another account of the same person was merged into this one.
        case accountMerged = "account_merged"
        /// This account was merged into another one.
        case mergedAway = "merged_away"
    }

    /// Fresh id.
    public let id: AccountEventID
    /// What happened.
    public let kind: Kind
    /// From where, as far as it is remembered.
    public let network: String?
    /// Request id, to find the log lines.
    public let requestID: String?

    /// Creates an event.
    public init(id: AccountEventID, kind: Kind, network: String?, requestID: String?) {
        self.id = id
        self.kind = kind
        self.network = network
        self.requestID = requestID
    }
}
