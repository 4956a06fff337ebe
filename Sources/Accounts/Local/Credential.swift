public import Jobs

/// What a password sign-in looks up by address, in one statement together with its throttle.
public struct CredentialLookup: Sendable {
    /// The canonical address, or nil when what was typed is none: looked up like an unknown one.
    public let address: EmailAddress?
    /// The device secret the browser sent.
    public let device: TokenHash?
    /// Counted always.
    public let keys: [ThrottleKey]
    /// Counted unless the browser is known to the account: a stranger's guessing must not lock the owner out (I05).
    public let strangerKeys: [ThrottleKey]
    /// Counted instead of those when the browser is known.
    public let knownDeviceKeys: [ThrottleKey]

    /// Creates a look-up.
    public init(
        address: EmailAddress?,
        device: TokenHash?,
        keys: [ThrottleKey],
        strangerKeys: [ThrottleKey],
        knownDeviceKeys: [ThrottleKey]
    ) {
        self.address = address
        self.device = device
        self.keys = keys
        self.strangerKeys = strangerKeys
        self.knownDeviceKeys = knownDeviceKeys
    }
}

/// What a look-up found.
public struct FoundCredential: Sendable, Hashable {
    /// Whose.
    public let user: UserID
    /// The stored hash.
    public let password: StoredPassword
    /// Whether the account may not sign in at all.
    public let isDisabled: Bool
    /// Grows with every change of a credential.
    public let version: Int
    /// Whether a second factor is in force.
    public let hasSecondFactor: Bool

    /// Creates a finding.
    public init(user: UserID, password: StoredPassword, isDisabled: Bool, version: Int, hasSecondFactor: Bool) {
        self.user = user
        self.password = password
        self.isDisabled = isDisabled
        self.version = version
        self.hasSecondFactor = hasSecondFactor
    }
}

/// A session that was stored.
public struct StartedSession: Sendable, Hashable {
    /// Whose.
    public let user: UserID
    /// Whose session of the same browser ended with it.
    public let replaced: UserID?
    /// Whether it opens nothing yet, until the second step.
    public let awaitsSecondFactor: Bool

    /// Creates a started session.
    public init(user: UserID, replaced: UserID?, awaitsSecondFactor: Bool) {
        self.user = user
        self.replaced = replaced
        self.awaitsSecondFactor = awaitsSecondFactor
    }
}

/// What the owner's pages have to know about an account's own credentials.
public struct CredentialOverview: Sendable, Hashable {
    /// Whether there is a password, and since when.
    public let passwordChangedAt: Instant?
    /// Whether that password is long enough to stand alone.
    public let meetsSingleFactor: Bool
    /// Since when there is a second factor.
    public let secondFactorSince: Instant?
    /// Recovery codes left.
    public let recoveryCodes: Int
    /// The address a change waits for.
    public let pendingAddress: String?
    /// Until when it waits.
    public let pendingUntil: Instant?
    /// Providers of the identities linked here.
    public let providers: [String]
    /// The latest events, newest first. Of one app's hand-outs of one provider's tokens on one day, the latest: an app that asks every
    /// minute must not push out what the owner has to see.
    public let events: [Event]

    /// One event.
    public struct Event: Sendable, Hashable {
        /// What happened.
        public let kind: AccountEvent.Kind
        /// When.
        public let at: Instant
        /// The app it is about, by its id.
        public let app: String?
        /// The provider it is about, by its id.
        public let provider: String?

        /// Creates an event.
        public init(kind: AccountEvent.Kind, at: Instant, app: String? = nil, provider: String? = nil) {
            self.kind = kind
            self.at = at
            self.app = app
            self.provider = provider
        }
    }

    /// Creates an overview.
    public init(
        passwordChangedAt: Instant?,
        meetsSingleFactor: Bool,
        secondFactorSince: Instant?,
        recoveryCodes: Int,
        pendingAddress: String?,
        pendingUntil: Instant?,
        providers: [String],
        events: [Event]
    ) {
        self.passwordChangedAt = passwordChangedAt
        self.meetsSingleFactor = meetsSingleFactor
        self.secondFactorSince = secondFactorSince
        self.recoveryCodes = recoveryCodes
        self.pendingAddress = pendingAddress
        self.pendingUntil = pendingUntil
        self.providers = providers
        self.events = events
    }
}

/// A new password for an account.
public struct NewPassword: Sendable {
    /// Its hash.
    public let hash: StoredPassword
    /// Whether it is long enough to stand alone.
    public let meetsSingleFactor: Bool

    /// Creates a new password.
    public init(hash: StoredPassword, meetsSingleFactor: Bool) {
        self.hash = hash
        self.meetsSingleFactor = meetsSingleFactor
    }
}

/// Passwords.
public protocol CredentialStore: Sendable {
    /// Counts the attempt and finds the password behind an address, in one statement that does the same work for every
    /// address. The finding is nil for an address without a password here.
    func lookUp(_ lookup: CredentialLookup) async throws(StoreFailure) -> (ThrottleVerdict, FoundCredential?)
    /// The password of a user.
    func credential(of user: UserID) async throws(StoreFailure) -> FoundCredential?
    /// Starts a session for whoever just proved to know this very password; nil when it was replaced, or the account
    /// disabled, a moment ago. `rehashed` replaces the hash; `forgiven` are counted no more.
    func signIn(
        _ credential: FoundCredential,
        rehashed: StoredPassword?,
        session: NewSession,
        forgiven: [ThrottleKey],
        event: AccountEvent
    ) async throws(StoreFailure) -> StartedSession?
    /// Sets, changes or replaces the password of the session's user: every other session ends, this one gets the new token,
    /// outstanding proofs are void. `knowing` is what was proven, nil to set a first one. False when the session or
    /// the password is another by now.
    func setPassword(
        _ password: NewPassword,
        knowing: FoundCredential?,
        by session: TokenHash,
        rotatingTo token: TokenHash,
        event: AccountEvent,
        job: Job
    ) async throws(StoreFailure) -> Bool
    /// Removes the password, under the account's lock and only while another way in remains.
    func removePassword(
        by session: TokenHash,
        rotatingTo token: TokenHash,
        while ways: WaysIn,
        event: AccountEvent,
        job: Job
    ) async throws(StoreFailure) -> PasswordRemoval
    /// What the owner's pages show.
    func credentials(of user: UserID) async throws(StoreFailure) -> CredentialOverview
}

/// What became of a removal.
public enum PasswordRemoval: Sendable, Hashable {
    /// Removed.
    case removed
    /// It is the last way in.
    case lastWayIn
    /// There is none, or the session is over.
    case nothingToRemove
}
