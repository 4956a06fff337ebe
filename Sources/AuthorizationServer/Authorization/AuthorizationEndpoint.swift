public import Accounts
public import Cryptography
import JSON
import OAuth

/// `GET, POST /oauth/authorize` (RFC 6749 §3.1): from a request and the browser's session to an answer or to what is missing for it.
public struct AuthorizationEndpoint: Sendable {
    /// What to do with the browser.
    public enum Outcome: Sendable {
        /// To the app, with a code or an error.
        case answer(String)
        /// To the sign-in, and back here afterwards.
        case signIn(SignIn)
        /// Somebody is signed in who will not do for this app.
        case signInDifferently(AuthorizationDecision.Reason, SignIn)
        /// The person is asked.
        case askConsent(Consent)
    }

    /// A sign-in on behalf of an app.
    public struct SignIn: Sendable {
        /// For whom.
        public let client: Client
        /// What the person comes back with.
        public let request: String
        /// The provider to go to straight away.
        public let provider: ProviderID?
        /// An address to fill in.
        public let loginHint: String?
    }

    /// The question whether an app may.
    public struct Consent: Sendable {
        /// Which app.
        public let client: Client
        /// What it would get.
        public let scope: [String]
        /// What travels with the question.
        public let request: String
    }

    /// What a person answered.
    public enum ConsentAnswer: Sendable, Hashable {
        /// The app may.
        case allowed
        /// It may not.
        case denied
    }

    /// How long a code is good for: long enough for a redirect on a bad line.
    public static let codeLifetime: Duration = .seconds(60)

    private let clients: ClientRegistry
    private let grants: any GrantStore
    private let signer: any TokenSigner
    private let keys: KeyRing
    private let answer: AuthorizationAnswer

    /// - Parameters:
    ///   - keys: seal requests while the person signs in.
    ///   - issuer: our own issuer identifier.
    public init(clients: ClientRegistry, grants: any GrantStore, signer: any TokenSigner, keys: KeyRing, issuer: String)
    {
        self.clients = clients
        self.grants = grants
        self.signer = signer
        self.keys = keys
        answer = AuthorizationAnswer(issuer: issuer)
    }

    /// A new request.
    /// - Parameter query: as it came, without the `?`.
    public func begin(query: String, session: LiveSession?) async throws(AuthorizationRefusal) -> Outcome {
        let parameters = try Self.parse(query)
        guard let uri = parameters["request_uri"], let pushed = Self.pushed(uri) else {
            return try await decide(query, parameters, session, signedInAfter: nil, now: try await time(session))
        }
        // RFC 9126 §4: client_id and the handle, nothing else counts.
        guard let id = parameters["client_id"].flatMap({ ClientID($0) }) else {
            throw .page(.init(.invalidClient, "client_id is missing or unknown"))
        }
        let request = try await Self.paged { () async throws(StoreFailure) in
            try await grants.takePushed(pushed.hash, client: id)
        }
        guard let request else { throw .page(.init(.invalidRequest, "request_uri is unknown, expired or used")) }
        return try await decide(
            request,
            try Self.parse(request),
            session,
            signedInAfter: nil,
            now: try await time(session)
        )
    }

    /// A request whose person has been to the sign-in.
    public func resume(_ sealed: String, session: LiveSession?) async throws(AuthorizationRefusal) -> Outcome {
        let (interrupted, now) = try await open(sealed, session)
        return try await decide(
            interrupted.query,
            try Self.parse(interrupted.query),
            session,
            signedInAfter: interrupted.signedInAfter,
            now: now
        )
    }

    /// A request whose person has answered the question.
    public func conclude(
        _ sealed: String,
        session: LiveSession,
        answered consentAnswer: ConsentAnswer
    ) async throws(AuthorizationRefusal) -> Outcome {
        let (interrupted, now) = try await open(sealed, session)
        let parameters = try Self.parse(interrupted.query)
        let request = try read(parameters)
        switch consentAnswer {
        case .denied:
            let failure = OAuthFailure(.accessDenied, "the person did not allow it")
            return .answer(answer.location(of: failure, to: request.redirectURI, state: request.state))
        case .allowed:
            try await Self.paged { () async throws(StoreFailure) in
                try await grants.consent(of: session.user.id, to: request.client, scope: request.scope)
            }
            return try await decide(
                interrupted.query,
                parameters,
                session,
                signedInAfter: interrupted.signedInAfter,
                hasJustConsented: true,
                now: now
            )
        }
    }

