public import Cryptography

/// An app that asks for the access token that one of its people has at a provider.
public struct UpstreamTokenDemand: Sendable {
    /// The person.
    public let user: UserID
    /// The session or grant behind the token that the app presented: live when it was read, and live still when something is handed out.
    public let session: SessionID
    /// The provider.
    public let provider: ProviderID
    /// The app's id.
    public let app: String
    /// Scopes the app may have there.
    public let allowed: Set<String>
    /// Scopes it asks for; nil where it takes whatever there is.
    public let wanted: [String]?
    /// From where it asks, as far as it is remembered.
    public let network: String?
    /// Request id, to find the log lines.
    public let requestID: String

    /// Creates a demand.
    public init(
        user: UserID,
        session: SessionID,
        provider: ProviderID,
        app: String,
        allowed: Set<String>,
        wanted: [String]?,
        network: String?,
        requestID: String
    ) {
        self.user = user
        self.session = session
        self.provider = provider
        self.app = app
        self.allowed = allowed
        self.wanted = wanted
        self.network = network
        self.requestID = requestID
    }
}

/// An access token of a provider, for an app that may have it.
public struct UpstreamToken: Sendable {
    /// The token.
    public let accessToken: Secret
    /// What it can do.
    public let scope: [String]
    /// Seconds it is good for; nil where the provider sets no end.
    public let expiresIn: Int64?

    /// Creates a token.
    public init(accessToken: Secret, scope: [String], expiresIn: Int64?) {
        self.accessToken = accessToken
        self.scope = scope
        self.expiresIn = expiresIn
    }
}

/// Why there is none.
public enum UpstreamTokenFailure: Error, Sendable, Hashable {
    /// Nothing of this provider is kept here.
    case notKept
    /// The person has no identity there that counts, or the session behind the request has ended.
    case noIdentity
    /// There is nothing that can be handed out: the person has to sign in with the provider again.
    case signInAgain
    /// The token can do more than the app may, and cannot be narrowed: these scopes.
    case excess([String])
    /// The person has not granted what the app asks for: these scopes.
    case notGranted([String])
    /// The provider or the database is away; nothing was lost.
    case unavailable
    /// Something is wrong here, and the operator has to act.
    case broken

    /// Stable name for logs and metrics.
    public var code: String {
        switch self {
        case .notKept: "not_kept"
        case .noIdentity: "no_identity"
        case .signInAgain: "sign_in_again"
        case .excess: "excess_scope"
        case .notGranted: "not_granted"
        case .unavailable: "unavailable"
        case .broken: "broken"
        }
    }
}

/// Where apps' access tokens of providers come from.
public protocol UpstreamTokenSource: Sendable {
    /// An access token that is good for a while, renewed before if it has to be.
    func token(for demand: UpstreamTokenDemand) async throws(UpstreamTokenFailure) -> UpstreamToken
}
