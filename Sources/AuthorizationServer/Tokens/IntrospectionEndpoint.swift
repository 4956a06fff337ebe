import Accounts
public import JSON
public import OAuth

/// `POST /oauth/introspect` (RFC 7662): whether a token is good, from the database each time, for an app that proved itself.
public struct IntrospectionEndpoint: Sendable {
    private let authenticate: ClientAuthenticator
    private let grants: any GrantStore
    private let accessToken: PresentedAccessToken
    private let claims: IssuedClaims
    private let issuer: String

    /// Creates the endpoint.
    public init(
        authenticate: ClientAuthenticator,
        grants: any GrantStore,
        accessToken: PresentedAccessToken,
        claims: IssuedClaims,
        issuer: String
    ) {
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
        guard let token = try await accessToken(text), token.grant.client.isExactly(client.id.description) else {
            return Self.inactive
        }
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
        members["auth_time"] = .number(JSONNumber(grant.authenticatedAt.seconds))
        members["acr"] = .string(AuthenticationLevel(methods: grant.methods).acr)
        members["amr"] = .array(grant.methods.map { .string($0) })
        members["sid"] = .string(grant.id.description)
        if scope.contains(Scope.email) { members["username"] = grant.user.email.map { .string($0) } }
        claims.addAccess(of: grant.user, client: client, scope: scope, to: &members)
        return members
    }
}
