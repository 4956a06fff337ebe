public import Accounts
import Cryptography
import JSON
import OAuth
import OpenIDConnect
import Providers

/// Signing in without a browser: an app hands over what a provider gave somebody (RFC 8693), and from there on everything is as in
/// ``CompleteSignIn``.
///
/// `verify_id_token → accept_token`, or `check_token → fetch_profile`; then `map_claims → decide_linking → apply`. Nothing is written
/// before `apply`, except that an ID token and its nonce are used up.
public struct ExchangeSignIn: Sendable {
    /// What the app brought.
    public struct Request: Sendable {
        /// The provider that the app names; the credential is never asked for one.
        public let provider: ProviderID
        /// What it gave.
        public let credential: ProviderCredential
        /// Id of the app's session to be.
        public let session: SessionID
        /// What the app gets with it.
        public let app: NewAppSession
        /// The app's name for people.
        public let appName: String
        /// How long the session lives unused.
        public let idleTimeout: Duration
        /// How long it lives at the latest.
        public let absoluteTimeout: Duration
        /// Whether an ID token without a nonce of ours is taken as well.
        public let isNonceOptional: Bool
        /// Network part of the sender's address, or nil.
        public let network: String?
        /// For logs and the decision record.
        public let requestID: String

        /// Creates a request.
        public init(
            provider: ProviderID,
            credential: ProviderCredential,
            session: SessionID,
            app: NewAppSession,
            appName: String,
            idleTimeout: Duration,
            absoluteTimeout: Duration,
            isNonceOptional: Bool,
            network: String?,
            requestID: String
        ) {
            self.provider = provider
            self.credential = credential
            self.session = session
            self.app = app
            self.appName = appName
            self.idleTimeout = idleTimeout
            self.absoluteTimeout = absoluteTimeout
            self.isNonceOptional = isNonceOptional
            self.network = network
            self.requestID = requestID
        }
    }

    /// How it ended, when no step failed.
    public enum Completed: Sendable, Hashable {
        /// The app's session began.
        case signedIn
        /// The account asks for a second step, which only a page can: no session began.
        case awaitsSecondFactor
        /// The policy decided on something that only a person can go on with: no session began. The outcome's stable code.
        case stopped(outcome: String)
    }

    private let services: SignInServices
    private let store: any ExchangeStore
    private let conversation: ProviderConversation
    private let arrival: Arrival
    private let metrics: FlowMetrics

    /// Creates the flow.
    public init(_ services: SignInServices, store: any ExchangeStore) {
        self.services = services
        self.store = store
        conversation = ProviderConversation(services)
        arrival = Arrival(services)
        metrics = FlowMetrics(flow: "token_exchange")
    }

    /// Runs all steps; counts how it ended.
    public func callAsFunction(_ request: Request) async throws(FlowFailure) -> Completed {
        // A name that nobody configured must not become a label.
        guard let configured = services.providers[request.provider] else {
            throw FlowFailure(.beginSignIn, .unknownProvider, provider: request.provider)
        }
        do throws(FlowFailure) {
            let identity =
                switch request.credential {
                case .idToken(let token): try await identity(in: token, of: configured, request)
                case .accessToken(let token): try await identity(behind: token, of: configured)
                }
            let completed = try await arrival.settle(
                identity,
                for: Arrival.Errand(purpose: .signIn, returnTo: "/"),
                in: place(of: request)
            )
            metrics.completed(provider: request.provider, completed)
            return Self.completed(completed)
        } catch {
            metrics.failed(error, provider: request.provider)
            throw error
        }
    }

    private static func completed(_ completed: CompletedSignIn) -> Completed {
        switch completed {
        case .signedIn(let signedIn): signedIn.awaitsSecondFactor ? .awaitsSecondFactor : .signedIn
        // The last three belong to a browser: without one nothing waits and nothing is added.
        case .stopped, .linked, .awaitsProof, .proven: .stopped(outcome: completed.name)
        }
    }

