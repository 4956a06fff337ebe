/// The page with the ways in.
public struct SignInPage: Sendable, Hashable {
    /// What the person signs in to.
    public let serviceName: String
    /// One per enabled provider, in the order of the configuration. All have the same size: Google and X each demand
    /// to be at least as prominent as any other.
    public let buttons: [ProviderButton]
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
        returnTo: String? = nil,
        notice: PageNotice? = nil,
        alreadySignedInAs: String? = nil
    ) {
        self.serviceName = serviceName
        self.buttons = buttons
        self.returnTo = returnTo
        self.notice = notice
        self.alreadySignedInAs = alreadySignedInAs
    }
}
