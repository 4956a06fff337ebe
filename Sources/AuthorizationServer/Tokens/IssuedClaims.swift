public import Accounts
import Cryptography
public import JSON

/// What we say about a person, in ID tokens, JWT access tokens and userinfo.
public struct IssuedClaims: Sendable {
    private let issuer: String
    private let permissions: RolePermissions

    /// - Parameters:
    ///   - issuer: our own issuer identifier: the public URL.
    ///   - permissions: what each role may do.
    public init(issuer: String, permissions: RolePermissions) {
        self.issuer = issuer
        self.permissions = permissions
    }

    /// How long an ID token may be used; it is read once, on arrival.
    public static let idTokenLifetime: Int64 = 600

    /// Most bytes of a JWT access token's claims, as JSON; signed and in base64url it stays below 16,384, which is what we read
    /// again. One that would be larger goes without `permissions`, which introspection still tells: a token that resource servers
    /// believe and we cannot read could not be revoked (S-3).
    static let maximumAccessTokenClaimsBytes = 11_000

    /// An ID token (OpenID Connect Core 1.0 §2). `sub` is the user's id and never changes nor is given to anybody else.
    ///
    /// - Parameters:
    ///   - client: whose it is.
    ///   - scope: what was granted, as far as the app may still have it.
    ///   - nonce: of the authorization request; nil after a refresh (§12.2).
    ///   - accessToken: what comes along, for `at_hash` (§3.1.3.6).
    public func idToken(
        _ grant: LiveGrant,
        client: Client,
        scope: [String],
        nonce: String?,
        accessToken: String
    ) -> JSONObject {
        var claims = JSONObject()
        claims["iss"] = .string(issuer)
        claims["sub"] = .string(grant.user.id.description)
        claims["aud"] = .string(grant.client)
        claims["exp"] = .number(JSONNumber(grant.readAt.seconds + Self.idTokenLifetime))
        claims["iat"] = .number(JSONNumber(grant.readAt.seconds))
        claims["nonce"] = nonce.map { .string($0) }
        // The left half of SHA-256, for RS256 and ES256 alike.
        claims["at_hash"] = .string(Base64URL.encode(Array(SHA2.sha256(Array(accessToken.utf8)).prefix(16))))
        authentication(grant, into: &claims)
        addRoles(of: grant.user, scope: scope, to: &claims)
        MappedClaim.add(client.claims, of: grant.user, scope: scope, at: .idToken, to: &claims)
        return claims
    }

    /// A JWT access token (RFC 9068 §2.2). `sid` names the grant, so that asking us tells whether it still lives.
    public func accessToken(
        _ grant: LiveGrant,
        client: Client,
        scope: [String],
        lifetime: Duration
    ) -> JSONObject {
        var claims = JSONObject()
        claims["iss"] = .string(issuer)
        claims["sub"] = .string(grant.user.id.description)
        claims["aud"] = .string(grant.client)
        claims["client_id"] = .string(grant.client)
        claims["exp"] = .number(
            JSONNumber(min(grant.readAt.seconds + lifetime.components.seconds, grant.expiresAt.seconds))
        )
        claims["iat"] = .number(JSONNumber(grant.readAt.seconds))
        claims["jti"] = .string(Base64URL.encode(Random.bytes(16)))
        claims["scope"] = .string(scope.joined(separator: " "))
        authentication(grant, into: &claims)
        addAccess(of: grant.user, client: client, scope: scope, to: &claims)
        if JSONValue.object(claims).serializedBytes().count > Self.maximumAccessTokenClaimsBytes {
            claims["permissions"] = nil
        }
        return claims
    }

    /// Userinfo (OpenID Connect Core 1.0 §5.3.2): what the scopes ask for (§5.4).
    public func userInfo(_ user: User, client: Client, scope: [String]) -> JSONObject {
        var claims = JSONObject()
        claims["sub"] = .string(user.id.description)
        if scope.contains(Scope.profile) { claims["name"] = user.displayName.map { .string($0) } }
        if scope.contains(Scope.email), let email = user.email {
            claims["email"] = .string(email)
            claims["email_verified"] = .bool(user.emailVerified)
        }
        addRoles(of: user, scope: scope, to: &claims)
        MappedClaim.add(client.claims, of: user, scope: scope, at: .userInfo, to: &claims)
        return claims
    }

    /// What an access token lets its reader know about somebody's rights: the same in a JWT (RFC 9068 §2.2.3) and by introspection.
    func addAccess(of user: User, client: Client, scope: [String], to claims: inout JSONObject) {
        addRoles(of: user, scope: scope, to: &claims)
        MappedClaim.add(client.claims, of: user, scope: scope, at: .accessToken, to: &claims)
    }

    /// Roles as they are named, and what they allow.
    private func addRoles(of user: User, scope: [String], to claims: inout JSONObject) {
        guard scope.contains(Scope.roles) else { return }
        claims["roles"] = .array(user.roles.map { .string($0) })
        claims["permissions"] = .array(permissions.permissions(of: user.roles).map { .string($0) })
    }

    /// When, how, and how well somebody proved who they are.
    private func authentication(_ grant: LiveGrant, into claims: inout JSONObject) {
        claims["auth_time"] = .number(JSONNumber(grant.authenticatedAt.seconds))
        claims["acr"] = .string(AuthenticationLevel(methods: grant.methods).acr)
        claims["amr"] = .array(grant.methods.map { .string($0) })
        claims["sid"] = .string(grant.id.description)
    }
}
