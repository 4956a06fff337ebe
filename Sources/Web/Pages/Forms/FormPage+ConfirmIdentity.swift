extension FormPage {
    /// Step-up: `password` posted to ``FormPath/confirmIdentity``, or a provider's button.
    ///
    /// - Parameters:
    ///   - hasPassword: Whether the account has one.
    ///   - buttons: The providers that this account signs in with; each posts to its own action.
    ///   - returnTo: The form the person was on its way to, already checked.
    ///   - account: The account's address, for password stores.
    ///   - fault: About `password` or the whole form.
    public static func confirmIdentity(
        hasPassword: Bool,
        buttons: [ProviderButton],
        returnTo: String?,
        account: String? = nil,
        fault: FormFault? = nil
    ) -> FormPage {
        let password = FormField(
            .currentPassword,
            name: "password",
            label: "Password",
            error: FormFault.sentence(of: fault, for: "password"),
            takesFocus: true
        )
        return FormPage(
            title: "For your safety, sign in again",
            notice: FormFault.notice(of: fault, fields: hasPassword ? ["password"] : []),
            paragraphs: [
                hasPassword || !buttons.isEmpty
                    ? "What comes next changes how your account is reached, and your sign-in was a while ago."
                    : "Sign out and sign in again, then come back."
            ],
            form: hasPassword
                ? Form(
                    action: FormPath.confirmIdentity,
                    fields: .account(account) + [password] + .carried(returnTo: returnTo),
                    submit: "Continue"
                ) : nil,
            buttons: buttons,
            buttonsReturnTo: returnTo,
            links: [.account]
        )
    }
}
