/// The named steps of a sign-in. The names appear in logs, metrics, errors and documentation.
public enum FlowStep: String, Sendable, CaseIterable {
    /// Choosing a provider, storing the transaction, building the authorization request.
    case beginSignIn = "begin_sign_in"
    /// Reading the authorization response.
    case parseCallback = "parse_callback"
    /// Taking the transaction out: right state, right browser, right provider, in time, once.
    case consumeTransaction = "consume_transaction"
    /// RFC 9207.
    case checkIssuer = "check_issuer"
    /// RFC 6749 §4.1.3, with PKCE.
    case exchangeCode = "exchange_code"
    /// OpenID Connect Core §3.1.3.7.
    case verifyIDToken = "verify_id_token"
    /// Using up an ID token that an app handed over, and its nonce.
    case acceptToken = "accept_token"
    /// Asking the provider which app an access token was given to.
    case checkToken = "check_token"
    /// The provider's own profile endpoints.
    case fetchProfile = "fetch_profile"
    /// From the provider's answers to an asserted identity.
    case mapClaims = "map_claims"
    /// The linking policy.
    case decideLinking = "decide_linking"
    /// One database transaction: accounts, decision record and session.
    case apply
    /// The session's cookie.
    case startSession = "start_session"
    /// Who is this session?
    case checkSession = "check_session"
    /// Signing out.
    case endSession = "end_session"
    /// Counting an attempt against its limits.
    case countAttempt = "count_attempt"
    /// Rules for a new password, the list of breached ones included.
    case checkPasswordRules = "check_password_rules"
    /// Hashing a password, or comparing one.
    case hashPassword = "hash_password"
    /// Storing a sign-up that waits for its mailbox.
    case beginRegistration = "begin_registration"
    /// Reading what a mailed link proves.
    case checkProof = "check_proof"
    /// The second step of a sign-in.
    case checkSecondFactor = "check_second_factor"
    /// Asking for a mail.
    case requestMail = "request_mail"
    /// Changing a credential or an address under the account's lock.
    case changeCredential = "change_credential"
}
