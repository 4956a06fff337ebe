extension FormPage {
    /// Asking for another address: `email`, posted to ``FormPath/email``.
    ///
    /// - Parameters:
    ///   - current: The address as it is; nil when the account has none.
    ///   - email: What was typed before.
    ///   - fault: About `email` or the whole form; never whether the address is somebody's.
    public static func changeEmail(
        current: String?,
        email: String? = nil,
        fault: FormFault? = nil
    ) -> FormPage {
        FormPage(
            title: current == nil ? "Add an address" : "Change your address",
            notice: FormFault.notice(of: fault, fields: ["email"]),
            paragraphs: [
                "We send a mail to the new address. Nothing changes until its link is opened."
                    + (current == nil ? "" : " The address you have now is told, and can undo the change.")
            ],
            facts: current.map { [Fact(label: "Current address", value: $0)] } ?? [],
            form: Form(
                action: FormPath.email,
                fields: [
                    FormField(
                        .email,
                        name: "email",
                        label: "New e-mail address",
                        value: email,
                        error: FormFault.sentence(of: fault, for: "email"),
                        takesFocus: true
                    )
                ],
                submit: "Send the mail"
            ),
            links: [.account]
        )
    }

    /// The new mailbox proves itself: `token`, posted to ``FormPath/confirmEmailChange``. Says what becomes of what, and
    /// asks: whoever reads the mail may know nothing of it (P-1).
    ///
    /// - Parameters:
    ///   - token: From the mailed link.
    ///   - newAddress: The address to be.
    ///   - oldAddress: The address as it is; nil when the account has none.
    ///   - fault: About the whole form.
    public static func confirmNewEmail(
        token: String,
        newAddress: String,
        oldAddress: String?,
        fault: FormFault? = nil
    ) -> FormPage {
        FormPage(
            title: "Use this address from now on?",
            notice: FormFault.notice(of: fault),
            paragraphs: [
                "Mail about the account goes to the new address, and it is what you sign in with.",
                "If you did not ask for this, close this page: nothing changes.",
            ],
            facts: [
                Fact(label: "New address", value: newAddress),
                Fact(label: "Current address", value: oldAddress ?? "none"),
            ],
            form: Form(
                action: FormPath.confirmEmailChange,
                fields: .carried(token: token),
                submit: "Use the new address"
            )
        )
    }

    /// The old mailbox takes a change back: `token`, posted to ``FormPath/undoEmailChange``.
    ///
    /// - Parameters:
    ///   - token: From the mail to the old address.
    ///   - oldAddress: The address that is to come back.
    ///   - newAddress: The address that is to go.
    ///   - fault: About the whole form.
    public static func undoEmailChange(
        token: String,
        oldAddress: String,
        newAddress: String,
        fault: FormFault? = nil
    ) -> FormPage {
        FormPage(
            title: "Undo the change of address?",
            notice: FormFault.notice(of: fault),
            paragraphs: [
                "Your account goes back to its old address, and everybody is signed out of it on all devices.",
                "Then choose a new password: whoever changed the address was signed in to your account.",
            ],
            facts: [
                Fact(label: "Address that comes back", value: oldAddress),
                Fact(label: "Address that goes", value: newAddress),
            ],
            form: Form(
                action: FormPath.undoEmailChange,
                fields: .carried(token: token),
                submit: "Undo the change",
                tone: .danger
            )
        )
    }
}
