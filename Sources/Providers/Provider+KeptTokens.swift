import Accounts
public import Cryptography
public import OAuth
public import OpenIDConnect

extension Provider {
    /// What is different where the operator has this provider's tokens kept for apps.
    public struct KeptTokenRule: Sendable, Hashable {
        /// Parameters of the authorization request that make the provider give a refresh token, in place of the file's others.
        public let parameters: [Parameter]
        /// Scopes that do the same. They give no access to anything, so they are not counted among what was granted.
        public let scopes: [String]
        /// How scopes are spelt in answers, and how in requests.
        public let scopeNames: [String: String]
        /// Errors beside `invalid_grant` by which the provider says that a refresh token is not good any more.
        public let refusals: Set<TokenFault.Reason>

        /// Nothing special.
        static let plain = KeptTokenRule(parameters: [], scopes: [], scopeNames: [:], refusals: [])
    }

    /// The provider as it is asked when its tokens are kept: for a refresh token, and for what apps need beyond signing in.
    public func keepingTokens(additionalScopes: [String]) -> Provider {
        var provider = self
        let replaced = Set(keptTokens.parameters.map(\.name))
        var scopes = authorization.scopes
        for scope in keptTokens.scopes + additionalScopes where !scopes.contains(scope) { scopes.append(scope) }
        provider.authorization = AuthorizationRule(
            scopes: scopes,
            parameters: authorization.parameters.filter { !replaced.contains($0.name) } + keptTokens.parameters,
            passThrough: authorization.passThrough,
            responseMode: authorization.responseMode,
            usesPKCE: authorization.usesPKCE
        )
        return provider
    }

    /// What a token can do, in the spelling of requests. Without a word about it, it is what was asked for (RFC 6749 §5.1).
    public func grantedScope(_ tokens: TokenResponse) -> [String] {
        grantedScope(tokens.scopes ?? authorization.scopes)
    }

    /// The same after a refresh, where no word about it means that nothing has changed (RFC 6749 §6).
    public func grantedScope(_ tokens: TokenResponse, before: [String]) -> [String] {
        tokens.scopes.map(grantedScope) ?? before
    }

    private func grantedScope(_ scopes: [String]) -> [String] {
        var granted: [String] = []
        for scope in scopes.map({ keptTokens.scopeNames[$0] ?? $0 }) where !keptTokens.scopes.contains(scope) {
            if !granted.contains(scope) { granted.append(scope) }
        }
        return granted
    }

    /// The request for a new access token.
    public func refreshRequest(
        refreshToken: Secret,
        client: ClientRegistration,
        endpoints: ResolvedEndpoints
    ) -> OutboundRequest {
        RefreshRequest(refreshToken: refreshToken, client: client, authentication: clientAuthentication)
            .outbound(to: endpoints.token, bulkhead: id.description)
    }

    /// Whether a refusal means that the refresh token is good for nothing any more. Everything else may pass.
    public func isFinal(_ fault: TokenFault) -> Bool {
        fault.reason == .invalidGrant || keptTokens.refusals.contains(fault.reason)
    }

    /// What the ID token of a refresh has to say, if one comes along; nil for plain OAuth 2.0 (OpenID Connect Core 1.0 §12.2, C15). No
    /// nonce was sent.
    public func refreshedIDTokenExpectation(
        client: ClientRegistration,
        accessToken: Secret
    ) -> IDTokenExpectation? {
        guard let idToken else { return nil }
        return IDTokenExpectation(
            issuers: idToken.issuers,
            clientID: client.clientID,
            nonce: nil,
            algorithms: idToken.algorithms,
            maximumAge: idToken.maximumAge,
            accessToken: accessToken
        )
    }
}
