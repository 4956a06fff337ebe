/// Why an authorization request cannot be built.
public enum AuthorizationRequestFault: String, Error, Sendable, Hashable, CaseIterable {
    /// A parameter would occur twice, counting the endpoint's own query and ignoring case.
    case duplicateParameter = "duplicate_parameter"
    /// The endpoint's own query cannot be read.
    case malformedEndpoint = "malformed_endpoint"
    /// Longer than ``EndpointURL/maximumBytes`` four times over: no provider takes that.
    case tooLarge = "too_large"
}

/// The URL a browser is sent to (RFC 6749 §4.1.1).
public struct AuthorizationRequest: Sendable, Hashable {
    /// The complete URL. Holds no secret: `state` and `nonce` are bound to the browser by a cookie, and PKCE sends
    /// only the challenge.
    public let url: String

    /// Builds the URL; the endpoint's own query is kept in front (RFC 6749 §3.1).
    ///
    /// Names are compared without regard to case, because some servers do: `Redirect_URI` must not get a second chance
    /// (F-6).
    public init(endpoint: EndpointURL, parameters: [(name: String, value: String)]) throws(AuthorizationRequestFault) {
        var names: Set<String> = []
        var query = endpoint.query ?? ""
        let existing: FormParameters
        do { existing = try FormURLEncoded.parse(query) } catch { throw .malformedEndpoint }
        for name in existing.names + parameters.map(\.name) {
            guard names.insert(name.lowercased()).inserted else { throw .duplicateParameter }
        }
        if !query.isEmpty, !parameters.isEmpty { query += "&" }
        query += FormURLEncoded.encode(parameters)
        let url = endpoint.origin + endpoint.path + (query.isEmpty ? "" : "?" + query)
        guard url.utf8.count <= 4 * EndpointURL.maximumBytes else { throw .tooLarge }
        self.url = url
    }
}
