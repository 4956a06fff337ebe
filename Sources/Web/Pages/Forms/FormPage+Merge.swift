extension FormPage {
    /// Proves another account of the same person: `email`, `password`, posted to ``FormPath/proveMerge``.
    ///
    /// - Parameters:
    ///   - email: What was typed before.
    ///   - fault: About the whole form; never which of the two was wrong.
    public static func proveMerge(email: String? = nil, fault: FormFault? = nil) -> FormPage {
        FormPage(
            title: "Merge another account",
            notice: FormFault.notice(of: fault),
            paragraphs: [
                "Do you have a second account here? Prove that it is yours, and look at what a merge does before anything happens."
            ],
            form: Form(
                action: FormPath.proveMerge,
                fields: [
                    FormField(
                        .email,
                        name: "email",
                        label: "E-mail address of the other account",
                        value: email,
                        takesFocus: true
                    ),
                    FormField(.currentPassword, name: "password", label: "Its password"),
                ],
                submit: "Go on"
            ),
            links: [.account]
        )
    }

    /// The other account's second step: `code`, posted to ``FormPath/mergeSecondFactor``.
    ///
    /// - Parameter fault: About `code` or the whole form.
    public static func mergeSecondFactor(fault: FormFault? = nil) -> FormPage {
        FormPage(
            title: "The other account's second step",
            notice: FormFault.notice(of: fault, fields: ["code"]),
            paragraphs: [
                "The other account is protected by a code from an app. A recovery code of that account works as well."
            ],
            form: Form(
                action: FormPath.mergeSecondFactor,
                fields: [.authenticatorCode(error: FormFault.sentence(of: fault, for: "code"))],
                submit: "Go on"
            ),
            links: [.account]
        )
    }

    /// What a merge does; `merge` posted to ``FormPath/merge``.
    ///
    /// - Parameters:
    ///   - id: The merge's id.
    ///   - facts: What moves and what ends.
    ///   - paragraphs: What conflicts, and how it is decided.
    public static func confirmMerge(id: String, facts: [Fact], paragraphs: [String]) -> FormPage {
        FormPage(
            title: "Merge the two accounts?",
            paragraphs: paragraphs + ["This cannot be undone. Both addresses are told by mail."],
            facts: facts,
            form: Form(
                action: FormPath.merge,
                fields: [.hidden("merge", id)],
                submit: "Merge the accounts",
                tone: .danger
            ),
            sideForms: [SideForm(form: Form(action: FormPath.cancelMerge, fields: [], submit: "Do not merge"))],
            links: [.account]
        )
    }
}
