/// One of the account page's sections about the local account, as its template sees it.
struct AccountSectionView: Sendable {
    struct Fact: Sendable {
        let term: String
        /// Exactly one of `value` and `moment` is set.
        let value: String?
        let moment: TimeView?
    }

    struct Action: Sendable {
        let href: String
        let label: String
        let danger: Bool
    }

    struct Cancellation: Sendable {
        let action: String
        let label: String
    }

    let anchor: String
    let heading: String
    let stateTone: String
    let state: String
    let sentence: String?
    let hasFacts: Bool
    let facts: [Fact]
    let hasReasons: Bool
    let reasons: [String]
    let hasActions: Bool
    let actions: [Action]
    let cancellation: Cancellation?

    private init(
        anchor: String,
        heading: String,
        state: (tone: String, text: String),
        sentence: String? = nil,
        facts: [Fact],
        offers: [(label: String, path: String, danger: Bool, offer: AccountPage.Offer)],
        cancellation: Cancellation? = nil
    ) {
        self.anchor = anchor
        self.heading = heading
        stateTone = state.tone
        self.state = state.text
        self.sentence = sentence
        self.facts = facts
        hasFacts = !facts.isEmpty
        var reasons: [String] = []
        var actions: [Action] = []
        for (label, path, danger, offer) in offers {
            switch offer {
            case .possible:
                actions.append(Action(href: path, label: label, danger: danger))
            case .impossible(let sentence):
                let line = PlainText.line(sentence, limit: TextLimit.sentence)
                if !reasons.contains(line) { reasons.append(line) }
            }
        }
        self.reasons = reasons
        hasReasons = !reasons.isEmpty
        self.actions = actions
        self.cancellation = cancellation
        hasActions = !actions.isEmpty || cancellation != nil
    }

    init(_ email: AccountPage.Email, address: String?, isVerified: Bool) {
        var facts = address.map { [Fact(term: "Address", value: $0, moment: nil)] } ?? []
        if let pending = email.pending {
            let awaited = PlainText.visibleLine(pending.address, limit: TextLimit.address) ?? "—"
            facts.append(Fact(term: "Waits for its mailbox", value: awaited, moment: nil))
            facts.append(Fact(term: "Until", value: nil, moment: TimeView(pending.expiresOn)))
        }
        self.init(
            anchor: "local-email",
            heading: "E-mail address",
            state: address == nil
                ? ("quiet", "None") : isVerified ? ("good", "Verified") : ("caution", "Not verified"),
            sentence: email.pending == nil
                ? nil : "We sent a mail to the new address. Nothing changes until its link is opened.",
            facts: facts,
            offers: [(address == nil ? "Add an address" : "Change", FormPath.email, false, email.change)],
            cancellation: email.pending.map { _ in
                Cancellation(action: FormPath.cancelEmailChange, label: "Cancel this change")
            }
        )
    }

    init(_ password: AccountPage.Password) {
        let removal = ("Remove", FormPath.removePassword, true, password.removal)
        self.init(
            anchor: "local-password",
            heading: "Password",
            state: password.isSet ? ("good", "Set") : ("quiet", "None"),
            sentence: password.isSet ? nil : "You sign in without a password.",
            facts: password.isSet
                ? password.changedOn.map { [Fact(term: "Last changed", value: nil, moment: TimeView($0))] } ?? [] : [],
            offers: [(password.isSet ? "Change" : "Set a password", FormPath.password, false, password.change)]
                + (password.isSet ? [removal] : [])
        )
    }

    init(_ factor: AccountPage.SecondFactor) {
        guard let since = factor.since else {
            self.init(
                anchor: "local-second-step",
                heading: "Second step",
                state: ("quiet", "Off"),
                sentence: "A code from an app on your phone, asked for after your password or provider.",
                facts: [],
                offers: [("Set up", FormPath.setUpSecondFactor, false, factor.setUp)]
            )
            return
        }
        self.init(
            anchor: "local-second-step",
            heading: "Second step",
            state: ("good", "On"),
            sentence: factor.codesLeft < 3
                ? "Few recovery codes are left. Make new ones before you need one." : nil,
            facts: [
                Fact(term: "On since", value: nil, moment: TimeView(since)),
                Fact(term: "Recovery codes left", value: String(max(0, factor.codesLeft)), moment: nil),
            ],
            offers: [
                ("New recovery codes", FormPath.recoveryCodes, false, factor.renewal),
                ("Turn off", FormPath.removeSecondFactor, true, factor.removal),
            ]
        )
    }

    /// Every field filled: what ``TemplateCheck`` reads the names from.
    static let specimen = AccountSectionView(
        anchor: "anchor",
        heading: "heading",
        state: ("good", "state"),
        sentence: "sentence",
        facts: [Fact(term: "term", value: "value", moment: TimeView(PageTime(unixSeconds: 0)))],
        offers: [("label", "/", true, .possible), ("label", "/", true, .impossible("sentence"))],
        cancellation: Cancellation(action: "/", label: "label")
    )
}
