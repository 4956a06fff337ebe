public import Accounts
import OAuth
import OpenIDConnect
import Providers

/// `POST /sign-in/{provider}`: stores a transaction and says where to send the browser.
public struct BeginSignIn: Sendable {
    /// What the person asked for.
    public struct Request: Sendable {
        /// With whom.
        public let provider: ProviderID
        /// The secret that binds the sign-in to this browser.
        public let browser: BrowserToken
        /// The browser's session, if it sent one.
        public let session: SessionToken?
        /// Whether a way in is to be added to the signed-in user's account.
        public let isLinking: Bool
        /// Where to go afterwards, already checked.
        public let returnTo: String
        /// Whether the identity is to prove the account of the link that waits in this browser.
        public let isConfirming: Bool
        /// The link that the form was drawn for, if it said; no other is proven.
        public let drawn: PendingLinkID?
        /// `login_hint`, if the caller gave one; passed on only where the provider's file allows it (F-6).
        public let loginHint: String?

        /// Creates a request.
        public init(
            provider: ProviderID,
            browser: BrowserToken,
            session: SessionToken?,
            isLinking: Bool,
            returnTo: String,
            isConfirming: Bool = false,
            drawn: PendingLinkID? = nil,
            loginHint: String?
        ) {
            self.isConfirming = isConfirming
            self.drawn = drawn
            self.provider = provider
            self.browser = browser
            self.session = session
            self.isLinking = isLinking
            self.returnTo = returnTo
            self.loginHint = loginHint
        }
    }

    private let services: SignInServices
    private let metrics: FlowMetrics

    /// Creates the flow.
    public init(_ services: SignInServices) {
        self.services = services
        metrics = FlowMetrics(flow: "sign_in")
    }

    /// The URL of the authorization request; a sign-in that cannot begin is counted like one that cannot end.
    public func callAsFunction(_ request: Request) async throws(FlowFailure) -> String {
        do throws(FlowFailure) {
            return try await begin(request)
        } catch {
            metrics.failed(error, provider: request.provider)
            throw error
        }
    }

    private func begin(_ request: Request) async throws(FlowFailure) -> String {
        guard let configured = services.providers[request.provider] else {
            throw FlowFailure(.beginSignIn, .unknownProvider, provider: request.provider)
        }
        let purpose = try await purpose(of: request)
        let endpoints = try await services.endpoints(of: configured, step: .beginSignIn)
        let secrets = TransactionSecrets.fresh(for: request.browser)
        let authorization = try authorizationRequest(
            configured,
            endpoints: endpoints,
            secrets: secrets,
            loginHint: request.loginHint
        )
        let transaction = SignInTransaction(
            provider: request.provider,
            issuer: configured.provider.issuer,
            redirectURI: configured.redirectURI,
            purpose: purpose,
            session: services.settings.hasStrictCookie ? request.session?.hash : nil,
            returnTo: request.returnTo
        )
        do {
            try await services.transactions.begin(
                transaction,
                state: .ofState(secrets.state),
                browser: request.browser.hash,
                lifetime: services.settings.transactionLifetime
            )
        } catch {
            throw FlowFailure(.beginSignIn, error, provider: request.provider)
        }
        return authorization
    }

    private func authorizationRequest(
        _ configured: ConfiguredProvider,
        endpoints: ResolvedEndpoints,
        secrets: TransactionSecrets,
        loginHint: String?
    ) throws(FlowFailure) -> String {
        guard let pkce = PKCE(verifier: secrets.verifier) else {
            throw FlowFailure(.beginSignIn, .misconfigured, detail: "verifier", provider: configured.provider.id)
        }
        do {
            return try configured.provider.authorizationRequest(
                client: configured.client,
                redirectURI: configured.redirectURI,
                state: secrets.state,
                nonce: secrets.nonce,
                codeChallenge: pkce.challenge,
                endpoints: endpoints,
                passThrough: loginHint.map { ["login_hint": $0] } ?? [:]
            ).url
        } catch {
            throw FlowFailure(.beginSignIn, .misconfigured, detail: error.rawValue, provider: configured.provider.id)
        }
    }

    /// Only while an identity is asked for; which providers lead to the account is not looked at, and so not told.
    private func pendingLink(of request: Request) async throws(FlowFailure) -> PendingLinkID {
        let waiting: WaitingLink?
        do {
            waiting = try await services.pendingLinks.waitingLink(in: request.browser.hash)
        } catch {
            throw FlowFailure(.beginSignIn, error, provider: request.provider)
        }
        guard let waiting, waiting.provenBy == nil, waiting.link.proofs.contains(.linkedIdentity) else {
            throw FlowFailure(.beginSignIn, .nothingToConfirm, provider: request.provider)
        }
        guard request.drawn.map({ $0 == waiting.link.id }) ?? true else {
            throw FlowFailure(.beginSignIn, .otherLinkWaits, provider: request.provider)
        }
        return waiting.link.id
    }

    /// Adding a way in needs a live and fresh session, and is bound to it from here on (A15, L-16).
    private func purpose(of request: Request) async throws(FlowFailure) -> SignInPurpose {
        if request.isConfirming { return .confirm(try await pendingLink(of: request)) }
        guard request.isLinking else { return .signIn }
        guard let token = request.session else {
            throw FlowFailure(.beginSignIn, .signInRequired, provider: request.provider)
        }
        let session: LiveSession?
        do {
            session = try await services.sessions.session(token.hash, lifetime: services.settings.sessionLifetime)
        } catch {
            throw FlowFailure(.beginSignIn, error, provider: request.provider)
        }
        guard let session else { throw FlowFailure(.beginSignIn, .signInRequired, provider: request.provider) }
        guard session.isFresh else { throw FlowFailure(.beginSignIn, .freshSignInRequired, provider: request.provider) }
        return .link(session.user.id, session.id)
    }
}
