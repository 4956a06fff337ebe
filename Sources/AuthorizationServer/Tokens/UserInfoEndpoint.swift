public import JSON

/// `GET, POST /oauth/userinfo` (OpenID Connect Core 1.0 §5.3).
public struct UserInfoEndpoint: Sendable {
    private let accessToken: PresentedAccessToken
    private let claims: IssuedClaims

    /// Creates the endpoint.
    public init(accessToken: PresentedAccessToken, claims: IssuedClaims) {
        self.accessToken = accessToken
        self.claims = claims
    }

    /// What the token's scopes let its holder know.
    public func callAsFunction(_ bearer: String) async throws(OAuthFailure) -> JSONObject {
        guard let token = try await accessToken(bearer) else {
            throw OAuthFailure(.invalidToken, "the access token is not valid, or not valid any more")
        }
        guard token.scope.contains(Scope.openid) else {
            throw OAuthFailure(.insufficientScope, "userinfo needs the scope openid")
        }
        return claims.userInfo(token.grant.user, scope: token.scope)
    }
}
