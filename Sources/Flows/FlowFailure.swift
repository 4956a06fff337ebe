public import Accounts

/// A flow that could not go on: at which step, and why.
public struct FlowFailure: Error, Sendable, Hashable {
    /// Where it stopped.
    public let step: FlowStep
    /// Why, as a stable code with a page of its own in docs/errors.md.
    public let code: FlowCode
    /// The finer reason from the layer that noticed, a stable snake_case word for operators. Never a value.
    public let detail: String
    /// The provider concerned.
    public let provider: ProviderID?
    /// Seconds after which trying again makes sense.
    public let retryAfter: Int?
    /// Whether the person was adding a way in, so that the account page is where they came from.
    public private(set) var isLinking = false

    /// The same failure, met while adding a way in.
    func whileLinking(_ isLinking: Bool) -> FlowFailure {
        var failure = self
        failure.isLinking = isLinking
        return failure
    }

    /// Creates a failure.
    public init(
        _ step: FlowStep,
        _ code: FlowCode,
        detail: String = "",
        provider: ProviderID? = nil,
        retryAfter: Int? = nil
    ) {
        self.step = step
        self.code = code
        self.detail = detail
        self.provider = provider
        self.retryAfter = retryAfter
    }
}

/// What the person can do next; every failure names one.
public enum WayForward: String, Sendable, CaseIterable {
    /// Begin again at the sign-in page.
    case signInAgain = "sign_in_again"
    /// Begin again with another provider.
    case chooseAnotherWay = "choose_another_way"
    /// Wait a little, then begin again.
    case waitAndSignInAgain = "wait_and_sign_in_again"
    /// Go to the account page.
    case openAccount = "open_account"
}

/// Every reason a flow can stop for: one row each, and one paragraph each in docs/errors.md.
public enum FlowCode: String, Sendable, CaseIterable {
    /// No such provider, or it is switched off.
    case unknownProvider = "unknown_provider"
    /// The authorization response could not be read: a parameter missing, doubled, over-long or badly encoded.
    case malformedCallback = "malformed_callback"
    /// The person said no at the provider.
    case accessDenied = "access_denied"
    /// The provider answered with an error.
    case providerError = "provider_error"
    /// The browser did not send the cookie that the sign-in began with.
    case missingBrowserCookie = "missing_browser_cookie"
    /// No such sign-in in this browser: used, or never begun here.
    case unknownTransaction = "unknown_transaction"
    /// The sign-in took too long.
    case expiredTransaction = "expired_transaction"
    /// The answer came from another provider than the one asked (mix-up).
    case wrongProvider = "wrong_provider"
    /// The `iss` of the response is missing or not the provider's.
    case wrongIssuer = "wrong_issuer"
    /// The provider refused the code.
    case codeRefused = "code_refused"
    /// The provider did not answer in time, refused the connection or is failing.
    case providerUnavailable = "provider_unavailable"
    /// The provider asked us to slow down.
    case providerBusy = "provider_busy"
    /// The provider's answer is not what its protocol says it must be.
    case providerAnswerInvalid = "provider_answer_invalid"
    /// The ID token failed a check.
    case idTokenRefused = "id_token_refused"
    /// The provider's answers do not identify a person, or an account in good standing.
    case identityUnusable = "identity_unusable"
    /// Adding a way in needs a session.
    case signInRequired = "sign_in_required"
    /// Adding a way in needs a recent sign-in.
    case freshSignInRequired = "fresh_sign_in_required"
    /// The database is away.
    case storeUnavailable = "store_unavailable"
    /// Many people changed the same thing at once; nothing was done.
    case contention
    /// A configuration fault of this installation stops this provider.
    case misconfigured

    /// HTTP status of the page or problem.
    public var status: Int {
        switch self {
        case .unknownProvider: 404
        case .malformedCallback, .accessDenied, .providerError, .missingBrowserCookie, .unknownTransaction,
            .expiredTransaction, .wrongProvider, .wrongIssuer, .codeRefused:
            400
        case .signInRequired: 401
        case .identityUnusable, .freshSignInRequired: 403
        case .providerAnswerInvalid, .idTokenRefused: 502
        case .providerUnavailable, .providerBusy, .storeUnavailable, .contention, .misconfigured: 503
        }
    }

