extension FormField {
    /// A password to be, with its length rule.
    static func newPassword(
        name: String = "password",
        label: String,
        minimumLength: Int,
        error: String?,
        strength: String? = nil,
        takesFocus: Bool = false
    ) -> FormField {
        FormField(
            .newPassword,
            name: name,
            label: label,
            hint:
                "At least \(minimumLength) characters. Several words in a row are easy to remember and hard to guess.",
            strength: strength,
            error: error,
            minimumLength: minimumLength,
            takesFocus: takesFocus
        )
    }

    /// A code from an authenticator app.
    static func authenticatorCode(error: String?, hint: String? = nil) -> FormField {
        FormField(.oneTimeCode, name: "code", label: "Code", hint: hint, error: error, takesFocus: true)
    }
}

extension [FormField] {
    /// What travels with a form unseen: where to go afterwards, and the proof that a mailed link carried.
    static func carried(token: String? = nil, returnTo: String? = nil) -> [FormField] {
        [token.map { .hidden("token", $0) }, returnTo.map { .hidden("return_to", $0) }].compactMap { $0 }
    }

    /// Whose password it is, when that is known.
    static func account(_ address: String?) -> [FormField] {
        address.map { [.account($0)] } ?? []
    }
}

extension FormPage.Link {
    static func signIn(label: String = "Back to the sign-in page") -> FormPage.Link {
        FormPage.Link(label: label, path: "/sign-in")
    }

    static let account = FormPage.Link(label: "Back to your account", path: FormPath.account)
}
