extension FormPage {
    /// What a mail was asked for.
    public enum MailPurpose: String, Sendable, Hashable, CaseIterable {
        /// Proving the address of a sign-up.
        case signUp = "sign_up"
        /// Choosing a new password.
        case reset
        /// Proving the new address of an account.
        case emailChange = "email_change"
        /// Signing in by a mailed link.
        case signInByMail = "sign_in_by_mail"
    }

    /// "Look into your mailbox". Says the same whether or not there is an account, because it is shown for every address.
    ///
    /// - Parameters:
    ///   - address: The address as it was typed.
    ///   - purpose: What the mail is for.
    ///   - resendAction: Where "Send it again" is posted, with `email` and `return_to`; nil leaves the button out.
    ///   - returnTo: Already checked; travels with the button.
    ///   - notice: "We sent it again", or why not yet.
    public static func checkMail(
        address: String,
        purpose: MailPurpose,
        resendAction: String?,
        returnTo: String? = nil,
        notice: PageNotice? = nil
    ) -> FormPage {
        FormPage(
            title: "Check your mail",
            notice: notice,
            paragraphs: [purpose.sentence, "Nothing there after a few minutes? Look among the junk mail."],
            facts: [Fact(label: "Address", value: address)],
            form: nil,
            sideForms: resendAction.map { action in
                [
                    SideForm(
                        form: Form(
                            action: action,
                            fields: [.hidden("email", address)] + .carried(returnTo: returnTo),
                            submit: "Send it again"
                        )
                    )
                ]
            } ?? [],
            links: [purpose.wayBack]
        )
    }
}

extension FormPage.MailPurpose {
    fileprivate var sentence: String {
        switch self {
        case .signUp:
            "Open the link in that mail, in this browser, to finish your account."
        case .reset:
            "If this address has an account, the mail holds a link with which you choose a new password."
        case .emailChange:
            "Open the link in that mail to make this your address. Until then nothing changes."
        case .signInByMail:
            "If this address has an account, the mail holds a link that signs you in, in this browser."
        }
    }

    fileprivate var wayBack: FormPage.Link {
        switch self {
        case .signUp: FormPage.Link(label: "Use another address", path: FormPath.signUp)
        case .reset: FormPage.Link(label: "Use another address", path: FormPath.reset)
        case .emailChange: .account
        case .signInByMail: FormPage.Link(label: "Use another address", path: FormPath.signInByMail)
        }
    }
}
