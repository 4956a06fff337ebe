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
        /// One session was ended from another one.
        case sessionEnded = "session_ended"
        /// One session too many: the one that was unused for longest ended. The database writes this one itself.
        case sessionLimitReached = "session_limit_reached"
        /// An administrator ended sessions of this account.
        case sessionsEndedByAdministrator = "sessions_ended_by_administrator"
        /// An administrator disabled the account.
        case disabled = "account_disabled"
        /// An administrator enabled it again.
        case enabled = "account_enabled"
        /// An administrator changed its roles.
        case rolesChanged = "roles_changed"
        /// An administrator changed what is kept about the user.
        case metadataChanged = "metadata_changed"
        /// An app's refresh token was used twice: somebody may have stolen it, and the app was signed out.
        case refreshTokenReplayed = "refresh_token_replayed"
        /// An app was given the access token that the person has at a provider.
        case upstreamTokenHandedOut = "upstream_token_handed_out"
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
    /// The administrator who did it; nil for the account's owner. For the operator: the owner's page does not show it.
    public let author: String?
    /// The app it is about, by its id, where it is about one.
    public let app: String?
    /// The provider it is about.
    public let provider: ProviderID?

    /// Creates an event.
    public init(
        id: AccountEventID,
        kind: Kind,
        network: String?,
        requestID: String?,
        author: String? = nil,
        app: String? = nil,
        provider: ProviderID? = nil
    ) {
        self.author = author
        self.app = app
        self.provider = provider
        self.id = id
        self.kind = kind
        self.network = network
        self.requestID = requestID
    }
}
