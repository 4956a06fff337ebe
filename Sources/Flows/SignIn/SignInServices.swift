public import Accounts
import Jobs
public import OAuth
public import OpenIDConnect
public import Providers

/// A provider as this installation uses it: its file, our registration there, our redirect URI.
public struct ConfiguredProvider: Sendable {
    /// The file.
    public let provider: Provider
    /// Our client id and secrets.
    public let client: ClientRegistration
    /// The one redirect URI registered for it: `{public_url}/callback/{id}` (A09, A10).
    public let redirectURI: String
    /// Whether it may only be added to accounts, and signs nobody in (L-17).
    public let isLinkOnly: Bool
    /// Whether what it gives at a sign-in is kept for apps. Everything is dropped otherwise (C13).
    public let keepsTokens: Bool
    /// Further client ids there that are ours, of native apps: an ID token for one of them is taken in a token exchange.
    public let nativeClientIDs: Set<String>

    /// Creates a configured provider.
    public init(
        provider: Provider,
        client: ClientRegistration,
        redirectURI: String,
        isLinkOnly: Bool = false,
        keepsTokens: Bool = false,
        nativeClientIDs: Set<String> = []
    ) {
        self.keepsTokens = keepsTokens
        self.nativeClientIDs = nativeClientIDs
        self.provider = provider
        self.client = client
        self.redirectURI = redirectURI
        self.isLinkOnly = isLinkOnly
    }

    /// Which of our ids there an app's tokens may have been issued to: those it lists, or else our own and no native app's. One
    /// app's token must not sign anybody in to another.
    func audiences(listed: Set<String>?) -> [String] {
        guard let listed else { return [client.clientID] }
        return nativeClientIDs.union([client.clientID]).intersection(listed).sorted()
    }
}

/// What the sign-in flows need. Immutable: no request can change a provider's settings (F-7).
public final class SignInServices: Sendable {
    /// Settings of the flows.
    public struct Settings: Sendable {
        /// How long a sign-in may take; at most ten minutes (A08).
        public var transactionLifetime: Duration
        /// Lifetimes of sessions.
        public var sessionLifetime: SessionLifetime
        /// Roles that make an account privileged.
        public var privilegedRoles: [String]
        /// Whether the session cookie is `SameSite=Strict` and so does not come along with a callback: then, and only then, the
        /// transaction remembers the session it began with.
        public var hasStrictCookie: Bool
        /// How long a link can be undone.
        public var identityUndoFor: Duration
        /// The app that somebody signs in to, by the address they return to; nil for Latchkey's own pages. What rules with `app` go by.
        public var app: @Sendable (_ returnTo: String) -> String?

        /// Creates settings.
        public init(
            transactionLifetime: Duration,
            sessionLifetime: SessionLifetime,
            privilegedRoles: [String],
            hasStrictCookie: Bool = false,
            identityUndoFor: Duration = .seconds(7 * 86_400),
            app: @escaping @Sendable (_ returnTo: String) -> String? = { _ in nil }
        ) {
            self.transactionLifetime = transactionLifetime
            self.sessionLifetime = sessionLifetime
            self.privilegedRoles = privilegedRoles
            self.hasStrictCookie = hasStrictCookie
            self.identityUndoFor = identityUndoFor
            self.app = app
        }
    }

    /// Providers by id.
    public let providers: [ProviderID: ConfiguredProvider]
    /// The linking policy in force.
    public let policy: LivePolicy
    /// Users, identities, decisions.
    public let accounts: any AccountStore
    /// Sessions.
    public let sessions: any SessionStore
    /// Sign-ins in progress.
    public let transactions: any SignInTransactionStore
    /// Decisions that wait for a proof.
    public let pendingLinks: any PendingLinkStore
    /// Arrivals that wait for an administrator.
    public let heldArrivals: any HeldArrivalStore
    /// Merges of two accounts of one person.
    public let merges: any AccountMergeStore
    /// Calls to providers.
    public let transport: any HTTPTransport
    /// Discovery documents.
    public let metadata: MetadataCache
    /// Key sets.
    public let keySets: KeySetCache
    /// Seals what providers give, for those whose tokens are kept; without it nothing is.
    public let vault: UpstreamVault?
    /// Settings.
    public let settings: Settings
    /// Seconds since the Unix epoch, for the times inside ID tokens; nothing of our own expires by it.
    public let unixTime: @Sendable () -> Int64

    /// Creates the services.
    public init(
        providers: [ProviderID: ConfiguredProvider],
        policy: LivePolicy,
        accounts: any AccountStore,
        sessions: any SessionStore,
        transactions: any SignInTransactionStore,
        pendingLinks: any PendingLinkStore,
        heldArrivals: any HeldArrivalStore,
        merges: any AccountMergeStore,
        transport: any HTTPTransport,
        metadata: MetadataCache,
        keySets: KeySetCache,
        vault: UpstreamVault? = nil,
        settings: Settings,
        unixTime: @escaping @Sendable () -> Int64
    ) {
        self.providers = providers
        self.policy = policy
        self.accounts = accounts
        self.sessions = sessions
        self.transactions = transactions
        self.pendingLinks = pendingLinks
        self.heldArrivals = heldArrivals
        self.merges = merges
        self.transport = transport
        self.metadata = metadata
        self.keySets = keySets
        self.vault = vault
        self.settings = settings
        self.unixTime = unixTime
    }

    func freshID<Kind>() -> ID<Kind> {
        .fresh(milliseconds: UInt64(clamping: unixTime()) * 1000)
    }

    func job(_ work: MailWork) -> Job {
        let id: ID<Job> = freshID()
        return work.job(id: id.uuid)
    }
}
