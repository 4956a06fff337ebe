public import Accounts
public import JSON

/// Who sends a request to an endpoint for apps, as far as the edge can tell.
public struct RequestOrigin: Sendable {
    /// Network part of the sender's address, or nil.
    public let network: String?
    /// For logs and records.
    public let requestID: String
    private let countStart: @Sendable () -> Int?

    /// Creates an origin.
    /// - Parameter countStart: counts one start from there, of those that apps make; seconds to wait when there were too many.
    public init(network: String?, requestID: String, countStart: @escaping @Sendable () -> Int?) {
        self.network = network
        self.requestID = requestID
        self.countStart = countStart
    }

    /// Counts one start of an app from there (M06). An app with a secret is not counted: it is the operator's own, and all its
    /// people come from one address.
    func count(for client: Client) throws(OAuthFailure) {
        guard client.isPublic, let wait = countStart() else { return }
        throw OAuthFailure(.tooManyAttempts, "too many attempts: wait a little", retryAfter: wait)
    }
}

/// Somebody who arrives with what a provider gave them, and the app's session that is to begin with it.
public struct ExchangedArrival: Sendable {
    /// The provider that the app says it is from.
    public let provider: ProviderID
    /// What it gave.
    public let credential: ProviderCredential
    /// The app, authenticated and allowed.
    public let client: Client
    /// What the app gets.
    public let scope: [String]
    /// Id of the app's session to be.
    public let grant: SessionID
    /// Hash of the refresh token to be; nil when the app may not refresh.
    public let refreshToken: TokenHash?
    /// Hash of the access token to be; nil for a JWT, which is not stored.
    public let accessToken: TokenHash?
    /// Who asks.
    public let origin: RequestOrigin
}

/// How somebody arrives without a browser: by the same door as with one, so that the linking policy decides.
public protocol ExchangeArrivals: Sendable {
    /// Checks the credential, asks the policy, and stores the app's session under ``ExchangedArrival/grant`` when the answer is to
    /// sign in. Everything else is a failure that says what can be done.
    func arrive(_ arrival: ExchangedArrival) async throws(OAuthFailure)
}

/// How a token of ours becomes a token of a provider.
public protocol UpstreamTokens: Sendable {
    /// Answers a request (RFC 8693 §2.2.1): the members of the answer, `issued_token_type` among them.
    /// - Parameter client: the app, authenticated, confidential, and allowed the grant; nothing of the request is checked.
    func token(
        for request: UpstreamTokenRequest,
        client: Client,
        origin: RequestOrigin
    ) async throws(OAuthFailure) -> JSONObject
}

/// What token exchange needs from elsewhere.
public struct TokenExchange: Sendable {
    /// Signs people in.
    public let arrivals: any ExchangeArrivals
    /// Keeps nonces.
    public let nonces: any ExchangeStore
    /// Hands out tokens of providers.
    public let upstreamTokens: any UpstreamTokens

    /// Wires it together.
    public init(
        arrivals: any ExchangeArrivals,
        nonces: any ExchangeStore,
        upstreamTokens: any UpstreamTokens = NoUpstreamTokens()
    ) {
        self.arrivals = arrivals
        self.nonces = nonces
        self.upstreamTokens = upstreamTokens
    }
}

/// An installation that keeps no tokens of providers, and so has none to hand out.
public struct NoUpstreamTokens: UpstreamTokens {
    /// Creates it.
    public init() {}

    /// Always `invalid_target` (RFC 8693 §2.2.2).
    public func token(
        for request: UpstreamTokenRequest,
        client: Client,
        origin: RequestOrigin
    ) async throws(OAuthFailure) -> JSONObject {
        throw OAuthFailure(.invalidTarget, "tokens of this provider are not handed out")
    }
}
