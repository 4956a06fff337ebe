public import Accounts
public import Cryptography

/// The endpoints for apps, over one registry, one store and one ring of keys.
public final class AuthorizationServer: Sendable {
    /// The apps.
    public let clients: ClientRegistry
    /// `/oauth/authorize`.
    public let authorization: AuthorizationEndpoint
    /// `/oauth/par`.
    public let pushedRequest: PushedRequestEndpoint
    /// `/oauth/token`.
    public let token: TokenEndpoint
    /// `/v1/nonces`.
    public let nonce: NonceEndpoint
    /// `/oauth/introspect`.
    public let introspection: IntrospectionEndpoint
    /// `/oauth/revoke`.
    public let revocation: RevocationEndpoint
    /// `/oauth/userinfo`.
    public let userInfo: UserInfoEndpoint
    /// `/.well-known/openid-configuration`.
    public let metadata: ServerMetadata
    /// Signs, and recognises what it signed.
    public let signer: any TokenSigner

    /// Wires the endpoints together.
    /// - Parameters:
    ///   - issuer: the public URL, without a slash at its end.
    ///   - keys: seal requests and derive refresh tokens.
    ///   - refreshWindow: how long the parent of the live refresh token gets the same successor again.
    ///   - exchange: signs people in with what a provider gave them, and hands out what it gave.
    ///   - permissions: what each role may do.
    ///   - unixTime: seconds since 1970, for what apps signed.
    ///   - freshGrant: makes ids.
    ///   - replayRecord: what a replayed refresh token leaves behind.
    public init(
        issuer: String,
        clients: ClientRegistry,
        grants: any GrantStore,
        signer: any TokenSigner,
        keys: KeyRing,
        refreshWindow: Duration,
        exchange: TokenExchange,
        permissions: RolePermissions,
        unixTime: @escaping @Sendable () -> Int64,
        freshGrant: @escaping @Sendable () -> SessionID,
        replayRecord: @escaping @Sendable (UserID, Client) -> ReplayRecord
    ) {
        let claims = IssuedClaims(issuer: issuer, permissions: permissions)
        self.clients = clients
        self.signer = signer
        let authenticate = ClientAuthenticator(clients: clients, grants: grants, issuer: issuer, unixTime: unixTime)
        let accessToken = PresentedAccessToken(clients: clients, grants: grants, signer: signer)
        authorization = AuthorizationEndpoint(
            clients: clients,
            grants: grants,
            signer: signer,
            keys: keys,
            issuer: issuer
        )
        pushedRequest = PushedRequestEndpoint(
            authenticate: authenticate,
            clients: clients,
            grants: grants,
            signer: signer
        )
        token = TokenEndpoint(
            authenticate: authenticate,
            grants: grants,
            signer: signer,
            claims: claims,
            keys: keys,
            refreshWindow: refreshWindow,
            exchange: exchange,
            freshGrant: freshGrant,
            replayRecord: replayRecord
        )
        nonce = NonceEndpoint(authenticate: authenticate, nonces: exchange.nonces)
        introspection = IntrospectionEndpoint(
            clients: clients,
            authenticate: authenticate,
            grants: grants,
            accessToken: accessToken,
            claims: claims,
            issuer: issuer
        )
        revocation = RevocationEndpoint(authenticate: authenticate, grants: grants, accessToken: accessToken)
        userInfo = UserInfoEndpoint(clients: clients, accessToken: accessToken, claims: claims)
        metadata = ServerMetadata(issuer: issuer)
    }
}