    /// One sentence for the person; `{provider}` stands for the provider's name.
    public var sentence: String {
        switch self {
        case .unknownProvider: "This way of signing in does not exist here."
        case .malformedCallback: "The answer from {provider} could not be read."
        case .accessDenied: "You cancelled signing in at {provider}."
        case .providerError: "{provider} reported that it could not sign you in."
        case .missingBrowserCookie:
            "This browser did not send the cookie your sign-in began with. Begin again here, and allow cookies for this site."
        case .unknownTransaction: "This sign-in was already used, or it was begun in another browser."
        case .expiredTransaction: "This sign-in took too long and has ended."
        case .wrongProvider: "The answer did not come from the provider you chose."
        case .wrongIssuer: "The answer does not carry the name of {provider}, so it was not used."
        case .codeRefused: "{provider} did not accept the answer you brought back. It may have been used or too old."
        case .providerUnavailable: "{provider} is not answering at the moment."
        case .providerBusy: "{provider} asks us to wait a little before trying again."
        case .providerAnswerInvalid: "{provider} gave an answer that could not be trusted, so it was not used."
        case .idTokenRefused: "{provider} gave a proof of identity that failed a check, so it was not used."
        case .identityUnusable: "{provider} did not say clearly who you are, so you were not signed in."
        case .signInRequired: "Sign in first, then add another way to sign in."
        case .freshSignInRequired: "For your safety, sign in again before adding another way to sign in."
        case .storeUnavailable: "We cannot reach our records at the moment."
        case .contention: "Too many sign-ins for the same account at once. Nothing was changed."
        case .misconfigured: "Signing in with {provider} is not set up correctly here. Its operator has been told."
        }
    }

    /// What an operator should look at.
    public var hint: String {
        switch self {
        case .unknownProvider: "The path names a provider without a file, without client id, or switched off."
        case .malformedCallback: "Compare the callback's parameters with RFC 6749 §4.1.2; the detail names the fault."
        case .accessDenied: "Nothing to do: the person declined."
        case .providerError: "The detail is the provider's error code; look it up in the provider's documentation."
        case .missingBrowserCookie:
            "Usual causes: cookies blocked, the sign-in begun under another host name, or somebody else's link."
        case .unknownTransaction: "A reload of the callback, a shared link, or a forged state."
        case .expiredTransaction: "The person stayed at the provider for longer than sign_in.transaction_lifetime."
        case .wrongProvider: "Possible mix-up attack: the state belongs to another provider's sign-in."
        case .wrongIssuer: "Possible mix-up attack, or the provider changed its issuer (RFC 9207)."
        case .codeRefused:
            "Expired, replayed, or the client registration (secret, redirect URI) differs; see the detail."
        case .providerUnavailable: "See latchkey_outbound_requests_total; the detail names the transport failure."
        case .providerBusy: "The provider answered 429; its limits are in the provider's documentation."
        case .providerAnswerInvalid: "The detail names the fault; compare with the provider file's examples."
        case .idTokenRefused: "The detail names the check that failed (docs/threat-model.md lists them)."
        case .identityUnusable: "The detail names the claim; compare with the provider file's claim mapping."
        case .signInRequired: "Nothing to do."
        case .freshSignInRequired: "Nothing to do: session.fresh_for decides how recent."
        case .storeUnavailable: "Check Postgres and the pool; /readyz says what is missing."
        case .contention: "Three attempts met a changed situation; look for a client in a loop."
        case .misconfigured: "The detail names the fault; `latchkey providers check` lists all."
        }
    }

    /// Where the person can go.
    public var nextStep: WayForward {
        switch self {
        case .unknownProvider, .accessDenied, .providerError, .identityUnusable, .misconfigured: .chooseAnotherWay
        case .providerUnavailable, .providerBusy, .storeUnavailable, .contention: .waitAndSignInAgain
        case .malformedCallback, .missingBrowserCookie, .unknownTransaction, .expiredTransaction, .wrongProvider,
            .wrongIssuer, .codeRefused, .providerAnswerInvalid, .idTokenRefused, .signInRequired,
            .freshSignInRequired:
            .signInAgain
        }
    }
}
