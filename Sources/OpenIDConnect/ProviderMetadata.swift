import JSON
public import OAuth

/// What to ask for an issuer's metadata, and what of the answer to accept.
public struct DiscoverySource: Sendable, Hashable {
    /// The configured issuer, which the document has to repeat byte for byte.
    public let issuer: String
    /// Where the document is.
    public let url: EndpointURL
    /// The hosts its endpoints may be on; nil when the file lists none, then any public https host will do.
    public let hosts: Set<String>?
    /// Whether http is accepted on loopback (development).
    public let allowsLoopbackHTTP: Bool
    /// The provider's id.
    public let bulkhead: String

    /// Creates a source.
    public init(
        issuer: String,
        url: EndpointURL,
        hosts: Set<String>? = nil,
        allowsLoopbackHTTP: Bool = false,
        bulkhead: String
    ) {
        self.issuer = issuer
        self.url = url
        self.hosts = hosts
        self.allowsLoopbackHTTP = allowsLoopbackHTTP
        self.bulkhead = bulkhead
    }

    /// The request for the document.
    public var request: OutboundRequest {
        OutboundRequest(
            .get,
            url.description,
            headers: [.init("Accept", "application/json"), .init("User-Agent", OutboundRequest.userAgent)],
            bulkhead: bulkhead
        )
    }
}

/// An issuer's metadata (OpenID Connect Discovery 1.0 §3, RFC 8414 §2), of which every endpoint was checked.
public struct ProviderMetadata: Sendable, Hashable {
    /// The issuer, equal to the configured one.
    public let issuer: String
    /// Where browsers are sent.
    public let authorizationEndpoint: EndpointURL
    /// Where codes are exchanged.
    public let tokenEndpoint: EndpointURL
    /// Where the key set is.
    public let keySetURL: EndpointURL
    /// Where claims can be asked for; nil when there is none.
    public let userInfoEndpoint: EndpointURL?
    /// Whether callbacks always carry `iss` (RFC 9207 §3).
    public let alwaysSendsIssuer: Bool

    /// Reads a document. The configured issuer decides, the document only has to agree: never the other way round.
    public static func parse(
        _ response: OutboundResponse,
        for source: DiscoverySource
    ) throws(MetadataFault) -> ProviderMetadata {
        let document = try jsonObject(response)
        guard let issuer = document["issuer"]?.string else { throw .missingMember }
        guard issuer.isExactly(source.issuer) else { throw .issuerMismatch }
        func endpoint(_ name: String) throws(MetadataFault) -> EndpointURL? {
            switch document[name] {
            case nil, .null: return nil
            case .string(let text):
                guard let url = EndpointURL(text), url.isSecure(allowingLoopbackHTTP: source.allowsLoopbackHTTP),
                    // Mix-up (9700 §4.4): a document that sends our codes to another company's host is refused.
                    source.hosts?.contains(url.host) ?? true
                else { throw .refusedEndpoint }
                return url
            default: throw .missingMember
            }
        }
        guard let authorization = try endpoint("authorization_endpoint"), let token = try endpoint("token_endpoint"),
            let keySet = try endpoint("jwks_uri")
        else { throw .missingMember }
        return ProviderMetadata(
            issuer: issuer,
            authorizationEndpoint: authorization,
            tokenEndpoint: token,
            keySetURL: keySet,
            userInfoEndpoint: try endpoint("userinfo_endpoint"),
            alwaysSendsIssuer: document["authorization_response_iss_parameter_supported"]?.bool == true
        )
    }

    /// The JSON object of a 200 answer that says it is JSON.
    static func jsonObject(_ response: OutboundResponse) throws(MetadataFault) -> JSONObject {
        guard response.status == 200 else { throw .unexpectedStatus }
        guard let type = response.mediaType, type == "application/json" || type.hasSuffix("+json") else {
            throw .unexpectedContentType
        }
        guard let value = try? JSONValue.parse(response.body), let object = value.object else { throw .malformedBody }
        return object
    }
}
