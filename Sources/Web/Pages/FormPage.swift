/// A page with one thing to do: fields to fill in, or a single button that asks before something happens.
///
/// The concrete pages are static functions in the folder `Forms`, one file each.
public struct FormPage: Sendable, Hashable {
    /// How grave it is to send the form.
    public enum Tone: String, Sendable, Hashable, CaseIterable {
        /// The thing most people came for.
        case primary
        /// Something is taken away.
        case danger
    }

    /// The form the page is about.
    public struct Form: Sendable, Hashable {
        /// Where it is posted. A path of this origin; anything else becomes `/`.
        public let action: String
        /// Its fields, in order.
        public let fields: [FormField]
        /// What the button says.
        public let submit: String
        /// How the button is coloured.
        public let tone: Tone

        /// Creates a form.
        public init(action: String, fields: [FormField], submit: String, tone: Tone = .primary) {
            self.action = action
            self.fields = fields
            self.submit = submit
            self.tone = tone
        }
    }

    /// A second, small form: "Send it again", "Cancel", "Use a recovery code".
    public struct SideForm: Sendable, Hashable {
        /// What unfolds it; without a summary it stands open.
        public let summary: String?
        /// What is posted.
        public let form: Form

        /// Creates a side form.
        public init(summary: String? = nil, form: Form) {
            self.summary = summary
            self.form = form
        }
    }

    /// A link below the form.
    public struct Link: Sendable, Hashable {
        /// What it says.
        public let label: String
        /// A path of this origin; anything else becomes `/`.
        public let path: String

        /// Creates a link.
        public init(label: String, path: String) {
            self.label = label
            self.path = path
        }
    }

    /// Something the person should compare before going on: an address, a name.
    public struct Fact: Sendable, Hashable {
        /// What it is.
        public let label: String
        /// The value, which can be anything.
        public let value: String

        /// Creates a fact.
        public init(label: String, value: String) {
            self.label = label
            self.value = value
        }
    }

    /// Something to take away from the page.
    public enum Exhibit: Sendable, Hashable {
        /// The secret of an authenticator app: the path of its QR code (a picture of this origin), the secret in
        /// Base32, and the `otpauth://totp/…` address that opens an app on the same device.
        case authenticatorKey(picture: String, secret: String, address: String)
        /// Recovery codes, shown once.
        case recoveryCodes([String])
    }

    /// A few words.
    public let title: String
    /// Whom or what it is about: `for a***@example.org`.
    public let context: String?
    /// What to say first.
    public let notice: PageNotice?
    /// What this is and what will happen, a sentence or two each.
    public let paragraphs: [String]
    /// What to compare before going on.
    public let facts: [Fact]
    /// What to take away.
    public let exhibit: Exhibit?
    /// The form; a page that only informs has none.
    public let form: Form?
    /// Providers at which the same can be done instead, all of one size.
    public let buttons: [ProviderButton]
    /// Travels with every provider's button as `return_to`, already checked.
    public let buttonsReturnTo: String?
    /// Second, small forms.
    public let sideForms: [SideForm]
    /// Links below everything.
    public let links: [Link]

    /// Creates a page.
    public init(
        title: String,
        context: String? = nil,
        notice: PageNotice? = nil,
        paragraphs: [String] = [],
        facts: [Fact] = [],
        exhibit: Exhibit? = nil,
        form: Form?,
        buttons: [ProviderButton] = [],
        buttonsReturnTo: String? = nil,
        sideForms: [SideForm] = [],
        links: [Link] = []
    ) {
        self.title = title
        self.context = context
        self.notice = notice
        self.paragraphs = paragraphs
        self.facts = facts
        self.exhibit = exhibit
        self.form = form
        self.buttons = buttons
        self.buttonsReturnTo = buttonsReturnTo
        self.sideForms = sideForms
        self.links = links
    }
}
