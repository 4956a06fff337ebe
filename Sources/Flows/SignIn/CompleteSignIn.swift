public import Accounts
import Logging
import OAuth
import OpenIDConnect
import Providers

/// `GET /callback/{provider}`: the ten named steps from an authorization response to a session.
///
/// `parse_callback → consume_transaction → check_issuer → exchange_code → verify_id_token → fetch_profile → map_claims →
/// decide_linking → apply → start_session`. Nothing is written before `apply`, except that the transaction is gone (D21).
public struct CompleteSignIn: Sendable {
    /// What the browser brought.
    public struct Request: Sendable {
        /// The provider named by the path.
        public let provider: ProviderID
        /// The raw query.
        public let query: String
        /// The secret this browser began its sign-in with, if it sent one.
        public let browser: BrowserToken?
        /// The browser's present session, if it sent one.
        public let session: SessionToken?
        /// The secret it is known by since an earlier sign-in.
        public let knownDevice: DeviceToken?
        /// What to remember of the browser.
        public let device: Device
        /// For logs and the decision record.
        public let requestID: String

        /// Creates a request.
        public init(
            provider: ProviderID,
            query: String,
            browser: BrowserToken?,
            session: SessionToken?,
            knownDevice: DeviceToken?,
            device: Device,
            requestID: String
        ) {
            self.provider = provider
            self.query = query
            self.browser = browser
            self.session = session
            self.knownDevice = knownDevice
            self.device = device
            self.requestID = requestID
        }
    }

    private let services: SignInServices
    private let conversation: ProviderConversation
    private let arrival: Arrival
    private let metrics: FlowMetrics

    /// Creates the flow.
    public init(_ services: SignInServices) {
        self.services = services
        conversation = ProviderConversation(services)
        arrival = Arrival(services)
        metrics = FlowMetrics(flow: "sign_in")
    }

    /// Runs all steps; counts how it ended.
    public func callAsFunction(_ request: Request) async throws(FlowFailure) -> CompletedSignIn {
        do throws(FlowFailure) {
            let completed = try await complete(request)
            metrics.completed(provider: request.provider, completed)
            return completed
        } catch {
            metrics.failed(error, provider: request.provider)
            throw error
        }
    }

    private func complete(_ request: Request) async throws(FlowFailure) -> CompletedSignIn {
        guard let configured = services.providers[request.provider] else {
            throw FlowFailure(.parseCallback, .unknownProvider, provider: request.provider)
        }
        let response = try await parseCallback(request)
        let (transaction, secrets) = try await consumeTransaction(request, response: response)
        do throws(FlowFailure) {
            return try await goOn(response, configured, transaction, secrets, request)
        } catch {
            switch transaction.purpose {
            case .signIn: throw error
            case .link: throw error.whileLinking(true)
            // What waits goes on waiting: another proof may be easier.
            case .confirm: throw error.leading(to: .confirmLink)
            }
        }
    }

    private func goOn(
        _ response: AuthorizationResponse,
        _ configured: ConfiguredProvider,
        _ transaction: SignInTransaction,
        _ secrets: TransactionSecrets,
        _ request: Request
    ) async throws(FlowFailure) -> CompletedSignIn {
        let endpoints = try await services.endpoints(of: configured, step: .checkIssuer)
        try checkIssuer(response, of: configured, endpoints: endpoints)
        let code = try acceptedCode(response, provider: request.provider)
        let word = try await conversation.word(
            behind: code,
            at: configured,
            endpoints: endpoints,
            transaction: transaction,
            secrets: secrets
        )
        if case .confirm(let link) = transaction.purpose { return try await prove(link, with: word.identity, request) }
        return try await arrival.settle(
            word.identity,
            keeping: word.tokens,
            for: Arrival.Errand(purpose: transaction.purpose, returnTo: transaction.returnTo),
            in: Arrival.Place(
                browser: request.browser?.hash,
                session: request.session?.hash ?? transaction.session,
                knownDevice: request.knownDevice,
                device: request.device,
                requestID: request.requestID
            )
        )
    }

    // MARK: prove

    /// An identity that is linked already proves the account it is linked to, and no other (P-2); it signs nobody in.
    private func prove(
        _ link: PendingLinkID,
        with identity: AssertedIdentity,
        _ request: Request
    ) async throws(FlowFailure) -> CompletedSignIn {
        guard let browser = request.browser?.hash else {
            throw FlowFailure(.checkProof, .nothingToConfirm, provider: request.provider)
        }
        let isProven: Bool
        do {
            isProven = try await services.pendingLinks.prove(
                link,
                browser: browser,
                holding: identity.key,
                lapsesAfter: services.policy.inForce.policy.linkLapsesAfter.map { .seconds($0) }
            )
        } catch {
            throw FlowFailure(.checkProof, error, provider: request.provider)
        }
        guard isProven else { throw FlowFailure(.checkProof, .proofRefused, provider: request.provider) }
        return .proven
    }

