public import Cryptography

/// Why a callback is refused before its state was even looked at.
public enum AuthorizationResponseFault: Error, Sendable, Hashable {
    /// The query or form body is not well formed, too large, or repeats a parameter (B07).
    case form(FormFault)
    /// `code`, `state`, `iss` or an error parameter is longer than ``AuthorizationResponse/maximumValueBytes`` (B18).
    case valueTooLarge
    /// Neither a code nor an error.
    case missingCode

    /// Stable name for logs, metrics and pages.
    public var code: String {
        switch self {
        case .form(let fault): fault.rawValue
        case .valueTooLarge: "value_too_large"
        case .missingCode: "missing_code"
        }
    }
}

/// What came back to the redirect URI (RFC 6749 §4.1.2, RFC 9207). Nothing in it is believed yet: the state has to name
/// a transaction of this browser, and the issuer has to be the provider's, before the code is used or the error shown.
public struct AuthorizationResponse: Sendable {
    /// How the provider answered.
    public enum Outcome: Sendable {
        /// A code to exchange once.
        case code(Secret)
        /// A refusal.
        case error(AuthorizationError)
    }

    /// The `state`, decoded once; nil when there is none.
    public let state: String?
    /// The `iss`, decoded once; nil when there is none. To be checked on errors too (RFC 9207 §2).
    public let issuer: String?
    /// Code or error.
    public let outcome: Outcome

    /// Longest accepted value of a parameter that is read, in bytes after decoding.
    public static let maximumValueBytes = 4096

    /// Reads the raw query of a callback, or its form body when the provider posts. Parameters nobody knows are ignored
    /// (RFC 6749 §4.1.2; Google sends `scope`, `authuser`, `prompt`, `hd`). When both a code and an error arrive, it is
    /// an error (B10).
    public static func parse(query: String) throws(AuthorizationResponseFault) -> AuthorizationResponse {
        let form: FormParameters
        do { form = try FormURLEncoded.parse(query) } catch { throw .form(error) }
        for name in ["code", "state", "iss", "error", "error_description", "error_uri"] {
            guard (form[name]?.utf8.count ?? 0) <= maximumValueBytes else { throw .valueTooLarge }
        }
        let outcome: Outcome
        if let error = form["error"] {
            outcome = .error(
                AuthorizationError(
                    code: AuthorizationErrorCode(rawValue: error) ?? .other,
                    text: ProviderText(error),
                    description: form["error_description"].map(ProviderText.init)
                )
            )
        } else if let code = form["code"], !code.isEmpty, code.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) {
            // RFC 6749 appendix A.11: a code is visible ASCII; anything else is not worth a call.
            outcome = .code(Secret(code))
        } else {
            throw .missingCode
        }
        return AuthorizationResponse(state: form["state"], issuer: form["iss"], outcome: outcome)
    }
}

/// An error a provider redirected back with.
public struct AuthorizationError: Error, Sendable, Hashable {
    /// Which one.
    public let code: AuthorizationErrorCode
    /// The code as it was sent, for operators.
    public let text: ProviderText
    /// The provider's words, for operators.
    public let description: ProviderText?
}

/// The error codes of RFC 6749 §4.1.2.1 and OpenID Connect Core §3.1.2.6, and those providers add.
public enum AuthorizationErrorCode: String, Sendable, Hashable, CaseIterable {
    /// The person said no.
    case accessDenied = "access_denied"
    /// The request is not understood: a fault in the provider's file or in ours.
    case invalidRequest = "invalid_request"
    /// This client may not ask this way.
    case unauthorizedClient = "unauthorized_client"
    /// `code` is not offered.
    case unsupportedResponseType = "unsupported_response_type"
    /// A scope is unknown or not allowed.
    case invalidScope = "invalid_scope"
    /// The provider failed.
    case serverError = "server_error"
    /// The provider is overloaded or being maintained.
    case temporarilyUnavailable = "temporarily_unavailable"
    /// A page would be needed although `prompt=none` was asked for.
    case interactionRequired = "interaction_required"
    /// The person is not signed in at the provider.
    case loginRequired = "login_required"
    /// The person has to choose an account.
    case accountSelectionRequired = "account_selection_required"
    /// The person has to consent.
    case consentRequired = "consent_required"
    /// GitHub: the redirect URI is not the registered one.
    case redirectURIMismatch = "redirect_uri_mismatch"
    /// GitHub: the application is suspended.
    case applicationSuspended = "application_suspended"
    /// Google: an administrator does not allow this application.
    case adminPolicyEnforced = "admin_policy_enforced"
    /// Apple, LinkedIn: the person cancelled the consent page.
    case userCancelledAuthorize = "user_cancelled_authorize"
    /// LinkedIn: the person cancelled the sign-in page.
    case userCancelledLogin = "user_cancelled_login"
    /// Anything else.
    case other

    /// Whether the person simply changed their mind: no fault, no alarm.
    public var isCancellation: Bool {
        switch self {
        case .accessDenied, .userCancelledAuthorize, .userCancelledLogin: true
        default: false
        }
    }
}
