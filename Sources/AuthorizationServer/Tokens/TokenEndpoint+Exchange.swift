import Accounts
import JSON
import OAuth

/// Token exchange (RFC 8693).
extension TokenEndpoint {
    func exchange(_ form: FormParameters, _ client: Client, _ origin: RequestOrigin) async throws(OAuthFailure)
        -> JSONObject
    {
        switch try ExchangeRequest(form) {
        case .signIn(let provider, let credential, let scope):
            return try await signIn(provider, credential, scope, client, origin)
        case .upstreamToken(let request):
            // A public client proves nothing of itself: whoever has the token could ask.
            guard !client.isPublic else { throw .confidentialOnly }
            return try await exchange.upstreamTokens.token(for: request, client: client, origin: origin)
        }
    }

    private func signIn(
        _ provider: ProviderID,
        _ credential: ProviderCredential,
        _ requested: [String]?,
        _ client: Client,
        _ origin: RequestOrigin
    ) async throws(OAuthFailure) -> JSONObject {
        let scope = try permitted(requested, provider, credential, client)
        try origin.count(for: client)
        // Before the token is used up: whoever is told to try again has to be able to.
        guard signer.isReady else { throw .temporarilyUnavailable }
        let id = freshGrant()
        let refreshToken = client.grants.contains(.refreshToken) ? RefreshToken.generate() : nil
        let accessToken = client.accessTokens == .opaque ? AccessToken.generate() : nil
        try await exchange.arrivals.arrive(
            ExchangedArrival(
                provider: provider,
                credential: credential,
                client: client,
                scope: scope,
                grant: id,
                refreshToken: refreshToken?.hash,
                accessToken: accessToken?.hash,
                origin: origin
            )
        )
        do throws(OAuthFailure) {
            return try await answer(id, client, accessToken, refreshToken)
        } catch {
            // Nobody will ever hold its tokens.
            _ = try? await grants.giveUp(id)
            if case .idToken = credential, error.code == .temporarilyUnavailable { throw .beginAgain() }
            throw error
        }
    }

    private func answer(
        _ id: SessionID,
        _ client: Client,
        _ accessToken: AccessToken?,
        _ refreshToken: RefreshToken?
    ) async throws(OAuthFailure) -> JSONObject {
        let grant = try await stored { () async throws(StoreFailure) in try await grants.grant(id) }
        // Ended in the same moment, by its owner or an administrator.
        guard let grant else { throw .invalidGrant }
        var members = try answer(
            grant,
            client,
            scope: grant.scope,
            accessToken: accessToken,
            refreshToken: refreshToken,
            nonce: nil
        )
        members["issued_token_type"] = .string(ExchangedTokenType.accessToken.rawValue)
        return members
    }

    /// What the app gets, if it may ask at all: decided before the provider's token is looked at.
    private func permitted(
        _ requested: [String]?,
        _ provider: ProviderID,
        _ credential: ProviderCredential,
        _ client: Client
    ) throws(OAuthFailure) -> [String] {
        // An access token says nothing about who may present it, so whoever does has to be known.
        if case .accessToken = credential, client.isPublic { throw .confidentialOnly }
        // Nobody can be asked for consent here.
        guard client.isFirstParty else {
            throw OAuthFailure(.unauthorizedClient, "people have to be asked: use the authorization code flow")
        }
        guard client.admits(provider: provider.description) else {
            throw OAuthFailure(.invalidRequest, "this client does not take people of this provider")
        }
        let scope = requested ?? client.scopes.subtracting([Scope.offlineAccess]).sorted()
        guard client.scopes.isSuperset(of: scope) else {
            throw OAuthFailure(.invalidScope, "scope is more than this client may have")
        }
        return scope
    }
}

extension OAuthFailure {
    /// Something failed after an ID token and its nonce were used up: the same request cannot succeed any more.
    /// - Parameter reason: what failed.
    public static func beginAgain(reason: String? = nil) -> OAuthFailure {
        OAuthFailure(
            .serverError,
            "the id_token is used up, and nobody was signed in: begin again with a new nonce and a new id_token",
            reason: reason
        )
    }

    static let confidentialOnly = OAuthFailure(
        .unauthorizedClient,
        "a client without a secret may exchange an id_token of a provider, and nothing else"
    )
}
