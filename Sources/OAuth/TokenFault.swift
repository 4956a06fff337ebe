/// Why no usable token came back.
public struct TokenFault: Error, Sendable, Hashable {
    /// What happened.
    public let reason: Reason
    /// When the provider says one may ask again, in seconds.
    public let retryAfter: Int?
    /// The provider's `error` and `error_description`, for operators.
    public let text: ProviderText?

    init(_ reason: Reason, retryAfter: Int? = nil, text: ProviderText? = nil) {
        self.reason = reason
        self.retryAfter = retryAfter
        self.text = text
    }

    /// Stable name for logs, metrics and pages.
    public var code: String { reason.rawValue }

    /// The reasons. The first group is the provider's word, the second an HTTP status, the third a malformed answer.
    public enum Reason: String, Sendable, Hashable, CaseIterable {
        /// The code is unknown, used, expired, or its verifier or redirect URI is wrong: start again.
        case invalidGrant = "invalid_grant"
        /// The client id or secret is wrong: the operator has to act.
        case invalidClient = "invalid_client"
        /// The redirect URI is not the registered one: the operator has to act.
        case redirectURIMismatch = "redirect_uri_mismatch"
        /// The request is refused as a whole; X says this for bad codes.
        case invalidRequest = "invalid_request"
        /// This client may not use this grant.
        case unauthorizedClient = "unauthorized_client"
        /// The provider does not do authorization codes.
        case unsupportedGrantType = "unsupported_grant_type"
        /// A scope was refused.
        case invalidScope = "invalid_scope"
        /// GitHub: the person has no verified address there yet.
        case unverifiedUserEmail = "unverified_user_email"
        /// An error code that is not known here.
        case otherError = "other_error"

        /// 429, or an error that says so.
        case rateLimited = "rate_limited"
        /// A 5xx status, or an error that says so.
        case unavailable = "provider_unavailable"
        /// A redirect; never followed, the code would go along.
        case redirected = "redirected"
        /// Another status without a readable error.
        case unexpectedStatus = "unexpected_status"

        /// Neither JSON nor a form by its declared type.
        case unexpectedContentType = "unexpected_content_type"
        /// The body is not what its type says.
        case malformedBody = "malformed_body"
        /// No `access_token`, or one that cannot be put into a header.
        case missingAccessToken = "missing_access_token"
        /// `token_type` is missing or not bearer.
        case unexpectedTokenType = "unexpected_token_type"
        /// A member has the wrong type.
        case wrongType = "wrong_type"
    }

    /// The reason for an `error` value of RFC 6749 §5.2 or a provider's own.
    static func reason(forError error: String) -> Reason {
        switch error {
        case "invalid_grant", "bad_verification_code", "invalid_code", "code_already_used", "bad_refresh_token":
            .invalidGrant
        case "invalid_client", "incorrect_client_credentials", "bad_client_secret", "invalid_client_id",
            "deleted_client":
            .invalidClient
        case "redirect_uri_mismatch", "bad_redirect_uri": .redirectURIMismatch
        case "invalid_request": .invalidRequest
        case "unauthorized_client": .unauthorizedClient
        case "unsupported_grant_type": .unsupportedGrantType
        case "invalid_scope": .invalidScope
        case "unverified_user_email": .unverifiedUserEmail
        case "slow_down", "ratelimited", "rate_limited": .rateLimited
        case "temporarily_unavailable", "server_error": .unavailable
        default: .otherError
        }
    }
}
