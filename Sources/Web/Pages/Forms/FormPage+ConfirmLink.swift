extension FormPage {
    /// What is about to be joined to what, as far as the person is entitled to know.
    public struct Confirmation: Sendable, Hashable {
        /// What happens once the proof has been given.
        public enum Purpose: String, Sendable, Hashable, CaseIterable {
            /// At a sign-in: the identity joins the account that holds the address.
            case join
            /// While adding a way in: the identity joins the account that is signed in.
            case add
            /// The identity opens its account again.
            case reopen
            /// The address leaves whoever registered it without proof.
            case claim
        }

        /// Id of what waits: every form of the page says what it was drawn for.
        public let link: String
        /// What happens.
        public let purpose: Purpose
        /// The provider's name.
        public let provider: String
        /// Handle or name there, untrusted text.
        public let handle: String?
        /// The address that the provider vouched for; nil where that would tell more than the person knows.
        public let address: String?

        /// Creates a confirmation.
        public init(link: String, purpose: Purpose, provider: String, handle: String?, address: String?) {
            self.link = link
            self.purpose = purpose
            self.provider = provider
            self.handle = handle
            self.address = address
        }
    }

    /// The ways to prove it: `password` to ``FormPath/confirmPassword``, a mailed `code` to ``FormPath/confirmCode``, a provider's
    /// button each to its own action, an administrator, or none.
    ///
    /// - Parameters:
    ///   - asksPassword: Whether a password counts.
    ///   - asksCode: Whether a mailed code counts.
    ///   - buttons: Providers, the same for everybody, whichever of them lead to the account; empty where none counts.
    ///   - offersAdministrator: Whether an administrator can be asked.
    ///   - codeSent: Whether a mail was asked for a moment ago.
    ///   - fault: About `password`, `code` or the whole form.
    public static func confirmLink(
        _ confirmation: Confirmation,
        asksPassword: Bool,
        asksCode: Bool,
        buttons: [ProviderButton],
        offersAdministrator: Bool,
        codeSent: Bool = false,
        fault: FormFault? = nil
    ) -> FormPage {
        let code = Form(
            action: FormPath.confirmCode,
            fields: confirmation.carried + [
                FormField(
                    .oneTimeCode,
                    name: "code",
                    label: "Code from the mail",
                    error: FormFault.sentence(of: fault, for: "code"),
                    takesFocus: codeSent || !asksPassword
                )
            ],
            submit: "Confirm with the code"
        )
        let password = Form(
            action: FormPath.confirmPassword,
            fields: confirmation.carried + .account(confirmation.address) + [
                FormField(
                    .currentPassword,
                    name: "password",
                    label: "Password of the account",
                    error: FormFault.sentence(of: fault, for: "password"),
                    takesFocus: !codeSent
                )
            ],
            submit: "Confirm with the password"
        )
        var side: [SideForm] = []
        if asksCode {
            side.append(
                SideForm(
                    form: Form(
                        action: FormPath.sendConfirmCode,
                        fields: confirmation.carried,
                        submit: codeSent ? "Mail me another code" : "Mail me a code"
                    )
                )
            )
            if asksPassword { side.append(SideForm(form: code)) }
        }
        let hold = Form(action: FormPath.confirmHold, fields: confirmation.carried, submit: "Ask an administrator")
        // Where nothing can be proven here, asking is not a last resort but the way on.
        let isOnlyWay = offersAdministrator && !asksPassword && !asksCode && buttons.isEmpty
        if offersAdministrator, !isOnlyWay { side.append(SideForm(summary: "None of these works", form: hold)) }
        side.append(SideForm(form: confirmation.leave))
        let sent = codeSent && fault == nil
        return FormPage(
            title: confirmation.title,
            notice: sent
                ? PageNotice(
                    kind: .info,
                    text: "A mail with a code is on its way. Type the code here, in this browser."
                )
                : FormFault.notice(of: fault, fields: ["password", "code"]),
            paragraphs: isOnlyWay ? confirmation.unprovable : confirmation.paragraphs,
            facts: confirmation.facts,
            form: asksPassword ? password : asksCode ? code : isOnlyWay ? hold : nil,
            buttons: buttons,
            sideForms: side
        )
    }

    /// The account's second step, after the proof: `code` or `recovery_code` to ``FormPath/confirmSecondStep``.
    public static func confirmSecondStep(_ confirmation: Confirmation, fault: FormFault? = nil) -> FormPage {
        FormPage(
            title: "Second step",
            notice: FormFault.notice(of: fault, fields: ["code", "recovery_code"]),
            paragraphs: [
                "The proof was right. This account has a second step: type the code your authenticator app shows for it. Until "
                    + "then nothing is joined."
            ],
            facts: confirmation.facts,
            form: Form(
                action: FormPath.confirmSecondStep,
                fields: confirmation.carried + [.authenticatorCode(error: FormFault.sentence(of: fault, for: "code"))],
                submit: "Continue"
            ),
            sideForms: [
                SideForm(
                    summary: "Use a recovery code instead",
                    form: Form(
                        action: FormPath.confirmSecondStep,
                        fields: confirmation.carried + [
                            FormField(
                                .text,
                                name: "recovery_code",
                                label: "Recovery code",
                                hint: "One of the codes you saved. Each works once.",
                                error: FormFault.sentence(of: fault, for: "recovery_code"),
                                maximumLength: 64
                            )
                        ],
                        submit: "Use this recovery code"
                    )
                ),
                SideForm(form: confirmation.leave),
            ]
        )
    }

    /// Everything is proven; one button does it: posted to ``FormPath/confirmFinish``.
    public static func confirmFinish(_ confirmation: Confirmation) -> FormPage {
        FormPage(
            title: "The account is yours",
            paragraphs: ["The proof was right. Nothing has been joined yet."],
            facts: confirmation.facts,
            form: Form(
                action: FormPath.confirmFinish,
                fields: confirmation.carried,
                submit: confirmation.purpose.button
            ),
            sideForms: [SideForm(form: confirmation.leave)]
        )
    }
}

