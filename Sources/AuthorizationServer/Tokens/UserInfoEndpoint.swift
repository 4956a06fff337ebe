public import JSON

/// `GET, POST /oauth/userinfo` (OpenID Connect Core 1.0 §5.3).
public struct UserInfoEndpoint: Sendable {
    private let clients: ClientRegistry
    private let accessToken: PresentedAccessToken
    private let claims: IssuedClaims

    /// Creates the endpoint.
    public init(clients: ClientRegistry, accessToken: PresentedAccessToken, claims: IssuedClaims) {
        self.clients = clients
        self.accessToken = accessToken
        self.claims = claims
    }

    /// What the token's scopes let its holder know.
    public func callAsFunction(_ bearer: String) async throws(OAuthFailure) -> JSONObject {
        guard let token = try await accessToken(bearer),
            let client = ClientID(token.grant.client).flatMap({ clients[$0] })
        else {
            throw OAuthFailure(.invalidToken, "the access token is not valid, or not valid any more")
        }
        guard token.scope.contains(Scope.openid) else {
            throw OAuthFailure(.insufficientScope, "userinfo needs the scope openid")
        }
        return claims.userInfo(token.grant.user, client: client, scope: token.scope)
    }
}
