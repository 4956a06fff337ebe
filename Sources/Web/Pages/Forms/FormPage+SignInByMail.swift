extension FormPage {
    /// Asking for a code by mail: `email`, posted to ``FormPath/signInByMail``.
    ///
    /// - Parameters:
    ///   - email: What was typed before.
    ///   - returnTo: Already checked.
    ///   - fault: About `email` or the whole form; never whether the address is known.
    public static func signInByMail(
        email: String? = nil,
        returnTo: String? = nil,
        fault: FormFault? = nil
    ) -> FormPage {
        FormPage(
            title: "Sign in by mail",
            notice: FormFault.notice(of: fault, fields: ["email"]),
            paragraphs: ["We send a mail with a code to your address. You type the code here, in this browser."],
            form: Form(
                action: FormPath.signInByMail,
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
                ] + .carried(returnTo: returnTo),
                submit: "Send the code"
            ),
            links: [.signIn()]
        )
    }

    /// The code from the mail: `code`, posted to ``FormPath/mailedCode``. Says the same for every address.
    ///
    /// - Parameters:
    ///   - returnTo: Already checked.
    ///   - fault: About `code` or the whole form.
    ///   - address: The address as it was typed, with which "Send another code" asks again; nil leaves it out.
    public static func mailedCode(
        returnTo: String? = nil,
        fault: FormFault? = nil,
        address: String? = nil
    ) -> FormPage {
        FormPage(
            title: "Check your mail",
            notice: FormFault.notice(of: fault, fields: ["code"]),
            paragraphs: ["If your address has an account, we sent it a mail with a code. It works for a short time."],
            facts: address.map { [Fact(label: "Address", value: $0)] } ?? [],
            form: Form(
                action: FormPath.mailedCode,
                fields: [
                    FormField(
                        .oneTimeCode,
                        name: "code",
                        label: "Code from the mail",
                        error: FormFault.sentence(of: fault, for: "code"),
                        takesFocus: true
                    )
                ] + .carried(returnTo: returnTo),
                submit: "Sign in"
            ),
            sideForms: address.map { address in
                [
                    SideForm(
                        form: Form(
                            action: FormPath.signInByMail,
                            fields: [.hidden("email", address)] + .carried(returnTo: returnTo),
                            submit: "Send another code"
                        )
                    )
                ]
            } ?? [],
            links: [Link(label: "Use another address", path: FormPath.signInByMail), .signIn()]
        )
    }
}
