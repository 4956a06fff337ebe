extension FormPage {
    /// Asking for a new password: `email`, posted to ``FormPath/reset``.
    ///
    /// - Parameters:
    ///   - email: What was typed before.
    ///   - fault: About `email` or the whole form; never whether the address is known.
    public static func reset(email: String? = nil, fault: FormFault? = nil) -> FormPage {
        FormPage(
            title: "Choose a new password",
            notice: FormFault.notice(of: fault, fields: ["email"]),
            paragraphs: ["We send you a mail with a link. It works for a short time, and once."],
            form: Form(
                action: FormPath.reset,
                fields: [
                    FormField(
                        .email,
                        name: "email",
                        label: "E-mail address",
                        value: email,
                        error: FormFault.sentence(of: fault, for: "email"),
                        autocomplete: "username",
                        takesFocus: true
                    )
                ],
                submit: "Send the mail"
            ),
            links: [.signIn()]
        )
    }

    /// The new password after a reset: `token`, `password`, posted to ``FormPath/resetConfirm``.
    ///
    /// - Parameters:
    ///   - token: From the mailed link.
    ///   - minimumLength: Fewest characters of a password.
    ///   - fault: About `password` or the whole form.
    ///   - account: The account's address, for password stores, where the token has already shown it.
    ///   - strength: What the server thinks of the password, in a sentence.
    public static func resetConfirm(
        token: String,
        minimumLength: Int,
        fault: FormFault? = nil,
        account: String? = nil,
        strength: String? = nil
    ) -> FormPage {
        FormPage(
            title: "Choose a new password",
            context: account.map { "for \($0)" },
            notice: FormFault.notice(of: fault, fields: ["password"]),
            paragraphs: ["Afterwards you are signed out on all devices and sign in with the new password."],
            form: Form(
                action: FormPath.resetConfirm,
                fields: .account(account) + [
                    .newPassword(
                        label: "New password",
                        minimumLength: minimumLength,
                        error: FormFault.sentence(of: fault, for: "password"),
                        strength: strength,
                        takesFocus: true
                    )
                ] + .carried(token: token),
                submit: "Set the new password"
            ),
            links: [.signIn()]
        )
    }
}
