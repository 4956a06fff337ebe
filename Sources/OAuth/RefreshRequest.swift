public import Cryptography

/// Asking a provider for a new access token with a refresh token (RFC 6749 §6). No scope is named: the answer is as good as what the
/// person granted.
public struct RefreshRequest: Sendable {
    /// The refresh token. Where the provider rotates them, it is good for this one request.
    public let refreshToken: Secret
    /// Who we are.
    public let client: ClientRegistration
    /// How we prove it.
    public let authentication: ClientAuthentication

    /// Creates a request.
    public init(refreshToken: Secret, client: ClientRegistration, authentication: ClientAuthentication) {
        self.refreshToken = refreshToken
        self.client = client
        self.authentication = authentication
    }

    /// The HTTP request.
    ///
    /// - Parameters:
    ///   - endpoint: The provider's token endpoint.
    ///   - bulkhead: The provider's id.
    public func outbound(to endpoint: EndpointURL, bulkhead: String) -> OutboundRequest {
        OutboundRequest.token(
            [("grant_type", "refresh_token"), ("refresh_token", refreshToken.reveal())],
            as: client,
            by: authentication,
            to: endpoint,
            bulkhead: bulkhead
        )
    }
}