    private func place(of request: Request) -> Arrival.Place {
        let settings = services.settings.sessionLifetime
        return Arrival.Place(
            browser: nil,
            session: nil,
            knownDevice: nil,
            device: Device(userAgent: nil, network: request.network),
            requestID: request.requestID,
            app: Arrival.AppPlace(
                session: request.session,
                app: request.app,
                name: request.appName,
                lifetime: SessionLifetime(
                    idleTimeout: request.idleTimeout,
                    absoluteTimeout: request.absoluteTimeout,
                    freshFor: settings.freshFor,
                    touchInterval: settings.touchInterval
                ),
                // Its first session of somebody is told to them, and not every one after that.
                device: .ofApp(request.app.client)
            )
        )
    }

    // MARK: verify_id_token, accept_token

    private func identity(
        in token: Secret,
        of configured: ConfiguredProvider,
        _ request: Request
    ) async throws(FlowFailure) -> AssertedIdentity {
        let provider = configured.provider
        let endpoints = try await services.endpoints(of: configured, step: .verifyIDToken)
        let expectation = provider.idTokenExpectation(
            client: configured.client,
            otherClientIDs: configured.nativeClientIDs,
            nonce: nil,
            accessToken: nil
        )
        guard let expectation else {
            throw FlowFailure(.verifyIDToken, .tokenNotExchangeable, detail: "no_id_tokens", provider: provider.id)
        }
        let claims = try await conversation.verify(token, expectation, configured, endpoints)
        let identity = try conversation.mapClaims(claims, answers: [:], configured)
        let nonce = try nonce(in: claims, of: request)
        // The clocks of a node and of the database may differ by as much.
        let end = min(claims.expiresAt, claims.issuedAt + expectation.maximumAge) + expectation.skew + 300
        let accepted: AcceptedIDToken
        do {
            accepted = try await store.accept(
                PresentedIDToken(
                    issuer: provider.issuer,
                    hash: .ofSigned(token),
                    expiresAt: end,
                    nonce: nonce?.hash,
                    client: request.app.client,
                    provider: provider.id
                )
            )
        } catch {
            throw FlowFailure(.acceptToken, error, provider: provider.id)
        }
        switch accepted {
        case .accepted: return identity
        case .unknownNonce: throw FlowFailure(.acceptToken, .nonceRefused, detail: "unknown", provider: provider.id)
        case .replayed: throw FlowFailure(.acceptToken, .tokenReplayed, provider: provider.id)
        }
    }

    /// Who hands a token over could have made up its nonce as well, so only one of ours says that the token is new. Where the
    /// operator does without, a nonce of ours still counts, and any other is what a provider's library put there for itself.
    private func nonce(in claims: IDTokenClaims, of request: Request) throws(FlowFailure) -> ExchangeNonce? {
        let text = claims.all["nonce"]?.string
        let nonce = text.flatMap { ExchangeNonce($0) }
        guard nonce != nil || request.isNonceOptional else {
            throw FlowFailure(
                .acceptToken,
                .nonceRefused,
                detail: text == nil ? "missing" : "not_ours",
                provider: request.provider
            )
        }
        return nonce
    }

    // MARK: check_token, fetch_profile

    private func identity(
        behind token: Secret,
        of configured: ConfiguredProvider
    ) async throws(FlowFailure) -> AssertedIdentity {
        let provider = configured.provider
        guard let check = provider.tokenCheck, !provider.isOpenIDConnect else {
            throw FlowFailure(.checkToken, .tokenNotExchangeable, detail: "no_token_check", provider: provider.id)
        }
        // RFC 6750 §2.1: anything else would not be a token, but another header.
        let text = token.reveal()
        guard (1...4096).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw FlowFailure(.checkToken, .tokenRefused, detail: "malformed", provider: provider.id)
        }
        let owner = try await conversation.owner(of: token, check, configured)
        let endpoints = try await services.endpoints(of: configured, step: .fetchProfile)
        let profile = try await conversation.fetchProfile(token, configured, endpoints)
        let identity = try conversation.mapClaims(nil, answers: profile.answers, configured)
        guard identity.key.subject.isExactly(owner) else {
            throw FlowFailure(.mapClaims, .identityUnusable, detail: "token_owner_mismatch", provider: provider.id)
        }
        return identity
    }
}
