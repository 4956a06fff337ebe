extension FormPage {
    /// New recovery codes, shown once and made to be printed.
    ///
    /// - Parameter codes: The codes as a person types them.
    public static func recoveryCodes(_ codes: [String]) -> FormPage {
        FormPage(
            title: "Your recovery codes",
            notice: PageNotice(
                kind: .warning,
                text: "This page is shown once. Print it, or write the codes down, before you leave it."
            ),
            paragraphs: [
                "Each code replaces your authenticator app once, if you lose it. Codes you had before no longer work.",
                "Keep them where nobody else looks, and not in the mailbox of this account.",
            ],
            exhibit: .recoveryCodes(codes),
            form: nil,
            links: [Link(label: "I have saved them", path: FormPath.account)]
        )
    }

    /// Asks before new recovery codes replace the old ones; posted to ``FormPath/recoveryCodes``.
    ///
    /// - Parameters:
    ///   - codesLeft: How many of the present ones are unused.
    ///   - fault: About the whole form.
    public static func renewRecoveryCodes(codesLeft: Int, fault: FormFault? = nil) -> FormPage {
        FormPage(
            title: "Make new recovery codes?",
            notice: FormFault.notice(of: fault),
            paragraphs: ["The codes you have stop working. The new ones are shown once, on the next page."],
            facts: [Fact(label: "Codes you have left", value: String(codesLeft))],
            form: Form(action: FormPath.recoveryCodes, fields: [], submit: "Make new codes"),
            links: [.account]
        )
    }
}
