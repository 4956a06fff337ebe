/// What a code says to the person and to the operator.
extension FlowCode {
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
        case .signInRequired: "Sign in first, then try this again."
        case .freshSignInRequired: "For your safety, sign in again before you change how you sign in."
        case .storeUnavailable: "We cannot reach our records at the moment."
        case .contention: "Too many sign-ins for the same account at once. Nothing was changed."
        case .misconfigured: "Signing in with {provider} is not set up correctly here. Its operator has been told."
        case .localAccountsOff: "Signing in with a password is not set up here."
        case .signUpClosed: "New accounts are not open to everybody here. Whoever runs this service can invite you."
        case .invalidAddress: "This does not look like an e-mail address. Check it for a typing mistake."
        case .passwordRefused: "This password is too easy to guess. Choose another one."
        case .wrongCredentials: "The address or the password is not right."
        case .wrongPassword: "This is not the right password."
        case .wrongCode: "This code is not right, or not valid any more."
        case .tooManyAttempts: "There were too many attempts. Wait a little, then try again."
        case .overloaded: "Too many people are signing in at this moment. Try again in a few seconds."
        case .unknownProof: "This link was used already, or it is too old. Ask for a new one."
        case .addressTaken:
            "This address has an account by now. Sign in to it, or set a new password if you do not know it."
        case .addressNotProven: "This needs an e-mail address that you have proven. Add one on your account page first."
        case .lastWayIn: "This is your only way to sign in. Add another one first, then remove this one."
        case .identityTaken:
            "This way to sign in belongs to another account by now, so it could not come back. If that account is yours as well, merge the two."
        case .passwordTooShortAlone:
            "Your password is too short to protect the account alone. Choose a longer one first, then switch the second step off."
        case .nothingToChange: "Somebody changed this in the meantime, so there was nothing left to do."
        case .nothingToConfirm:
            "There is nothing to confirm in this browser: it was done already, took too long, or began elsewhere. Nothing was joined "
                + "just now; sign in again to start over."
        case .proofRefused:
            "This sign-in does not belong to the account in question, so it proves nothing. Nothing was joined; try another way."
        case .situationChanged:
            "Something about the account changed while you were confirming. Nothing was joined; sign in again to start over."
        case .otherLinkWaits:
            "In this browser something else waits to be confirmed by now. Nothing was joined; look at it before you go on."
        case .tokenNotExchangeable: "Signing in with {provider} needs a browser."
        case .tokenRefused: "{provider} does not say that this sign-in was meant for this app."
        case .nonceRefused: "This sign-in was not begun here, or took too long."
        case .tokenReplayed: "This sign-in was already used."
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
        case .localAccountsOff: "password.enabled is false, or no mail server is configured."
        case .signUpClosed: "The policy's sign_up is not open."
        case .invalidAddress: "Nothing to do."
        case .passwordRefused: "The detail names the rule."
        case .wrongCredentials:
            "Nothing to do: it says the same for an unknown address, a wrong password, an account without one, and a disabled one."
        case .wrongPassword: "Nothing to do."
        case .wrongCode: "Nothing to do; many of them for one user are a guesser who knows the password."
        case .tooManyAttempts: "The detail names the limit (throttle.*)."
        case .overloaded: "The password queue is full: more cores, or password.queue_limit."
        case .unknownProof: "A link opened twice, an old mail, or one that something else made void."
        case .addressTaken: "Nothing to do."
        case .addressNotProven: "Nothing to do."
        case .lastWayIn: "Nothing to do."
        case .identityTaken: "Nothing to do: an identity belongs to one user."
        case .passwordTooShortAlone:
            "Nothing to do: password.minimum_length against password.minimum_length_with_second_factor."
        case .nothingToChange: "Nothing to do."
        case .nothingToConfirm:
            "A form sent twice, a page kept open for more than fifteen minutes, or another browser; the detail names the step."
        case .proofRefused: "A wrong account at the provider, or somebody who is not the owner."
        case .situationChanged:
            "A race, or the policy was changed in between; the new decision is made at the next sign-in."
        case .otherLinkWaits: "Nothing to do: two tabs, of which the later one counts."
        case .tokenNotExchangeable:
            "The provider cannot say whose app a token was given to; the app needs the authorization code flow."
        case .tokenRefused: "Made up, revoked, expired, or given to another app: possibly one that collects tokens."
        case .nonceRefused: "The app asks at /v1/nonces for each sign-in, and gives it to the provider as it is."
        case .tokenReplayed: "An app that sends its request twice, or a copy of the token."
        }
    }
}
