extension FormPage {
    /// The end of a sign-up: `token` and, in another browser than the one that began it, `password`. Posted to
    /// ``FormPath/verify``. Opening the link changes nothing: programs that read mail open links too.
    ///
    /// - Parameters:
    ///   - token: From the mailed link.
    ///   - address: The address to be proven.
    ///   - needsPassword: Whether this is another browser, so that the sign-up's own password has to be typed (P-5).
    ///   - returnTo: Already checked.
    ///   - fault: About `password` or the whole form.
    public static func verify(
        token: String,
        address: String,
        needsPassword: Bool,
        returnTo: String? = nil,
        fault: FormFault? = nil
    ) -> FormPage {
        let password = FormField(
            .currentPassword,
            name: "password",
            label: "Password you chose at sign-up",
            error: FormFault.sentence(of: fault, for: "password"),
            takesFocus: true
        )
        return FormPage(
            title: "Confirm your address",
            notice: FormFault.notice(of: fault, fields: needsPassword ? ["password"] : []),
            paragraphs: needsPassword
                ? [
                    "The account was begun in another browser. Type the password you chose there.",
                    "If you did not create an account here, close this page: nothing happens without the password.",
                ]
                : ["With this, your account is ready and the address below belongs to it."],
            facts: [Fact(label: "Address", value: address)],
            form: Form(
                action: FormPath.verify,
                fields: (needsPassword ? [.account(address), password] : [])
                    + .carried(token: token, returnTo: returnTo),
                submit: "Confirm this address"
            )
        )
    }
}
