public import Accounts
public import JSON
public import OAuth

/// `POST /v1/nonces`: a nonce for an ID token that is to be exchanged. It is issued here and not made up by the app, because whoever
/// hands a token over could make up the nonce in it as well.
public struct NonceEndpoint: Sendable {
    /// How long a nonce is good for.
    public static let lifetime: Duration = .seconds(600)

    private let authenticate: ClientAuthenticator
    private let nonces: any ExchangeStore

    /// Creates the endpoint.
    public init(authenticate: ClientAuthenticator, nonces: any ExchangeStore) {
        self.authenticate = authenticate
        self.nonces = nonces
    }

    /// Answers a request; `provider` in the form binds the nonce to one provider's tokens.
    /// - Returns: `nonce` and `expires_in`, in seconds.
    public func callAsFunction(
        authorization: [String],
        form: FormParameters,
        origin: RequestOrigin
    ) async throws(OAuthFailure) -> JSONObject {
        let client = try await authenticate(authorization: authorization, form: form, at: .nonce)
        guard client.grants.contains(.tokenExchange) else {
            throw OAuthFailure(.unauthorizedClient, "this client may not exchange tokens")
        }
        let provider = try provider(form, client)
        try origin.count(for: client)
        let nonce = ExchangeNonce.generate()
        try await stored { () async throws(StoreFailure) in
            try await nonces.store(
                NewExchangeNonce(
                    hash: nonce.hash,
                    client: client.id.description,
                    provider: provider,
                    lifetime: Self.lifetime
                )
            )
        }
        return JSONObject([
            ("nonce", .string(nonce.reveal())),
            ("expires_in", .number(JSONNumber(Self.lifetime.components.seconds))),
        ])
    }

    private func provider(_ form: FormParameters, _ client: Client) throws(OAuthFailure) -> ProviderID? {
        guard let text = form["provider"] else { return nil }
        guard let provider = ProviderID(text), client.admits(provider: text) else {
            throw .invalidRequest("this client does not take people of this provider")
        }
        return provider
    }
}
