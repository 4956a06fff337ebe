import Accounts
public import JSON
public import OAuth

/// `POST /oauth/introspect` (RFC 7662): whether a token is good, from the database each time, for an app that proved itself.
public struct IntrospectionEndpoint: Sendable {
    private let clients: ClientRegistry
    private let authenticate: ClientAuthenticator
    private let grants: any GrantStore
    private let accessToken: PresentedAccessToken
    private let claims: IssuedClaims
    private let issuer: String

    /// Creates the endpoint.
    public init(
        clients: ClientRegistry,
        authenticate: ClientAuthenticator,
        grants: any GrantStore,
        accessToken: PresentedAccessToken,
        claims: IssuedClaims,
        issuer: String
    ) {
        self.clients = clients
        self.authenticate = authenticate
        self.grants = grants
        self.accessToken = accessToken
        self.claims = claims
        self.issuer = issuer
    }

    private static let inactive: JSONObject = ["active": false]

    /// Answers a request. Unknown, expired, malformed and other clients' tokens get one and the same answer (§2.2, J09).
    public func callAsFunction(authorization: [String], form: FormParameters) async throws(OAuthFailure) -> JSONObject {
        let client = try await authenticate(authorization: authorization, form: form, at: .introspection)
        // Whoever has no secret could be anybody who found a token and wants to know what it is worth (§2.1).
        guard !client.isPublic else { throw .wrongCredentials }
        guard let text = form["token"] else { throw .invalidRequest("token is missing") }
        if let token = RefreshToken(text) {
            let grant = try await stored { () async throws(StoreFailure) in
                try await grants.grant(refreshToken: token.hash, includingUsed: false)
            }
            guard let grant, grant.client.isExactly(client.id.description), client.admits(provider: grant.provider)
            else { return Self.inactive }
            return active(
                grant,
                client,
                scope: grant.scope.filter(client.scopes.contains),
                issuedAt: nil,
                expiresAt: grant.expiresAt,
                type: nil
            )
        }
        return answer(try await accessToken(text), to: client)
    }

    /// A question that takes nothing but one look-up: an app that proved itself by its secret asks about an access token that is
    /// stored. Nearly every introspection is one.
    public struct PlainQuestion: Sendable {
        fileprivate let token: TokenHash
        fileprivate let client: Client
    }

    /// The plain question in a request; nil for every other, and for one that will be refused.
    public func plainQuestion(authorization: [String], form: FormParameters) -> PlainQuestion? {
        guard let token = form["token"].flatMap({ AccessToken($0) }),
            let credentials = try? ClientCredentials.read(authorization: authorization, form: form),
            credentials.secret != nil, let client = try? clients.authenticate(credentials)
        else { return nil }
        return PlainQuestion(token: token.hash, client: client)
    }

    /// Looks the token of a plain question up; `completion` gets it once, on a thread that others wait for: it hands it on and
    /// never blocks. What it means for the question is ``answer(_:to:)``.
    public func find(
        _ question: PlainQuestion,
        then completion: @escaping @Sendable (Result<LiveAccessToken?, OAuthFailure>) -> Void
    ) {
        grants.accessToken(question.token) { found in completion(found.mapError { OAuthFailure($0) }) }
    }

    /// The answer to a plain question whose token was looked up just now.
    public func answer(_ found: LiveAccessToken?, to question: PlainQuestion) -> JSONObject {
        answer(accessToken.admitted(found), to: question.client)
    }

    private func answer(_ token: LiveAccessToken?, to client: Client) -> JSONObject {
        guard let token, token.grant.client.isExactly(client.id.description) else { return Self.inactive }
        return active(
            token.grant,
            client,
            scope: token.scope,
            issuedAt: token.issuedAt,
            expiresAt: token.expiresAt,
            type: "Bearer"
        )
    }

    private func active(
        _ grant: LiveGrant,
        _ client: Client,
        scope: [String],
        issuedAt: Instant?,
        expiresAt: Instant,
        type: String?
    ) -> JSONObject {
        var members: JSONObject = ["active": true]
        members["iss"] = .string(issuer)
        members["sub"] = .string(grant.user.id.description)
        members["client_id"] = .string(grant.client)
        members["aud"] = .string(grant.client)
        members["scope"] = .string(scope.joined(separator: " "))
        members["token_type"] = type.map { .string($0) }
        members["exp"] = .number(JSONNumber(expiresAt.seconds))
        members["iat"] = issuedAt.map { .number(JSONNumber($0.seconds)) }
        members["auth_time"] = grant.authenticatedAt.map { .number(JSONNumber($0.seconds)) }
        members["acr"] = .string(AuthenticationLevel(methods: grant.methods).acr)
        members["amr"] = .array(grant.methods.map { .string($0) })
        members["sid"] = .string(grant.id.description)
        if scope.contains(Scope.email) { members["username"] = grant.user.email.map { .string($0) } }
        claims.addAccess(of: grant.user, client: client, scope: scope, to: &members)
        return members
    }
}
