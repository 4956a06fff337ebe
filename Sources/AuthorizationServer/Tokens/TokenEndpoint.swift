public import Accounts
public import Cryptography
public import JSON
public import OAuth

/// `POST /oauth/token` (RFC 6749 §3.2).
public struct TokenEndpoint: Sendable {
    private let authenticate: ClientAuthenticator
    let grants: any GrantStore
    let signer: any TokenSigner
    private let claims: IssuedClaims
    private let keys: KeyRing
    private let refreshWindow: Duration
    let exchange: TokenExchange
    let freshGrant: @Sendable () -> SessionID
    private let replayRecord: @Sendable (UserID, Client) -> ReplayRecord

    /// - Parameters:
    ///   - refreshWindow: how long the parent of the live refresh token gets the same successor again.
    ///   - exchange: signs people in with what a provider gave them, and hands out what it gave.
    ///   - freshGrant: makes ids.
    ///   - replayRecord: what a replayed refresh token leaves behind.
    public init(
        authenticate: ClientAuthenticator,
        grants: any GrantStore,
        signer: any TokenSigner,
        claims: IssuedClaims,
        keys: KeyRing,
        refreshWindow: Duration,
        exchange: TokenExchange,
        freshGrant: @escaping @Sendable () -> SessionID,
        replayRecord: @escaping @Sendable (UserID, Client) -> ReplayRecord
    ) {
        self.authenticate = authenticate
        self.grants = grants
        self.signer = signer
        self.claims = claims
        self.keys = keys
        self.refreshWindow = refreshWindow
        self.exchange = exchange
        self.freshGrant = freshGrant
        self.replayRecord = replayRecord
    }

    /// Answers a token request.
    /// - Returns: the members of the answer (RFC 6749 §5.1, OpenID Connect Core 1.0 §3.1.3.3).
    public func callAsFunction(
        authorization: [String],
        form: FormParameters,
        origin: RequestOrigin
    ) async throws(OAuthFailure) -> JSONObject {
        let client = try await authenticate(authorization: authorization, form: form, at: .token)
        guard let name = form["grant_type"] else { throw .invalidRequest("grant_type is missing") }
        guard let type = GrantType(rawValue: name) else {
            throw OAuthFailure(.unsupportedGrantType, "this grant_type is not supported")
        }
        guard client.grants.contains(type) else {
            throw OAuthFailure(.unauthorizedClient, "this client may not use this grant_type")
        }
        switch type {
        case .authorizationCode: return try await redeem(form, client)
        case .refreshToken: return try await refresh(form, client)
        case .tokenExchange: return try await exchange(form, client, origin)
        }
    }

    // MARK: authorization_code

    private func redeem(_ form: FormParameters, _ client: Client) async throws(OAuthFailure) -> JSONObject {
        guard let text = form["code"] else { throw .invalidRequest("code is missing") }
        guard let redirectURI = form["redirect_uri"] else { throw .invalidRequest("redirect_uri is missing") }
        // Every code here was given for a challenge, so a verifier is never optional (J03).
        guard let verifier = form["code_verifier"] else { throw .invalidRequest("code_verifier is missing") }
        guard let code = AuthorizationCode(text) else { throw .invalidGrant }
        // Before the code is used up: whoever is told to try again has to be able to.
        guard signer.isReady else { throw .temporarilyUnavailable }
        // A verifier that is none fits no code, and neither does any for an address that was taken from the app since; the code is
        // looked at all the same, because a second use is a second use.
        let isRegistered = client.redirectURIs.contains { $0.matches(redirectURI) }
        let challenge = isRegistered ? PKCE(verifier: Secret(verifier))?.challenge ?? "" : ""
        let refreshToken = client.grants.contains(.refreshToken) ? RefreshToken.generate() : nil
        let accessToken = client.accessTokens == .opaque ? AccessToken.generate() : nil
        let outcome = try await stored { () async throws(StoreFailure) in
            try await grants.redeem(
                CodeRedemption(
                    codeHash: code.hash,
                    client: client,
                    redirectURI: redirectURI,
                    codeChallenge: challenge,
                    grant: freshGrant(),
                    refreshToken: refreshToken?.hash,
                    accessToken: accessToken?.hash
                )
            )
        }
        guard case .redeemed(let grant, let nonce) = outcome else { throw .invalidGrant }
        try await endUnlessAdmitted(grant, client)
        return try answer(
            grant,
            client,
            scope: grant.scope.filter(client.scopes.contains),
            accessToken: accessToken,
            refreshToken: refreshToken,
            nonce: nonce
        )
    }

    // MARK: refresh_token

