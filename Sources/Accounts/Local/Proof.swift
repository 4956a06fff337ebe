public import Jobs

public import struct Foundation.UUID

/// What a token that was mailed proves.
public enum ProofPurpose: String, Sendable, CaseIterable {
    /// To set a new password.
    case passwordReset = "password_reset"
    /// That the new mailbox is the person's.
    case emailChange = "email_change"
    /// That the former mailbox takes the change back.
    case emailChangeUndo = "email_change_undo"
    /// A way in.
    case emailSignIn = "email_sign_in"
}

/// A proof as stored: bound to user and purpose, and where it says so to a browser.
public struct Proof: Sendable, Hashable {
    /// For what.
    public let purpose: ProofPurpose
    /// Whose.
    public let user: UserID
    /// The address the mail went to.
    public let address: String
    /// The other address of a change.
    public let otherAddress: String?
    /// The only browser it works in, if it is bound to one.
    public let browser: TokenHash?
    /// Where to go afterwards.
    public let returnTo: String?

    /// Creates a proof.
    public init(
        purpose: ProofPurpose,
        user: UserID,
        address: String,
        otherAddress: String? = nil,
        browser: TokenHash? = nil,
        returnTo: String? = nil
    ) {
        self.purpose = purpose
        self.user = user
        self.address = address
        self.otherAddress = otherAddress
        self.browser = browser
        self.returnTo = returnTo
    }
}

/// Who gets a mail that was asked for by address.
public struct MailRecipient: Sendable, Hashable {
    /// Whose address it is, proven.
    public let user: UserID
    /// Whether a password is set.
    public let hasPassword: Bool
    /// Providers of the identities linked.
    public let providers: [String]

    /// Creates a recipient.
    public init(user: UserID, hasPassword: Bool, providers: [String]) {
        self.user = user
        self.hasPassword = hasPassword
        self.providers = providers
    }
}

/// Proofs by mail.
public protocol ProofStore: Sendable {
    /// Stores work to do, whatever the address is: the request does the same for all (I06).
    func enqueue(_ job: Job) async throws(StoreFailure)
    /// Who holds an address, proven and not disabled.
    func recipient(at address: EmailAddress) async throws(StoreFailure) -> MailRecipient?
    /// The proven primary address of a user.
    func address(of user: UserID) async throws(StoreFailure) -> EmailAddress?
    /// Stores a proof under a token's hash.
    /// - Parameter job: the id of the job that the change stored, for a proof that takes back what happened since that change,
    ///   however late its mail leaves; nil for a proof that speaks of nothing before itself.
    func add(_ proof: Proof, token: TokenHash, code: TokenHash?, lifetime: Duration, since job: UUID?)
        async throws(StoreFailure)
    /// The live proof behind a token. Changes nothing.
    func proof(_ token: TokenHash, for purpose: ProofPurpose) async throws(StoreFailure) -> Proof?
    /// Resets the password: consumes the proof, ends every session, forgets every device, voids every other proof but a
    /// pending undo. False when the proof was used meanwhile.
    func reset(_ token: TokenHash, to password: NewPassword, event: AccountEvent, job: Job) async throws(StoreFailure)
        -> Bool
    /// Consumes a mailed link and starts a session.
    func signIn(_ token: TokenHash, browser: TokenHash, session: NewSession, event: AccountEvent)
        async throws(StoreFailure) -> StartedSession?
    /// Compares a code with the one mailed for this browser: at most five times for each (P-11). `code` makes the typed
    /// code's hash for the proof it is compared with.
    func tryCode(browser: TokenHash, code: @Sendable (TokenHash) -> TokenHash) async throws(StoreFailure)
        -> MailedCodeVerdict
}

/// How a code typed in the browser that asked for it compares.
public enum MailedCodeVerdict: Sendable, Hashable {
    /// It is right; the proof, still to be consumed under this token.
    case right(Proof, token: TokenHash)
    /// It is wrong.
    case wrong
    /// None is waiting in this browser, or it was tried too often.
    case gone
}
