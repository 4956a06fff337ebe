extension FormPage {
    /// Creating an account: `email`, `password`, posted to ``FormPath/signUp``. The same page for every address, known or
    /// not.
    ///
    /// - Parameters:
    ///   - email: What was typed before, for a form that comes back.
    ///   - returnTo: Already checked.
    ///   - minimumLength: Fewest characters of a password.
    ///   - fault: About `email`, `password` or the whole form.
    ///   - strength: What the server thinks of the password, in a sentence.
    public static func signUp(
        email: String? = nil,
        returnTo: String? = nil,
        minimumLength: Int,
        fault: FormFault? = nil,
        strength: String? = nil
    ) -> FormPage {
        FormPage(
            title: "Create an account",
            notice: FormFault.notice(of: fault, fields: ["email", "password"]),
            form: Form(
                action: FormPath.signUp,
                fields: [
                    FormField(
                        .email,
                        name: "email",
                        label: "E-mail address",
                        value: email,
                        hint: "We send a mail there to check that it is yours.",
                        error: FormFault.sentence(of: fault, for: "email"),
                        autocomplete: "username",
                        takesFocus: true
                    ),
                    .newPassword(
                        label: "Password",
                        minimumLength: minimumLength,
                        error: FormFault.sentence(of: fault, for: "password"),
                        strength: strength
                    ),
                ] + .carried(returnTo: returnTo),
                submit: "Create account"
            ),
            links: [.signIn(label: "Sign in to an account you have")]
        )
    }
}
