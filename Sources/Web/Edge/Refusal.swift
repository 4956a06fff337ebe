import Accounts
import AuthorizationServer
public import Flows

/// Why a request is not answered as asked: rendered as a page for a person and as a problem (RFC 9457) for a program.
public struct Refusal: Error, Sendable, Hashable {
    /// HTTP status.
    public let status: Int
    /// Stable code with a paragraph in docs/errors.md.
    public let code: String
    /// One sentence for the person.
    public let sentence: String
    /// Where to go.
    public let nextStep: WayForward?
    /// Seconds for `Retry-After`.
    public let retryAfter: Int?
    /// Methods for `Allow`.
    public let allow: [String]
    /// Step and finer reason, for the log line only.
    public let step: FlowStep?
    /// Finer reason, for the log line only.
    public let detail: String
    /// Provider, for the log line and metrics.
    public let provider: String?
    /// Single faults of what an administrator sent, for the answer.
    public let details: [String]
    /// What `WWW-Authenticate` says with a 401 besides the scheme.
    public let challenge: String?
    /// Where to send the person, so that the next request is answered otherwise.
    public let signIn: String?

    init(
        _ status: Int,
        _ code: String,
        _ sentence: String,
        nextStep: WayForward? = nil,
        retryAfter: Int? = nil,
        allow: [String] = [],
        step: FlowStep? = nil,
        detail: String = "",
        provider: String? = nil,
        details: [String] = [],
        challenge: String? = nil,
        signIn: String? = nil
    ) {
        self.status = status
        self.code = code
        self.sentence = sentence
        self.nextStep = nextStep
        self.retryAfter = retryAfter
        self.allow = allow
        self.step = step
        self.detail = detail
        self.provider = provider
        self.details = details
        self.challenge = challenge
        self.signIn = signIn
    }

    /// A flow's failure, with the provider's name put into the sentence.
    init(_ failure: FlowFailure, providerName: String?) {
        self.init(
            failure.code.status,
            failure.code.rawValue,
            (failure.explanation ?? failure.code.sentence).replacing(
                "{provider}",
                with: providerName ?? "The provider"
            ),
            nextStep: failure.isLinking ? .openAccount : failure.wayForward ?? failure.code.nextStep,
            retryAfter: failure.retryAfter ?? (failure.code.status == 503 ? 5 : nil),
            step: failure.step,
            detail: failure.detail,
            provider: failure.provider?.description
        )
    }
}

/// Refusals of the edge itself.
extension Refusal {
    static let notFound = Refusal(404, "not_found", "There is no page at this address.", nextStep: .openAccount)
    static func methodNotAllowed(_ allow: [String]) -> Refusal {
        Refusal(405, "method_not_allowed", "This address does not answer that kind of request.", allow: allow)
    }
    static let tooLarge = Refusal(413, "too_large", "The request is larger than this address accepts.")
    static let malformed = Refusal(400, "malformed_request", "The request could not be read.", nextStep: .signInAgain)
    static let crossSite = Refusal(
        403,
        "cross_site_request",
        "This request came from another site, so nothing was done.",
        nextStep: .openAccount
    )
    static let unsupportedMediaType = Refusal(
        415,
        "unsupported_media_type",
        "Forms are read as application/x-www-form-urlencoded only."
    )
    static let unauthenticated = Refusal(401, "unauthenticated", "There is no live session behind this request.")
    static let timedOut = Refusal(408, "request_timeout", "The request took too long to arrive.")
    static let internalError = Refusal(
        500,
        "internal_error",
        "Something went wrong here. It has been written down under the request id.",
        nextStep: .signInAgain
    )

    /// All codes that the edge answers with by itself, for the check against docs/errors.md.
    public static let edgeCodes = [
        notFound, methodNotAllowed([]), tooLarge, malformed, crossSite, unsupportedMediaType, unauthenticated, timedOut,
        internalError, administratorUnauthenticated, invalidRequest(""), hold(404, .notPending, ""),
        hold(409, .noSuchUser, ""), insufficientAuthentication(.none, signIn: ""), roleRequired, userMerged,
        userClaimed,
        appRequestRefused(OAuthFailure(.invalidRequest, "")), appsUnavailable,
    ].map(\.code)
}
