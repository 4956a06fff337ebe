public import Cryptography

/// Exchanging an authorization code for tokens (RFC 6749 §4.1.3, RFC 7636 §4.5).
public struct TokenRequest: Sendable {
    /// The code from the callback; good for one use.
    public let code: Secret
    /// The redirect URI the authorization request used, byte for byte.
    public let redirectURI: String
    /// The PKCE verifier; nil only for a provider whose file turns PKCE off.
    public let verifier: Secret?
    /// Who we are.
    public let client: ClientRegistration
    /// How we prove it.
    public let authentication: ClientAuthentication

    /// Creates a request.
    public init(
        code: Secret,
        redirectURI: String,
        verifier: Secret?,
        client: ClientRegistration,
        authentication: ClientAuthentication
    ) {
        self.code = code
        self.redirectURI = redirectURI
        self.verifier = verifier
        self.client = client
        self.authentication = authentication
    }

    /// The HTTP request. Secrets travel in the body or in the Authorization header, never in the URL (C04).
    ///
    /// - Parameters:
    ///   - endpoint: The provider's token endpoint.
    ///   - bulkhead: The provider's id.
    public func outbound(to endpoint: EndpointURL, bulkhead: String) -> OutboundRequest {
        var form: [(name: String, value: String)] = [
            ("grant_type", "authorization_code"), ("code", code.reveal()), ("redirect_uri", redirectURI),
        ]
        if let verifier { form.append(("code_verifier", verifier.reveal())) }
        return OutboundRequest.token(form, as: client, by: authentication, to: endpoint, bulkhead: bulkhead)
    }
}

extension OutboundRequest {
    /// A request to a token endpoint, the client's proof added. Secrets travel in the body or in the Authorization header, never in
    /// the URL (C04).
    static func token(
        _ parameters: [(name: String, value: String)],
        as client: ClientRegistration,
        by authentication: ClientAuthentication,
        to endpoint: EndpointURL,
        bulkhead: String
    ) -> OutboundRequest {
        var form = parameters
        var headers: [OutboundRequest.Header] = [
            .init("Accept", "application/json"), .init("Content-Type", "application/x-www-form-urlencoded"),
            .init("User-Agent", OutboundRequest.userAgent),
        ]
        let secret = client.clientSecrets.first
        switch authentication {
        case .basic:
            // RFC 6749 §2.3.1: a ":" or "%" in either part would otherwise move the boundary.
            let pair =
                FormURLEncoded.percentEncoded(client.clientID) + ":"
                + FormURLEncoded.percentEncoded(secret?.reveal() ?? "")
            headers.append(.init("Authorization", "Basic " + Base64.encode(Array(pair.utf8))))
        case .post:
            form.append(("client_id", client.clientID))
            if let secret { form.append(("client_secret", secret.reveal())) }
        case .none:
            form.append(("client_id", client.clientID))
        }
        return OutboundRequest(
            .post,
            endpoint.description,
            headers: headers,
            body: Secret(FormURLEncoded.encode(form)),
            bulkhead: bulkhead
        )
    }

    /// The User-Agent of every request; GitHub's API refuses requests without one (F05).
    public static let userAgent = "Latchkey"
}