    /// Keeps the body of a cross-site POST for the GET that follows (B14). No session, no token request, no check yet.
    public func park(_ parameters: String, provider: ProviderID) async throws(FlowFailure) -> ParkedCallbackToken {
        guard parameters.utf8.count <= 16_384 else {
            throw FlowFailure(.parseCallback, .malformedCallback, detail: "too_large", provider: provider)
        }
        let handle = ParkedCallbackToken.generate()
        do {
            try await services.transactions.park(parameters, provider: provider, handle: handle.hash)
        } catch {
            throw FlowFailure(.parseCallback, error, provider: provider)
        }
        return handle
    }

    // MARK: parse_callback

    private func parseCallback(_ request: Request) async throws(FlowFailure) -> AuthorizationResponse {
        var query = request.query
        if let handle = parkedHandle(in: query) {
            do {
                guard let parked = try await services.transactions.unpark(handle.hash, provider: request.provider)
                else {
                    throw FlowFailure(.parseCallback, .unknownTransaction, detail: "parked", provider: request.provider)
                }
                query = parked
            } catch let error as StoreFailure {
                throw FlowFailure(.parseCallback, error, provider: request.provider)
            } catch let error as FlowFailure {
                throw error
            } catch {
                throw FlowFailure(.parseCallback, .storeUnavailable, detail: "unexpected", provider: request.provider)
            }
        }
        do {
            return try AuthorizationResponse.parse(query: query)
        } catch {
            throw FlowFailure(.parseCallback, .malformedCallback, detail: error.code, provider: request.provider)
        }
    }

    private func parkedHandle(in query: String) -> ParkedCallbackToken? {
        guard query.hasPrefix("parked=") else { return nil }
        return ParkedCallbackToken(String(query.dropFirst(7)))
    }

    // MARK: consume_transaction

    /// The state must name a live transaction of this very browser, and this callback must be the provider it was sent
    /// to. Consumed in one statement before anything else happens: a replay finds nothing (A07, A08, B01, B09, F-2, F-3).
    private func consumeTransaction(
        _ request: Request,
        response: AuthorizationResponse
    ) async throws(FlowFailure) -> (SignInTransaction, TransactionSecrets) {
        func failure(_ code: FlowCode, _ detail: String = "") -> FlowFailure {
            FlowFailure(.consumeTransaction, code, detail: detail, provider: request.provider)
        }
        guard let state = response.state, TransactionSecrets.isState(state) else {
            throw failure(.unknownTransaction, response.state == nil ? "missing_state" : "malformed_state")
        }
        guard let browser = request.browser else { throw failure(.missingBrowserCookie) }
        let consumed: ConsumedTransaction
        do {
            consumed = try await services.transactions.consume(state: .ofState(state), browser: browser.hash)
        } catch {
            throw FlowFailure(.consumeTransaction, error, provider: request.provider)
        }
        switch consumed {
        case .unknown: throw failure(.unknownTransaction)
        case .expired: throw failure(.expiredTransaction)
        case .live(let transaction):
            guard transaction.provider == request.provider else { throw failure(.wrongProvider) }
            guard transaction.issuer == services.providers[request.provider]?.provider.issuer else {
                throw failure(.wrongProvider, "issuer_changed")
            }
            return (transaction, TransactionSecrets(state: state, browser: browser))
        }
    }

    // MARK: check_issuer

    /// RFC 9207 §2.4, on errors too (B03 to B06).
    private func checkIssuer(
        _ response: AuthorizationResponse,
        of configured: ConfiguredProvider,
        endpoints: ResolvedEndpoints
    ) throws(FlowFailure) {
        do {
            try configured.provider.checkCallbackIssuer(response.issuer, endpoints: endpoints)
        } catch {
            throw FlowFailure(.checkIssuer, .wrongIssuer, detail: error.rawValue, provider: configured.provider.id)
        }
    }

    private func acceptedCode(
        _ response: AuthorizationResponse,
        provider: ProviderID
    ) throws(FlowFailure) -> AuthorizationCode {
        switch response.outcome {
        case .code(let code): return AuthorizationCode(code)
        case .error(let error):
            let code: FlowCode
            switch error.code {
            case _ where error.code.isCancellation: code = .accessDenied
            case .temporarilyUnavailable, .serverError: code = .providerUnavailable
            default: code = .providerError
            }
            throw FlowFailure(.checkIssuer, code, detail: error.code.rawValue, provider: provider)
        }
    }
}
