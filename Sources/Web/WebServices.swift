public import Accounts
public import Administration
public import AuthorizationServer
public import Flows
public import InternetAddress
public import Mail

/// Everything the edge needs, made by the composition root. A class: every route keeps it, and copies took megabytes.
public final class WebServices: Sendable {
    /// One button on the sign-in page.
    public struct Button: Sendable {
        /// Provider id.
        public let id: ProviderID
        /// Provider's name for people.
        public let name: String
        /// Whose rules for buttons apply.
        public let brand: ProviderBrand
        /// Whether its callback arrives by cross-site POST.
        public let formPost: Bool
        /// Whether it is offered on the account page only.
        public let isLinkOnly: Bool

        /// Creates a button.
        public init(id: ProviderID, name: String, brand: ProviderBrand, formPost: Bool, isLinkOnly: Bool = false) {
            self.id = id
            self.name = name
            self.brand = brand
            self.formPost = formPost
            self.isLinkOnly = isLinkOnly
        }
    }

    /// What `/readyz` reports: a name and whether it is fine.
    public typealias Readiness = @Sendable () async -> [(name: String, ready: Bool)]

    /// What `/readyz` says besides: a name and a sentence for everything that is degraded and stops nobody.
    public typealias Details = @Sendable () -> [(name: String, text: String)]

    /// Settings of the edge.
    public struct Settings: Sendable {
        /// Origin people use, such as `https://login.example.com`; never taken from a request (A09, P-8).
        public var publicOrigin: String
        /// Whether people reach this installation by https.
        var isSecure: Bool { publicOrigin.hasPrefix("https://") }
        /// Name of this installation.
        public var serviceName: String
        /// Whether the session cookie is `SameSite=Strict`.
        public var strictSameSite: Bool
        /// Addresses of other origins that people may return to.
        public var returnAddresses: RegisteredAddresses
        /// Where people go when nothing else was asked for.
        public var defaultReturnAddress: String
        /// Proxies whose `X-Forwarded-For` is believed.
        public var trustedProxies: [AddressRange]
        /// Largest form, in bytes.
        public var maximumBodyBytes: Int
        /// How long a request may take to arrive.
        public var requestTimeout: Duration
        /// Sources a form may lead to through redirects, for `form-action` (CSP).
        public var formTargets: [String]
        /// Lifetimes of sessions.
        public var lifetime: SessionLifetime
        /// How long a sign-in may take.
        public var transactionLifetime: Duration
        /// Roles that make an account privileged: named before they come along with a merge.
        public var privilegedRoles: Set<String> = []
        /// What each role may do.
        public var rolePermissions = RolePermissions.none
        /// Where people reach whoever runs the service: an e-mail address or a web address.
        public var contact: String?
        /// Sign-ins with a provider that one client may begin in ten minutes.
        public var startsPerClient: Int
        /// Who may use the administration interface; empty switches it off.
        public var administrators: [Administrator]

        /// Creates settings.
        public init(
            publicOrigin: String,
            serviceName: String,
            strictSameSite: Bool,
            returnAddresses: RegisteredAddresses,
            defaultReturnAddress: String,
            trustedProxies: [AddressRange],
            maximumBodyBytes: Int,
            requestTimeout: Duration,
            formTargets: [String],
            lifetime: SessionLifetime,
            transactionLifetime: Duration,
            startsPerClient: Int,
            administrators: [Administrator] = []
        ) {
            self.publicOrigin = publicOrigin
            self.serviceName = serviceName
            self.strictSameSite = strictSameSite
            self.returnAddresses = returnAddresses
            self.defaultReturnAddress = defaultReturnAddress
            self.trustedProxies = trustedProxies
            self.maximumBodyBytes = maximumBodyBytes
            self.requestTimeout = requestTimeout
            self.formTargets = formTargets
            self.lifetime = lifetime
            self.transactionLifetime = transactionLifetime
            self.startsPerClient = startsPerClient
            self.administrators = administrators
        }
    }

    let settings: Settings
    let pages: Pages
    let buttons: [Button]
    let beginSignIn: BeginSignIn
    let completeSignIn: CompleteSignIn
    let confirmLink: ConfirmLink
    let receipts: any ClaimReceiptStore
    let holds: DecideHold
    let users: AdministerUsers
    let clients: AdministerClients
    let checkSession: CheckSession
    let endSession: EndSession
    let accounts: any AccountStore
    let local: LocalAccounts
    let caughtMail: (any CaughtMailStore)?
    let readiness: Readiness
    let details: Details
    let administration: AdministrationServices
    let authorizationServer: AuthorizationServer
    let signingKeys: LiveSigningKeys?

    /// Creates the services of the edge.
    /// - Parameters:
    ///   - caughtMail: what `/development/mail` shows; nil where mail is really sent.
    ///   - signingKeys: what `/oauth/jwks` shows; nil where nothing can be signed.
    public init(
        settings: Settings,
        pages: Pages,
        buttons: [Button],
        beginSignIn: BeginSignIn,
        completeSignIn: CompleteSignIn,
        confirmLink: ConfirmLink,
        receipts: any ClaimReceiptStore,
        holds: DecideHold,
        users: AdministerUsers,
        clients: AdministerClients,
        checkSession: CheckSession,
        endSession: EndSession,
        accounts: any AccountStore,
        local: LocalAccounts,
        caughtMail: (any CaughtMailStore)?,
        administration: AdministrationServices,
        authorizationServer: AuthorizationServer,
        signingKeys: LiveSigningKeys?,
        readiness: @escaping Readiness,
        details: @escaping Details = { [] }
    ) {
        self.settings = settings
        self.pages = pages
        self.buttons = buttons
        self.beginSignIn = beginSignIn
        self.completeSignIn = completeSignIn
        self.confirmLink = confirmLink
        self.receipts = receipts
        self.holds = holds
        self.users = users
        self.clients = clients
        self.checkSession = checkSession
        self.endSession = endSession
        self.accounts = accounts
        self.local = local
        self.caughtMail = caughtMail
        self.readiness = readiness
        self.details = details
        self.administration = administration
        self.authorizationServer = authorizationServer
        self.signingKeys = signingKeys
    }
}
