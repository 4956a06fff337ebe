import Accounts
public import OAuth

/// `POST /oauth/revoke` (RFC 7009): ends the grant that a token belongs to, with every token of it (§2.1; Logto 1.42, S-3).
public struct RevocationEndpoint: Sendable {
    private let authenticate: ClientAuthenticator
    private let grants: any GrantStore
    private let accessToken: PresentedAccessToken

    /// Creates the endpoint.
    public init(authenticate: ClientAuthenticator, grants: any GrantStore, accessToken: PresentedAccessToken) {
        self.authenticate = authenticate
        self.grants = grants
        self.accessToken = accessToken
    }

    /// Answers a request: nothing to say about a token that is not good any more (§2.2), a refusal for somebody else's.
    public func callAsFunction(authorization: [String], form: FormParameters) async throws(OAuthFailure) {
        let client = try await authenticate(authorization: authorization, form: form, at: .revocation)
        guard let text = form["token"] else { throw .invalidRequest("token is missing") }
        let grant: LiveGrant?
        if let token = RefreshToken(text) {
            grant = try await stored { () async throws(StoreFailure) in
                try await grants.grant(refreshToken: token.hash, includingUsed: true)
            }
        } else {
            grant = try await accessToken(text)?.grant
        }
        // Another client's token is to this one as unknown as any: saying more would tell that it is good.
        guard let grant, grant.client.isExactly(client.id.description) else { return }
        _ = try await stored { () async throws(StoreFailure) in try await grants.giveUp(grant.id) }
    }
}
