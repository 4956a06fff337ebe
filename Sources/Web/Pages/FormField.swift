/// One value that a form sends.
public struct FormField: Sendable, Hashable {
    /// What sort of value it is; decides the control, the keyboard and what a password store may do with it.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// An e-mail address.
        case email
        /// The password as it is today. What was typed is never sent back.
        case currentPassword = "current_password"
        /// A password to be. What was typed is never sent back.
        case newPassword = "new_password"
        /// A code from an authenticator app or a mail.
        case oneTimeCode = "one_time_code"
        /// A line of text.
        case text
        /// A value the person neither sees nor types.
        case hidden
    }

    /// What sort of value.
    public let kind: Kind
    /// The name it is sent under.
    public let name: String
    /// What the field is called on the page; hidden fields have none.
    public let label: String
    /// What stands in it already. Left out for both kinds of password, whatever is given.
    public let value: String?
    /// A sentence below the label.
    public let hint: String?
    /// How strong the server found the password to be, in a sentence; for ``Kind/newPassword``.
    public let strength: String?
    /// What is wrong with the value, in a sentence.
    public let error: String?
    /// The `autocomplete` token (WHATWG HTML, "autofill"), by which a password store knows the field.
    public let autocomplete: String?
    /// Whether the browser asks for a value before it sends the form.
    public let isRequired: Bool
    /// Fewest characters of a new password. A hint to browsers and password stores; the server decides.
    public let minimumLength: Int?
    /// Most characters the control takes. Never set for passwords: a browser would cut a pasted one without a word.
    public let maximumLength: Int?
    /// The keyboard that a telephone shows: `email`, `numeric`, `text`.
    public let inputMode: String?
    /// Whether the page opens with the cursor here. One per page; a field with an error goes first.
    public let takesFocus: Bool

    /// Creates a field. Where they are left out, the autocomplete token, the keyboard and the longest value are those
    /// of the kind.
    public init(
        _ kind: Kind,
        name: String,
        label: String = "",
        value: String? = nil,
        hint: String? = nil,
        strength: String? = nil,
        error: String? = nil,
        autocomplete: String? = nil,
        isRequired: Bool = true,
        minimumLength: Int? = nil,
        maximumLength: Int? = nil,
        inputMode: String? = nil,
        takesFocus: Bool = false
    ) {
        self.kind = kind
        self.name = name
        self.label = label
        self.value = kind.isPassword ? nil : value
        self.hint = hint
        self.strength = strength
        self.error = error
        self.autocomplete = autocomplete ?? kind.autocomplete
        self.isRequired = isRequired
        self.minimumLength = minimumLength
        self.maximumLength = kind.isPassword ? nil : maximumLength ?? kind.maximumLength
        self.inputMode = inputMode ?? kind.inputMode
        self.takesFocus = takesFocus
    }

    /// A field that travels along unseen.
    public static func hidden(_ name: String, _ value: String) -> FormField {
        FormField(.hidden, name: name, value: value)
    }

    /// Whose password the form is about, for password stores, which otherwise save it without a name. The server does
    /// not read it.
    public static func account(_ address: String) -> FormField {
        FormField(.hidden, name: "username", value: address, autocomplete: "username")
    }
}

extension FormField.Kind {
    /// Whether what was typed must never come back.
    var isPassword: Bool { self == .currentPassword || self == .newPassword }

    fileprivate var autocomplete: String? {
        switch self {
        case .email: "email"
        case .currentPassword: "current-password"
        case .newPassword: "new-password"
        case .oneTimeCode: "one-time-code"
        case .text: "off"
        case .hidden: nil
        }
    }

    fileprivate var inputMode: String? {
        switch self {
        case .email: "email"
        case .oneTimeCode: "numeric"
        case .currentPassword, .newPassword, .text, .hidden: nil
        }
    }

    fileprivate var maximumLength: Int? {
        switch self {
        case .email: 254  // RFC 5321 section 4.5.3.1.3
        case .oneTimeCode: 32  // blanks between groups included
        case .currentPassword, .newPassword, .text, .hidden: nil
        }
    }
}
