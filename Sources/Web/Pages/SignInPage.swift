/// The page with the ways in.
public struct SignInPage: Sendable, Hashable {
    /// The form for an address and a password, posted to ``FormPath/signInWithPassword`` as `email` and `password`.
    public struct PasswordForm: Sendable, Hashable {
        /// The address that was typed, kept after a failure.
        public let email: String?
        /// Why it came back. One sentence for both fields: which of them was wrong is nobody's business (I06).
        public let notice: PageNotice?
        /// Whether people may create accounts.
        public let offersSignUp: Bool
        /// Whether a code by mail is a way in.
        public let offersMail: Bool

        /// Creates a form.
        public init(
            email: String? = nil,
            notice: PageNotice? = nil,
            offersSignUp: Bool = true,
            offersMail: Bool = false
        ) {
            self.email = email
            self.notice = notice
            self.offersSignUp = offersSignUp
            self.offersMail = offersMail
        }
    }

    /// What the person signs in to.
    public let serviceName: String
    /// One per enabled provider, in the order of the configuration. All have the same size: Google and X each demand
    /// to be at least as prominent as any other.
    public let buttons: [ProviderButton]
    /// The password form, where local accounts are switched on.
    public let password: PasswordForm?
    /// Where to go afterwards, already checked; travels as the hidden field `return_to` of every form.
    public let returnTo: String?
    /// What to say first, after a failure or an expired session.
    public let notice: PageNotice?
    /// The name of the person whose session this browser already holds.
    public let alreadySignedInAs: String?

    /// Creates a page.
    public init(
        serviceName: String,
        buttons: [ProviderButton],
        password: PasswordForm? = nil,
        returnTo: String? = nil,
        notice: PageNotice? = nil,
        alreadySignedInAs: String? = nil
    ) {
        self.serviceName = serviceName
        self.buttons = buttons
        self.password = password
        self.returnTo = returnTo
        self.notice = notice
        self.alreadySignedInAs = alreadySignedInAs
    }
}
