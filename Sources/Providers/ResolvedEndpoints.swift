import Accounts
public import OAuth
public import OpenIDConnect

/// The endpoints one sign-in uses, stand-ins already put in place.
public struct ResolvedEndpoints: Sendable, Hashable {
    /// Where the browser is sent.
    public let authorization: EndpointURL
    /// Where the code is exchanged.
    public let token: EndpointURL
    /// Where claims can be asked for (OpenID Connect); nil when there is none.
    public let userInfo: EndpointURL?
    /// Where the keys for ID tokens are; nil for plain OAuth 2.0.
    public let keySet: EndpointURL?
    /// Whether the provider says that callbacks always carry `iss` (RFC 9207 §3).
    public let alwaysSendsIssuer: Bool

    init(
        authorization: EndpointURL,
        token: EndpointURL,
        userInfo: EndpointURL?,
        keySet: EndpointURL?,
        alwaysSendsIssuer: Bool
    ) {
        self.authorization = authorization
        self.token = token
        self.userInfo = userInfo
        self.keySet = keySet
        self.alwaysSendsIssuer = alwaysSendsIssuer
    }
}

extension Provider {
    /// The endpoints, from the file or from the issuer's metadata.
    public func endpoints(using cache: MetadataCache) async throws(MetadataFault) -> ResolvedEndpoints {
        switch endpointSource {
        case .explicit(let endpoints): endpoints
        case .discovery(let source): endpoints(from: try await cache.metadata(for: source))
        }
    }

    /// The endpoints a checked metadata document names.
    public func endpoints(from metadata: ProviderMetadata) -> ResolvedEndpoints {
        ResolvedEndpoints(
            authorization: origins.apply(to: metadata.authorizationEndpoint),
            token: origins.apply(to: metadata.tokenEndpoint),
            userInfo: metadata.userInfoEndpoint.map(origins.apply),
            keySet: origins.apply(to: metadata.keySetURL),
            alwaysSendsIssuer: metadata.alwaysSendsIssuer
        )
    }

    /// Where the keys for this provider's ID tokens are; nil for plain OAuth 2.0.
    public func keySetSource(_ endpoints: ResolvedEndpoints) -> KeySetSource? {
        guard isOpenIDConnect, let url = endpoints.keySet else { return nil }
        return KeySetSource(issuer: issuer, url: url, bulkhead: id.description)
    }
}
