public import JSON
public import OAuth

/// What came back for a ``ProfileRequest``.
public enum ProfileAnswer: Sendable, Hashable {
    /// An answer, and where its next page is.
    case answer(JSONValue, nextPage: EndpointURL?)
    /// The provider has nothing to say to us about this: claim paths into it find nothing.
    case absent
}

/// Why a profile could not be read.
public struct ProfileFault: Error, Sendable, Hashable {
    /// The reasons.
    public enum Reason: String, Sendable, Hashable, CaseIterable {
        /// 401: the token is not accepted.
        case unauthorized
        /// 403: the token may not do this; a scope or a setting at the provider is missing.
        case forbidden
        /// The allowance is used up.
        case rateLimited = "rate_limited"
        /// A 5xx status.
        case unavailable = "provider_unavailable"
        /// A redirect; never followed, the token would go along.
        case redirected
        /// Any other status.
        case unexpectedStatus = "unexpected_status"
        /// The declared type is not JSON; a signed userinfo answer counts too (D18).
        case unexpectedContentType = "unexpected_content_type"
        /// The body is not JSON.
        case malformedBody = "malformed_body"
    }

    /// What happened.
    public let reason: Reason
    /// When the provider says one may ask again, in seconds.
    public let retryAfter: Int?

    init(_ reason: Reason, retryAfter: Int? = nil) {
        self.reason = reason
        self.retryAfter = retryAfter
    }

    /// Stable name for logs, metrics and pages.
    public var code: String { reason.rawValue }

    /// Whether the same sign-in, started again, may succeed by itself.
    public var isTemporary: Bool { reason == .rateLimited || reason == .unavailable }
}
