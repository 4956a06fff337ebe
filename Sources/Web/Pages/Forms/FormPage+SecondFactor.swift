extension FormPage {
    /// The second step of a sign-in: `code`, or `recovery_code` from a form of its own, posted to
    /// ``FormPath/secondFactor``.
    ///
    /// - Parameters:
    ///   - returnTo: Already checked.
    ///   - fault: About `code`, `recovery_code` or the whole form.
    ///   - offersRecoveryCode: Whether this account has recovery codes left.
    public static func secondFactor(
        returnTo: String? = nil,
        fault: FormFault? = nil,
        offersRecoveryCode: Bool
    ) -> FormPage {
        let recovery = SideForm(
            summary: "Use a recovery code instead",
            form: Form(
                action: FormPath.secondFactor,
                fields: [
                    FormField(
                        .text,
                        name: "recovery_code",
                        label: "Recovery code",
                        hint: "One of the codes you saved. Each works once.",
                        error: FormFault.sentence(of: fault, for: "recovery_code"),
                        maximumLength: 64
                    )
                ] + .carried(returnTo: returnTo),
                submit: "Use this recovery code"
            )
        )
        return FormPage(
            title: "Second step",
            notice: FormFault.notice(of: fault, fields: offersRecoveryCode ? ["code", "recovery_code"] : ["code"]),
            paragraphs: ["Open your authenticator app and type the code it shows for this service."],
            form: Form(
                action: FormPath.secondFactor,
                fields: [.authenticatorCode(error: FormFault.sentence(of: fault, for: "code"))]
                    + .carried(returnTo: returnTo),
                submit: "Continue"
            ),
            sideForms: offersRecoveryCode ? [recovery] : [],
            links: [.signIn(label: "Sign in as someone else")]
        )
    }
}
