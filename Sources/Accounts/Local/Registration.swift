public import Jobs

/// Marks ``ID``s of pending registrations.
public enum RegistrationKind {}
/// Id of a pending registration.
public typealias RegistrationID = ID<RegistrationKind>

/// A sign-up that waits for its mailbox. Not a user: it holds no address, starts no session and blocks nobody (P-5, L-8).
public struct PendingRegistration: Sendable {
    /// Fresh id.
    public let id: RegistrationID
    /// The address that was typed.
    public let address: EmailAddress
    /// The browser that began it.
    public let browser: TokenHash
    /// The password's hash.
    public let password: StoredPassword
    /// Whether the password is long enough to stand alone.
    public let meetsSingleFactor: Bool
    /// The name that was typed, if any.
    public let displayName: String?
    /// Where to go afterwards, already checked.
    public let returnTo: String

    /// Creates a registration to store.
    public init(
        id: RegistrationID,
        address: EmailAddress,
        browser: TokenHash,
        password: StoredPassword,
        meetsSingleFactor: Bool,
        displayName: String?,
        returnTo: String
    ) {
        self.id = id
        self.address = address
        self.browser = browser
        self.password = password
        self.meetsSingleFactor = meetsSingleFactor
        self.displayName = displayName
        self.returnTo = returnTo
    }
}

/// What became of an activation.
public enum Activation: Sendable, Hashable {
    /// The registration is a user now, with a session.
    case activated(StartedSession)
    /// Somebody proved the address in the meantime; the registration is gone.
    case addressTaken
    /// Used, or too old.
    case gone
}

/// Pending registrations.
public protocol RegistrationStore: Sendable {
    /// Stores a registration and the job that will mail about it, whether or not the address has an account: the request
    /// does the same for every address (I06).
    func begin(_ registration: PendingRegistration, lifetime: Duration, job: Job) async throws(StoreFailure)
    /// What to mail about a registration: nil when it is gone. `isHeld`: the address has an account, and the registration
    /// was removed.
    func mailing(of registration: RegistrationID) async throws(StoreFailure) -> (address: EmailAddress, isHeld: Bool)?
    /// The latest sign-up for an address that was begun in a browser.
    func registration(of address: EmailAddress, begunIn browser: TokenHash)
        async throws(StoreFailure) -> RegistrationID?
    /// A further token that leads to a registration; false when it is gone.
    func add(token: TokenHash, to registration: RegistrationID) async throws(StoreFailure) -> Bool
    /// The live registration behind a token. Changes nothing.
    func registration(behind token: TokenHash) async throws(StoreFailure) -> PendingRegistration?
    /// Makes a user of the registration behind a token, in one transaction with its session: the address is proven, every
    /// other registration for it is void.
    func activate(
        _ token: TokenHash,
        as user: UserID,
        session: NewSession,
        event: AccountEvent
    ) async throws(StoreFailure) -> Activation
}
