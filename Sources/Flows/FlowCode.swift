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
    /// Passwords are not offered here.
    case localAccountsOff = "local_accounts_off"
    /// Sign-up is not open.
    case signUpClosed = "sign_up_closed"
    /// What was typed is not an e-mail address.
    case invalidAddress = "invalid_address"
    /// The password breaks a rule.
    case passwordRefused = "password_refused"
    /// Address and password do not belong together, or not to an account that may sign in.
    case wrongCredentials = "wrong_credentials"
    /// The present password was not right.
    case wrongPassword = "wrong_password"
    /// A code was wrong, used, or too old.
    case wrongCode = "wrong_code"
    /// A limit on attempts is reached.
    case tooManyAttempts = "too_many_attempts"
    /// The queue for password hashing is full.
    case overloaded = "overloaded"
    /// No such proof by mail: used, void or too old.
    case unknownProof = "unknown_proof"
    /// Somebody proved this address in the meantime.
    case addressTaken = "address_taken"
    /// The account has no proven address.
    case addressNotProven = "address_not_proven"
    /// Removing this would lock the owner out.
    case lastWayIn = "last_way_in"
    /// Another account has this identity by now.
    case identityTaken = "identity_taken"
    /// Without the second factor the password would be too short.
    case passwordTooShortAlone = "password_too_short_alone"
    /// The change does not fit the account any more.
    case nothingToChange = "nothing_to_change"
    /// Nothing waits for a proof in this browser, or not for this step.
    case nothingToConfirm = "nothing_to_confirm"
    /// The identity is not linked to the account that has to be proven, or not lately used.
    case proofRefused = "proof_refused"
    /// Since the proof was asked for, things have changed; nothing was joined.
    case situationChanged = "situation_changed"
    /// The form was drawn for something else than what waits in this browser now.
    case otherLinkWaits = "other_link_waits"
    /// The provider's tokens of this kind cannot be exchanged.
    case tokenNotExchangeable = "token_not_exchangeable"
    /// The provider does not know this access token, or gave it to another app.
    case tokenRefused = "token_refused"
    /// The ID token has no nonce of ours, or one that is used, too old, or another app's.
    case nonceRefused = "nonce_refused"
    /// The ID token was exchanged before.
    case tokenReplayed = "token_replayed"

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
        case .localAccountsOff: 404
        case .signUpClosed: 403
        case .invalidAddress, .passwordRefused, .unknownProof: 400
        case .wrongCredentials, .wrongPassword, .wrongCode: 401
        case .tooManyAttempts: 429
        case .overloaded: 503
        case .addressTaken, .addressNotProven, .lastWayIn, .identityTaken, .passwordTooShortAlone, .nothingToChange,
            .situationChanged, .otherLinkWaits:
            409
        case .nothingToConfirm, .tokenNotExchangeable, .tokenRefused, .nonceRefused, .tokenReplayed: 400
        case .proofRefused: 403
        }
    }

    /// Where the person can go.
    public var nextStep: WayForward {
        switch self {
        case .unknownProvider, .accessDenied, .providerError, .identityUnusable, .misconfigured: .chooseAnotherWay
        case .providerUnavailable, .providerBusy, .storeUnavailable, .contention: .waitAndSignInAgain
        case .malformedCallback, .missingBrowserCookie, .unknownTransaction, .expiredTransaction, .wrongProvider,
            .wrongIssuer, .codeRefused, .providerAnswerInvalid, .idTokenRefused, .signInRequired,
            .freshSignInRequired, .tokenNotExchangeable, .tokenRefused, .nonceRefused, .tokenReplayed:
            .signInAgain
        case .localAccountsOff, .signUpClosed: .chooseAnotherWay
        case .invalidAddress, .passwordRefused: .signUp
        case .wrongCredentials, .wrongCode, .addressTaken: .signInAgain
        case .wrongPassword, .addressNotProven, .lastWayIn, .identityTaken, .passwordTooShortAlone, .nothingToChange:
            .openAccount
        case .tooManyAttempts, .overloaded: .waitAndSignInAgain
        case .unknownProof: .resetPassword
        case .nothingToConfirm, .situationChanged: .signInAgain
        case .proofRefused, .otherLinkWaits: .confirmLink
        }
    }
}