    private func decide(
        _ query: String,
        _ parameters: FormParameters,
        _ session: LiveSession?,
        signedInAfter: Instant?,
        hasJustConsented: Bool = false,
        now: Instant
    ) async throws(AuthorizationRefusal) -> Outcome {
        let request = try read(parameters)
        guard let client = clients[request.client] else {
            throw .page(.init(.invalidClient, "client_id is missing or unknown"))
        }
        var consented: Set<String> = []
        if let session, !client.isFirstParty {
            consented = try await Self.paged { () async throws(StoreFailure) in
                try await grants.consents(of: session.user.id, to: client.id)
            }
        }
        let decision = request.decide(
            client: client,
            session: session.map { PresentSession($0) },
            signedInAfter: signedInAfter,
            consented: consented,
            hasJustConsented: hasJustConsented,
            now: now
        )
        func sealed(after: Instant?) -> String {
            InterruptedRequest(query: query, signedInAfter: after, now: now).sealed(with: keys)
        }
        func signIn(after: Instant?) -> SignIn {
            SignIn(
                client: client,
                request: sealed(after: after),
                provider: request.provider,
                loginHint: request.loginHint
            )
        }
        switch decision {
        case .issueCode:
            guard let session else { throw .page(.init(.serverError, "something went wrong here")) }
            return .answer(try await code(for: request, session))
        case .signIn(let after): return .signIn(signIn(after: after))
        case .signInDifferently(.level):
            // A second step that is set up counts for the present sign-in.
            return .signInDifferently(.level, signIn(after: signedInAfter))
        case .signInDifferently(let reason): return .signInDifferently(reason, signIn(after: now))
        case .askConsent:
            return .askConsent(Consent(client: client, scope: request.scope, request: sealed(after: signedInAfter)))
        case .refuse(let failure): throw .redirect(failure, to: request.redirectURI, state: request.state)
        }
    }

    private func code(for request: AuthorizationRequest, _ session: LiveSession) async throws(AuthorizationRefusal)
        -> String
    {
        let code = AuthorizationCode.generate()
        do throws(StoreFailure) {
            try await grants.store(
                NewAuthorizationCode(
                    codeHash: code.hash,
                    request: request,
                    session: session.id,
                    lifetime: Self.codeLifetime
                )
            )
        } catch {
            throw .redirect(.temporarilyUnavailable, to: request.redirectURI, state: request.state)
        }
        return answer.location(of: code, to: request.redirectURI, state: request.state)
    }

    /// The address that tells an app why not.
    public func location(of failure: OAuthFailure, to redirectURI: String, state: String?) -> String {
        answer.location(of: failure, to: redirectURI, state: state)
    }

    private func read(_ parameters: FormParameters) throws(AuthorizationRefusal) -> AuthorizationRequest {
        try AuthorizationRequest.read(parameters, clients: clients) { hint in
            signer.claims(of: hint, type: .idToken)?["sub"]?.string.flatMap { UserID($0) }
        }
    }

    /// By the database's clock, because authentication times are.
    private func time(_ session: LiveSession?) async throws(AuthorizationRefusal) -> Instant {
        if let session { return session.readAt }
        return try await Self.paged { () async throws(StoreFailure) in try await grants.now() }
    }

    private func open(
        _ sealed: String,
        _ session: LiveSession?
    ) async throws(AuthorizationRefusal) -> (InterruptedRequest, now: Instant) {
        if let interrupted = InterruptedRequest(sealed: sealed, with: keys) {
            let now = try await time(session)
            if now < interrupted.expiresAt { return (interrupted, now) }
        }
        throw .page(.init(.invalidRequest, "the sign-in for the app took too long"))
    }

    private static func parse(_ query: String) throws(AuthorizationRefusal) -> FormParameters {
        do {
            return try FormURLEncoded.parse(query).omittingEmpty()
        } catch {
            // Twice the same parameter included (RFC 6749 §3.1).
            throw .page(.init(.invalidRequest, "the request is malformed: \(error.rawValue)"))
        }
    }

    static let pushedPrefix = "urn:ietf:params:oauth:request_uri:"

    private static func pushed(_ uri: String) -> PushedRequestToken? {
        guard uri.hasPrefix(pushedPrefix) else { return nil }
        return PushedRequestToken(String(uri.dropFirst(pushedPrefix.count)))
    }

    private static func paged<Value: Sendable>(
        _ work: () async throws(StoreFailure) -> Value
    ) async throws(AuthorizationRefusal) -> Value {
        do {
            return try await work()
        } catch {
            throw .page(.temporarilyUnavailable)
        }
    }
}
