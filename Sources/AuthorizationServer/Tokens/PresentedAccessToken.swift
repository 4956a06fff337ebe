import Accounts
import JSON

/// An access token, of either form, as it was at the moment it was asked about: always from the database.
public struct PresentedAccessToken: Sendable {
    private let clients: ClientRegistry
    private let grants: any GrantStore
    private let signer: any TokenSigner

    /// Longest JWT that is looked at, in bytes: every one that we make is shorter (``IssuedClaims/maximumAccessTokenClaimsBytes``).
    private static let maximumBytes = 16_384

    /// Creates the check.
    public init(clients: ClientRegistry, grants: any GrantStore, signer: any TokenSigner) {
        self.clients = clients
        self.grants = grants
        self.signer = signer
    }

    /// What the token stands for; nil when it is unknown, expired, changed, or its grant has ended.
    public func callAsFunction(_ text: String) async throws(OAuthFailure) -> LiveAccessToken? {
        admitted(try await found(text))
    }

    /// A stored token, as far as its app may still have it.
    func admitted(_ token: LiveAccessToken?) -> LiveAccessToken? {
        // An app that has closed the way in since is not served with what it got by it (S-4).
        guard let token, let client = ClientID(token.grant.client).flatMap({ clients[$0] }),
            client.admits(provider: token.grant.provider)
        else { return nil }
        // What the operator has taken from the app since, it has no more.
        return LiveAccessToken(
            grant: token.grant,
            scope: token.scope.filter(client.scopes.contains),
            issuedAt: token.issuedAt,
            expiresAt: token.expiresAt
        )
    }

    private func found(_ text: String) async throws(OAuthFailure) -> LiveAccessToken? {
        if let token = AccessToken(text) {
            return try await stored { () async throws(StoreFailure) in try await grants.accessToken(token.hash) }
        }
        guard text.utf8.count <= Self.maximumBytes, text.contains("."),
            let claims = signer.claims(of: text, type: .accessToken),
            let id = claims["sid"]?.string.flatMap({ SessionID($0) }), let expiry = claims["exp"]?.int64,
            let issued = claims["iat"]?.int64, let scope = claims["scope"]?.string
        else { return nil }
        let grant = try await stored { () async throws(StoreFailure) in try await grants.grant(id) }
        guard let grant, grant.readAt.seconds < expiry, claims["client_id"]?.string == grant.client,
            claims["sub"]?.string == grant.user.id.description
        else { return nil }
        return LiveAccessToken(
            grant: grant,
            scope: scope.split(separator: " ").map(String.init),
            issuedAt: Instant(microseconds: issued * 1_000_000),
            expiresAt: Instant(microseconds: expiry * 1_000_000)
        )
    }
}
