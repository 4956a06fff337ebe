/// Why a request of an app is refused, in the words of its RFC.
public struct OAuthFailure: Error, Sendable, Hashable {
    /// The `error`.
    public enum Code: String, Sendable, Hashable, CaseIterable {
        /// RFC 6749 §5.2.
        case invalidRequest = "invalid_request"
        /// RFC 6749 §5.2.
        case invalidClient = "invalid_client"
        /// RFC 6749 §5.2.
        case invalidGrant = "invalid_grant"
        /// RFC 6749 §5.2.
        case unauthorizedClient = "unauthorized_client"
        /// RFC 6749 §5.2.
        case unsupportedGrantType = "unsupported_grant_type"
        /// RFC 6749 §5.2.
        case invalidScope = "invalid_scope"
        /// RFC 6749 §4.1.2.1.
        case accessDenied = "access_denied"
        /// RFC 6749 §4.1.2.1.
        case unsupportedResponseType = "unsupported_response_type"
        /// RFC 6749 §4.1.2.1.
        case serverError = "server_error"
        /// RFC 6749 §4.1.2.1.
        case temporarilyUnavailable = "temporarily_unavailable"
        /// RFC 8693 §2.2.2.
        case invalidTarget = "invalid_target"
        /// Nobody's: a limit on attempts is reached, in the word that every other answer here has for it.
        case tooManyAttempts = "too_many_attempts"
        /// RFC 6750 §3.1.
        case invalidToken = "invalid_token"
        /// RFC 6750 §3.1.
        case insufficientScope = "insufficient_scope"
        /// OpenID Connect Core 1.0 §3.1.2.6.
        case loginRequired = "login_required"
        /// OpenID Connect Core 1.0 §3.1.2.6.
        case consentRequired = "consent_required"
        /// OpenID Connect Core Error Code unmet_authentication_requirements 1.0 §2.
        case unmetAuthenticationRequirements = "unmet_authentication_requirements"
        /// OpenID Connect Core 1.0 §3.1.2.6.
        case interactionRequired = "interaction_required"
        /// OpenID Connect Core 1.0 §3.1.2.6.
        case requestNotSupported = "request_not_supported"
        /// OpenID Connect Core 1.0 §3.1.2.6.
        case requestURINotSupported = "request_uri_not_supported"
        /// OpenID Connect Core 1.0 §3.1.2.6.
        case registrationNotSupported = "registration_not_supported"
    }

    /// The `error`.
    public let code: Code
    /// The `error_description`: for the developer who reads the answer, never with anything of the request in it.
    public let description: String
    /// `reason`: a stable snake_case word that says more than the `error`; nil where there is no more to say.
    public let reason: String?
    /// `interaction_uri`: where a person goes on in a browser; nil when no person is needed.
    public let interactionURI: String?
    /// Seconds after which trying again makes sense.
    public let retryAfter: Int?

    /// Creates a failure. The description has to be of the characters RFC 6749 §5.2 allows: visible ASCII and spaces without
    /// quotes and backslashes.
    public init(
        _ code: Code,
        _ description: String,
        reason: String? = nil,
        interactionURI: String? = nil,
        retryAfter: Int? = nil
    ) {
        self.code = code
        self.description = description
        self.reason = reason
        self.interactionURI = interactionURI
        self.retryAfter = retryAfter
    }

    static func invalidRequest(_ description: String) -> OAuthFailure { OAuthFailure(.invalidRequest, description) }
    static func invalidClient(_ description: String) -> OAuthFailure { OAuthFailure(.invalidClient, description) }
    /// One answer for an unknown client, a wrong secret and a missing one.
    public static let wrongCredentials = invalidClient("unknown client or wrong client authentication")
    /// One answer for every code or token that is not good: unknown, expired, used, somebody else's.
    static let invalidGrant = OAuthFailure(.invalidGrant, "the code or token is not valid, or not valid any more")
    /// The database is away.
    public static let temporarilyUnavailable = OAuthFailure(
        .temporarilyUnavailable,
        "try again in a moment",
        retryAfter: 2
    )
}