    private func refresh(_ form: FormParameters, _ client: Client) async throws(OAuthFailure) -> JSONObject {
        guard let text = form["refresh_token"] else { throw .invalidRequest("refresh_token is missing") }
        guard let token = RefreshToken(text), let successors = RefreshSuccessors(of: token, keys: keys) else {
            throw .invalidGrant
        }
        let narrowed = try await narrowedScope(form, token)
        let outcome = try await stored { () async throws(StoreFailure) in
            try await grants.rotate(
                RefreshRotation(
                    token: token.hash,
                    client: client,
                    successor: successors.current.refreshToken.hash,
                    accessToken: client.accessTokens == .opaque ? successors.current.accessToken.hash : nil,
                    scope: narrowed
                )
            )
        }
        switch outcome {
        case .rotated(let grant): return try await refreshed(grant, client, narrowed, successors.current)
        case .used(let used):
            guard used.meaning(window: refreshWindow) == .repetition, let pair = successors.pair(with: used.successor)
            else {
                _ = try await stored { () async throws(StoreFailure) in
                    try await grants.endGrant(used.grant.id, replay: replayRecord(used.grant.user.id, client))
                }
                throw .invalidGrant
            }
            return try await refreshed(used.grant, client, narrowed, pair, age: used.age)
        case .invalid: throw .invalidGrant
        }
    }

    /// A smaller scope for this one access token (RFC 6749 §6); nil for all of it.
    private func narrowedScope(_ form: FormParameters, _ token: RefreshToken) async throws(OAuthFailure) -> [String]? {
        guard let text = form["scope"] else { return nil }
        guard let scope = Scope.parse(text), !scope.isEmpty else {
            throw OAuthFailure(.invalidScope, "scope is malformed")
        }
        let grant = try await stored { () async throws(StoreFailure) in
            try await grants.grant(refreshToken: token.hash, includingUsed: true)
        }
        // Without a grant the rotation says what is wrong.
        guard let grant else { return nil }
        guard Set(scope).isSubset(of: grant.scope) else {
            throw OAuthFailure(.invalidScope, "scope is more than what was granted")
        }
        return scope
    }

    private func refreshed(
        _ grant: LiveGrant,
        _ client: Client,
        _ narrowed: [String]?,
        _ pair: RefreshSuccessors.Pair,
        age: Duration = .zero
    ) async throws(OAuthFailure) -> JSONObject {
        try await endUnlessAdmitted(grant, client)
        let scope = (narrowed ?? grant.scope).filter { client.scopes.contains($0) }
        return try answer(
            grant,
            client,
            scope: scope,
            accessToken: client.accessTokens == .opaque ? pair.accessToken : nil,
            refreshToken: pair.refreshToken,
            nonce: nil,
            // An opaque token is as old as its first answer; a JWT is made anew.
            age: client.accessTokens == .opaque ? age : .zero
        )
    }

    /// The operator may have closed a way in since it was used (S-4).
    private func endUnlessAdmitted(_ grant: LiveGrant, _ client: Client) async throws(OAuthFailure) {
        guard !client.admits(provider: grant.provider) else { return }
        _ = try await stored { () async throws(StoreFailure) in try await grants.endGrant(grant.id, replay: nil) }
        throw .invalidGrant
    }

    func answer(
        _ grant: LiveGrant,
        _ client: Client,
        scope: [String],
        accessToken: AccessToken?,
        refreshToken: RefreshToken?,
        nonce: String?,
        age: Duration = .zero
    ) throws(OAuthFailure) -> JSONObject {
        let lifetime = client.lifetimes.accessToken
        let text: String
        if let accessToken {
            text = accessToken.reveal()
        } else {
            let payload = claims.accessToken(grant, client: client, scope: scope, lifetime: lifetime)
            text = try sign(payload, .accessToken, client)
        }
        var members = JSONObject()
        members["access_token"] = .string(text)
        members["token_type"] = "Bearer"
        members["expires_in"] = .number(
            JSONNumber(
                max(0, min((lifetime - age).components.seconds, grant.expiresAt.seconds - grant.readAt.seconds))
            )
        )
        members["scope"] = .string(scope.joined(separator: " "))
        members["refresh_token"] = refreshToken.map { .string($0.reveal()) }
        if scope.contains(Scope.openid) {
            let payload = claims.idToken(grant, client: client, scope: scope, nonce: nonce, accessToken: text)
            members["id_token"] = .string(try sign(payload, .idToken, client))
        }
        return members
    }

    private func sign(
        _ payload: JSONObject,
        _ type: SignedTokenType,
        _ client: Client
    ) throws(OAuthFailure) -> String {
        do throws(TokenSigningFault) {
            return try signer.sign(payload, type: type, algorithm: client.idTokenAlgorithm)
        } catch {
            switch error {
            // The keys come back with the database.
            case .noKey, .stale: throw .temporarilyUnavailable
            case .noExpiry, .outlivesKey, .operationFailed:
                throw OAuthFailure(.serverError, "the token could not be signed: \(error.rawValue)")
            }
        }
    }
}

/// Runs something on a store; a database that is away becomes what an app understands.
func stored<Value: Sendable>(
    _ work: () async throws(StoreFailure) -> Value
) async throws(OAuthFailure) -> Value {
    do {
        return try await work()
    } catch {
        throw OAuthFailure(error)
    }
}

extension OAuthFailure {
    /// What an app understands of a database that is away.
    init(_ failure: StoreFailure) {
        self = failure == .broken ? OAuthFailure(.serverError, "something went wrong here") : .temporarilyUnavailable
    }
}
