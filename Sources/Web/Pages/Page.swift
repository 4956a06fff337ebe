/// What a person can be shown.
public enum Page: Sendable, Hashable {
    /// The ways in.
    case signIn(SignInPage)
    /// Who I am, my ways to sign in, this session, what happened.
    case account(AccountPage)
    /// Errors, refusals, honest outcomes, signed out.
    case message(MessagePage)
    /// One thing to fill in or to confirm.
    case form(FormPage)
    /// Mail that was caught instead of sent.
    case mailbox(MailboxPage)
}

/// Whose mark a button or a row carries.
public enum ProviderBrand: String, Sendable, Hashable, CaseIterable {
    /// The "G" in its own four colours, on white or near-black only.
    case google
    /// The Invertocat, black or white.
    case github
    /// The X, black or white.
    case x
    /// Any other provider: a key in the text's colour.
    case generic
}

/// A sentence above a page's content.
public struct PageNotice: Sendable, Hashable {
    /// How it is coloured, and whether a screen reader interrupts for it (errors only).
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// Something worked.
        case success
        /// Something worth knowing.
        case info
        /// Something to be careful about.
        case warning
        /// Something failed.
        case error
    }

    /// What sort of notice.
    public let kind: Kind
    /// One sentence.
    public let text: String

    /// Creates a notice.
    public init(kind: Kind, text: String) {
        self.kind = kind
        self.text = text
    }
}

/// A button that begins something at a provider.
public struct ProviderButton: Sendable, Hashable {
    /// Where the form is posted: `/sign-in/google`. A path of this origin; anything else becomes `/`.
    public let action: String
    /// What the button says: `Sign in with Google`. Google and X prescribe the wording.
    public let label: String
    /// Whose mark it carries.
    public let brand: ProviderBrand
    /// Whether this browser used it last time.
    public let lastUsed: Bool

    /// Creates a button.
    public init(action: String, label: String, brand: ProviderBrand, lastUsed: Bool = false) {
        self.action = action
        self.label = label
        self.brand = brand
        self.lastUsed = lastUsed
    }
}
