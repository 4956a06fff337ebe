public import Accounts

/// The flows of accounts with an address and a password, as the edge uses them.
public struct LocalAccounts: Sendable {
    /// Signing up.
    public let signUp: SignUpWithPassword
    /// Answering the mail of a sign-up.
    public let verifyAddress: VerifyAddress
    /// Signing in with a password.
    public let signIn: SignInWithPassword
    /// A new password through the mailbox.
    public let resetPassword: ResetPassword
    /// Setting, changing and removing the password.
    public let changePassword: ChangePassword
    /// Changing the address.
    public let changeEmail: ChangeEmail
    /// A link or a code by mail as a way in.
    public let signInByMail: SignInByMail
    /// The second step of a sign-in.
    public let passSecondFactor: PassSecondFactor
    /// Switching the second factor on and off.
    public let setUpSecondFactor: SetUpSecondFactor
    /// Identities that leave the account or come back.
    public let changeIdentities: ChangeIdentities
    /// Two accounts of one person becoming one.
    public let mergeAccounts: MergeAccounts
    /// Where somebody is signed in.
    public let devices: Devices
    private let services: LocalAccountServices

    /// Creates the flows.
    public init(_ services: LocalAccountServices) {
        self.services = services
        signUp = SignUpWithPassword(services)
        verifyAddress = VerifyAddress(services)
        signIn = SignInWithPassword(services)
        resetPassword = ResetPassword(services)
        changePassword = ChangePassword(services)
        changeEmail = ChangeEmail(services)
        signInByMail = SignInByMail(services)
        passSecondFactor = PassSecondFactor(services)
        setUpSecondFactor = SetUpSecondFactor(services)
        changeIdentities = ChangeIdentities(services)
        mergeAccounts = MergeAccounts(services)
        devices = Devices(services)
    }

    /// Whether passwords are offered.
    public var isEnabled: Bool { services.settings.isEnabled }
    /// Whether anybody may sign up.
    public var offersSignUp: Bool { isEnabled && services.settings.signUp == .open }
    /// How long a sign-up waits for its mailbox, and its browser is remembered.
    public var registrationLifetime: Duration { services.settings.registrationLifetime }
    /// Rules for new passwords, for hints.
    public var rules: PasswordRules { services.rules }

    /// What counts as a way in here.
    public var waysIn: WaysIn { services.settings.waysIn }

    /// What the owner's pages show.
    public func credentials(of user: UserID) async throws(FlowFailure) -> CredentialOverview {
        try await services.storing(.checkSession) { () async throws(StoreFailure) in
            try await services.store.credentials(of: user)
        }
    }

    /// The visitor's session, if it is live.
    public func session(of visitor: Visitor) async throws(FlowFailure) -> LiveSession {
        try await services.signedIn(visitor, fresh: false, .checkSession).session
    }

    /// The same, and fresh enough for something sensitive.
    public func freshSession(of visitor: Visitor) async throws(FlowFailure) -> LiveSession {
        try await services.signedIn(visitor, fresh: true, .checkSession).session
    }
}
