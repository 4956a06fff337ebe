import Accounts
public import OAuth

/// Finds out which app is asking, at every endpoint for apps (RFC 6749 §2.3).
public struct ClientAuthenticator: Sendable {
    /// Endpoints at which apps prove themselves.
    public enum Endpoint: String, Sendable, Hashable, CaseIterable {
        /// RFC 6749 §3.2.
        case token = "/oauth/token"
        /// RFC 7662.
        case introspection = "/oauth/introspect"
        /// RFC 7009.
        case revocation = "/oauth/revoke"
        /// Nonces for token exchange.
        case nonce = "/v1/nonces"
        /// RFC 9126.
        case pushedRequest = "/oauth/par"
    }

    private let clients: ClientRegistry
    private let grants: any GrantStore
    private let issuer: String
    private let unixTime: @Sendable () -> Int64

    /// Creates it.
    /// - Parameter grants: remembers which assertions were used.
    public init(
        clients: ClientRegistry,
        grants: any GrantStore,
        issuer: String,
        unixTime: @escaping @Sendable () -> Int64
    ) {
        self.clients = clients
        self.grants = grants
        self.issuer = issuer
        self.unixTime = unixTime
    }

    /// The app that a request proves to come from. An assertion is used up by that, whatever comes of the request.
    ///
    /// - Parameters:
    ///   - authorization: values of the `Authorization` header.
    ///   - endpoint: where the request came to.
    public func callAsFunction(
        authorization: [String],
        form: FormParameters,
        at endpoint: Endpoint
    ) async throws(OAuthFailure) -> Client {
        let credentials = try ClientCredentials.read(authorization: authorization, form: form)
        guard let assertion = credentials.assertion else { return try clients.authenticate(credentials) }
        guard let client = clients[credentials.id] else { throw .wrongCredentials }
        let use: ClientAssertion.Use
        do {
            use = try assertion.verify(client: client, audiences: audiences(endpoint), now: unixTime())
        } catch {
            throw error.failure
        }
        let isFirst = try await stored { () async throws(StoreFailure) in
            try await grants.spendAssertion(use.id, until: use.until)
        }
        guard isFirst else { throw ClientAssertion.Fault.used.failure }
        return client
    }

    /// The issuer, as RFC 7523 is read today; and because libraries put it there, the token endpoint (OpenID Connect Core 1.0 §9) or
    /// the endpoint that is asked (RFC 9126 §2). An app that uses its key with several authorization servers has to put the issuer:
    /// a hostile one can name our token endpoint as its own, but not our issuer (audience injection).
    private func audiences(_ endpoint: Endpoint) -> Set<String> {
        [issuer, issuer + Endpoint.token.rawValue, issuer + endpoint.rawValue]
    }
}
