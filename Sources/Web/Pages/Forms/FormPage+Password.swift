extension FormPage {
    /// Setting a first password or changing it: `current_password` (if there is one), `new_password`, posted to
    /// ``FormPath/password``.
    ///
    /// - Parameters:
    ///   - hasPassword: Whether there is one today.
    ///   - minimumLength: Fewest characters of a password.
    ///   - fault: About `current_password`, `new_password` or the whole form.
    ///   - account: The account's address, for password stores.
    ///   - strength: What the server thinks of the new password, in a sentence.
    public static func changePassword(
        hasPassword: Bool,
        minimumLength: Int,
        fault: FormFault? = nil,
        account: String? = nil,
        strength: String? = nil
    ) -> FormPage {
        let current = FormField(
            .currentPassword,
            name: "current_password",
            label: "Current password",
            error: FormFault.sentence(of: fault, for: "current_password"),
            takesFocus: true
        )
        return FormPage(
            title: hasPassword ? "Change your password" : "Set a password",
            notice: FormFault.notice(
                of: fault,
                fields: hasPassword ? ["current_password", "new_password"] : ["new_password"]
            ),
            paragraphs: [
                hasPassword
                    ? "You stay signed in here and are signed out on all other devices."
                    : "With a password you can also sign in with your e-mail address."
            ],
            form: Form(
                action: FormPath.password,
                fields: .account(account) + (hasPassword ? [current] : []) + [
                    .newPassword(
                        name: "new_password",
                        label: "New password",
                        minimumLength: minimumLength,
                        error: FormFault.sentence(of: fault, for: "new_password"),
                        strength: strength,
                        takesFocus: true
                    )
                ],
                submit: hasPassword ? "Change the password" : "Set the password"
            ),
            links: [.account]
        )
    }

    /// Asks before the password goes; posted to ``FormPath/removePassword``.
    ///
    /// - Parameter fault: About the whole form: the last way in, for example.
    public static func removePassword(fault: FormFault? = nil) -> FormPage {
        FormPage(
            title: "Remove your password?",
            notice: FormFault.notice(of: fault),
            paragraphs: [
                "Afterwards you sign in with the other ways your account has. You can set a new password at any time."
            ],
            form: Form(
                action: FormPath.removePassword,
                fields: [],
                submit: "Remove the password",
                tone: .danger
            ),
            links: [.account]
        )
    }
}
