public import Accounts
public import Cryptography
import Jobs

/// What the flows of local accounts need. A class, because every flow keeps it: copies of the value took megabytes.
public final class LocalAccountServices: Sendable {
    /// Settings of the flows.
    public struct Settings: Sendable {
        /// Whether passwords are offered at all.
        public var isEnabled: Bool
        /// The policy in force, which says who may sign up.
        public var policy: LivePolicy
        /// Lifetimes of sessions.
        public var sessionLifetime: SessionLifetime
        /// The installation's name: people put it into passwords.
        public var serviceName: String
        /// Origin of every link in a mail; from the configuration only (P-8).
        public var publicOrigin: String
        /// Where people go when nothing else was asked for.
        public var defaultReturnAddress: String
        /// How long a sign-up waits for its mailbox.
        public var registrationLifetime: Duration
        /// How long a link to set a new password works.
        public var resetLifetime: Duration
        /// How long a link or a code to sign in works.
        public var mailedSignInLifetime: Duration
        /// How long the former mailbox can take a change of address back.
        public var undoLifetime: Duration
        /// Whether a mailed link signs in.
        public var offersMailedLink: Bool
        /// Whether a mailed code signs in.
        public var offersMailedCode: Bool
        /// How long a link or an unlink can be undone.
        public var identityUndoFor: Duration
        /// Names of the enabled providers by id.
        public var providerNames: [String: String]
        /// Issuers, by provider id, of the enabled providers that sign people in.
        public var signInIssuers: [String: String]
        /// Roles whose accounts are merged by nobody but an administrator.
        public var privilegedRoles: Set<String>
        /// Limits.
        public var limits: AttemptLimits

        /// Creates settings with the usual lifetimes.
        public init(
            isEnabled: Bool,
            policy: LivePolicy,
            sessionLifetime: SessionLifetime,
            serviceName: String,
            publicOrigin: String,
            defaultReturnAddress: String,
            providerNames: [String: String],
            signInIssuers: [String: String],
            offersMailedLink: Bool = false,
            offersMailedCode: Bool = false,
            registrationLifetime: Duration = .seconds(86_400),
            resetLifetime: Duration = .seconds(3600),
            mailedSignInLifetime: Duration = .seconds(600),
            undoLifetime: Duration = .seconds(7 * 86_400),
            identityUndoFor: Duration = .seconds(7 * 86_400),
            privilegedRoles: Set<String> = [],
            limits: AttemptLimits = AttemptLimits()
        ) {
            self.isEnabled = isEnabled
            self.policy = policy
            self.sessionLifetime = sessionLifetime
            self.serviceName = serviceName
            self.publicOrigin = publicOrigin
            self.defaultReturnAddress = defaultReturnAddress
            self.providerNames = providerNames
            self.signInIssuers = signInIssuers
            self.identityUndoFor = identityUndoFor
            self.offersMailedLink = offersMailedLink
            self.offersMailedCode = offersMailedCode
            self.registrationLifetime = registrationLifetime
            self.resetLifetime = resetLifetime
            self.mailedSignInLifetime = mailedSignInLifetime
            self.undoLifetime = undoLifetime
            self.privilegedRoles = privilegedRoles
            self.limits = limits
        }

        /// Who may sign up at this moment.
        public var signUp: SignUp { policy.inForce.policy.signUp }

        /// What counts as a way in.
        var waysIn: WaysIn {
            WaysIn(
                password: isEnabled,
                issuers: signInIssuers.values.sorted(),
                mail: isEnabled && (offersMailedLink || offersMailedCode)
            )
        }
    }

    /// Settings.
    public let settings: Settings
    /// Everything local accounts keep.
    public let store: any LocalAccountStore
    /// Sessions.
    public let sessions: any SessionStore
    /// Hashing.
    public let hasher: any PasswordHasher
    /// Rules for new passwords.
    public let rules: PasswordRules
    /// The list of breached passwords; nil when it is not asked.
    public let breaches: BreachCheck?
    /// Seals second factors; nil without `encryption.keys`, and then there are none.
    public let keyRing: KeyRing?
    /// Seconds since the Unix epoch, for one-time passwords and the order of ids; nothing expires by it.
    public let unixTime: @Sendable () -> Int64

    /// Creates the services.
    public init(
        settings: Settings,
        store: any LocalAccountStore,
        sessions: any SessionStore,
        hasher: any PasswordHasher,
        rules: PasswordRules,
        breaches: BreachCheck?,
        keyRing: KeyRing?,
        unixTime: @escaping @Sendable () -> Int64
    ) {
        self.settings = settings
        self.store = store
        self.sessions = sessions
        self.hasher = hasher
        self.rules = rules
        self.breaches = breaches
        self.keyRing = keyRing
        self.unixTime = unixTime
    }

    func freshID<Kind>() -> ID<Kind> {
        .fresh(milliseconds: UInt64(clamping: unixTime()) * 1000)
    }

    func event(_ kind: AccountEvent.Kind, _ visitor: Visitor) -> AccountEvent {
        AccountEvent(id: freshID(), kind: kind, network: visitor.device.network, requestID: visitor.requestID)
    }

    func job(_ work: MailWork) -> Job {
        let id: ID<Job> = freshID()
        return work.job(id: id.uuid)
    }

    /// Counts an attempt or stops.
    func count(_ keys: [ThrottleKey]) async throws(FlowFailure) {
        let verdict = try await storing(.countAttempt) { () async throws(StoreFailure) in try await store.take(keys) }
        try Self.admit(verdict)
    }

    static func admit(_ verdict: ThrottleVerdict) throws(FlowFailure) {
        if case .wait(let seconds) = verdict {
            throw FlowFailure(.countAttempt, .tooManyAttempts, retryAfter: seconds)
        }
    }

    func requireEnabled(_ step: FlowStep) throws(FlowFailure) {
        guard settings.isEnabled else { throw FlowFailure(step, .localAccountsOff) }
    }

    /// The visitor's live session; fresh where something sensitive follows (H15).
    func signedIn(
        _ visitor: Visitor,
        fresh: Bool,
        _ step: FlowStep = .changeCredential
    ) async throws(FlowFailure) -> (session: LiveSession, token: SessionToken) {
        guard let token = visitor.session else { throw FlowFailure(step, .signInRequired) }
        let session = try await storing(step) { () async throws(StoreFailure) in
            try await sessions.session(token.hash, lifetime: settings.sessionLifetime)
        }
        guard let session else { throw FlowFailure(step, .signInRequired) }
        guard session.isFresh || !fresh else { throw FlowFailure(step, .freshSignInRequired) }
        return (session, token)
    }

    /// Runs a store's call; its failure becomes the step's.
    func storing<Value: Sendable>(
        _ step: FlowStep,
        _ call: () async throws(StoreFailure) -> Value
    ) async throws(FlowFailure) -> Value {
        do {
            return try await call()
        } catch {
            throw FlowFailure(step, error)
        }
    }
}
