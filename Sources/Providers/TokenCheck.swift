public import Cryptography
import JSON
public import OAuth

/// How a provider is asked which app an access token was given to. Without an answer a token of anybody's app would sign its
/// owner in here, so a provider that has no such question takes no access tokens at all.
public struct TokenCheck: Sendable, Hashable {
    /// The address; `{client_id}` in it stands for ours.
    let url: String
    let headers: [ProfileRequest.Header]
    /// Where the answer names the app.
    let clientID: [String]
    /// Where the answer names the person.
    let subject: [String]
    let subjectType: IdentityRule.SubjectType
    let bulkhead: String
    let origins: OriginSubstitutions

    static let placeholder = "{client_id}"

    /// The address for a client id; nil when it is none.
    static func url(_ template: String, clientID: String) -> EndpointURL? {
        let parts = template.split(separator: placeholder, omittingEmptySubsequences: false)
        return EndpointURL(parts.joined(separator: FormURLEncoded.percentEncoded(clientID)))
    }

    /// The question, with our own credentials in the Authorization header and the token in the body: neither is in the address.
    ///
    /// Source: GitHub REST API, "Check a token", `POST /applications/{client_id}/token`.
    public func outbound(accessToken: Secret, client: ClientRegistration) -> OutboundRequest? {
        guard let target = Self.url(url, clientID: client.clientID).map(origins.apply) else { return nil }
        let pair = client.clientID + ":" + (client.clientSecrets.first?.reveal() ?? "")
        var fields: [OutboundRequest.Header] = [
            .init("Authorization", "Basic " + Base64.encode(Array(pair.utf8))),
            .init("Content-Type", "application/json"), .init("User-Agent", OutboundRequest.userAgent),
        ]
        if !headers.contains(where: { $0.name.lowercased() == "accept" }) {
            fields.append(.init("Accept", "application/json"))
        }
        fields += headers.map { .init($0.name, $0.value) }
        let body = JSONValue.object(JSONObject([("access_token", .string(accessToken.reveal()))])).serialized()
        return OutboundRequest(.post, target.description, headers: fields, body: Secret(body), bulkhead: bulkhead)
    }

    /// Reads the answer.
    /// - Returns: whose token it is, at the provider.
    public func read(_ response: OutboundResponse, client: ClientRegistration) throws(TokenCheckFault) -> String {
        let retryAfter = RetryAfter.seconds(response)
        switch response.status {
        case 200: break
        case 404, 422: throw TokenCheckFault(.unknownToken)
        case 401: throw TokenCheckFault(.unauthorized)
        case 403, 429: throw TokenCheckFault(.rateLimited, retryAfter: retryAfter)
        case 500...599: throw TokenCheckFault(.unavailable, retryAfter: retryAfter)
        default: throw TokenCheckFault(.unexpectedAnswer)
        }
        guard let type = response.mediaType, type == "application/json" || type.hasSuffix("+json"),
            let answer = try? JSONValue.parse(response.body)
        else { throw TokenCheckFault(.unexpectedAnswer) }
        guard let app = ClaimPath.value(answer, clientID)?.string else { throw TokenCheckFault(.unexpectedAnswer) }
        // The address names us already; that the answer does too keeps this from resting on the address alone.
        guard app.isExactly(client.clientID) else { throw TokenCheckFault(.otherApp) }
        guard let value = ClaimPath.value(answer, subject), let found = subjectType.text(of: value) else {
            throw TokenCheckFault(.unexpectedAnswer)
        }
        return found
    }
}

/// Why a token check says no.
public struct TokenCheckFault: Error, Sendable, Hashable {
    /// The reasons.
    public enum Reason: String, Sendable, Hashable, CaseIterable {
        /// The provider does not know it: made up, revoked, expired, or given to another app.
        case unknownToken = "unknown_token"
        /// The answer names another app.
        case otherApp = "other_app"
        /// Our own credentials are not accepted.
        case unauthorized
        /// The allowance is used up.
        case rateLimited = "rate_limited"
        /// A 5xx status.
        case unavailable = "provider_unavailable"
        /// Neither yes nor no.
        case unexpectedAnswer = "unexpected_answer"
    }

    /// What happened.
    public let reason: Reason
    /// When the provider says one may ask again, in seconds.
    public let retryAfter: Int?

    init(_ reason: Reason, retryAfter: Int? = nil) {
        self.reason = reason
        self.retryAfter = retryAfter
    }

    /// Stable name for logs and metrics.
    public var code: String { reason.rawValue }
}