extension FormPage.Confirmation {
    /// What every form of these pages sends along.
    var carried: [FormField] { [.hidden("link", link)] }

    var leave: FormPage.Form { FormPage.Form(action: FormPath.confirmLeave, fields: carried, submit: "Leave it") }

    /// Where nobody can prove anything on the spot.
    var unprovable: [String] {
        let whose =
            purpose == .claim
            ? "Somebody registered your address from \(provider) here and never proved it."
            : "This cannot be done without knowing that the account is yours."
        return [
            whose
                + " No mail can be sent from here to ask you, so an administrator has to look at it. Until then nothing is "
                + "changed, and nobody is signed in."
        ]
    }

    var title: String {
        switch purpose {
        case .join: "Is this account yours?"
        case .add, .reopen: "Confirm that it is you"
        case .claim: "Is this address yours?"
        }
    }

    var paragraphs: [String] {
        switch purpose {
        case .join:
            [
                "An account here holds your address from \(provider). Prove that it is yours, and \(provider) opens it from now on.",
                "Until then nothing is joined, and nobody is signed in.",
            ]
        case .add:
            ["Your account needs more than a session before \(provider) is added to it. Until then nothing is joined."]
        case .reopen:
            [
                "This sign-in with \(provider) has not been used for a long time, and such names sometimes pass to other people. "
                    + "Prove once that the account is still yours."
            ]
        case .claim:
            [
                "Somebody registered your address from \(provider) here and never proved it. With a code from the mailbox it is "
                    + "yours: you get a new account, and what they set up with your address is removed."
            ]
        }
    }

    var facts: [FormPage.Fact] {
        var facts = [FormPage.Fact(label: "Sign in with", value: provider)]
        if let handle { facts.append(FormPage.Fact(label: "Name there", value: handle)) }
        switch purpose {
        case .join:
            facts.append(FormPage.Fact(label: "Account here", value: "the one of " + (address ?? "your address")))
        case .add: facts.append(FormPage.Fact(label: "Account here", value: "the one you are signed in to"))
        case .reopen: facts.append(FormPage.Fact(label: "Account here", value: "the one it was added to"))
        case .claim: facts.append(FormPage.Fact(label: "Address", value: address ?? "—"))
        }
        return facts
    }
}

extension FormPage.Confirmation.Purpose {
    var button: String {
        switch self {
        case .join, .add: "Add it to the account"
        case .reopen: "Sign in"
        case .claim: "Take the address"
        }
    }
}
