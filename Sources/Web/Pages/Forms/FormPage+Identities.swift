extension FormPage {
    /// What a page about a way in shows of it, so that its owner recognises it.
    ///
    /// - Parameters:
    ///   - provider: `GitHub`
    ///   - username: The name there; untrusted.
    ///   - email: The address there; untrusted.
    static func identityFacts(_ provider: String, username: String?, email: String?) -> [Fact] {
        [Fact(label: "Way to sign in", value: provider)]
            + (username.map { [Fact(label: "Name there", value: $0)] } ?? [])
            + (email.map { [Fact(label: "Address there", value: $0)] } ?? [])
    }

    /// Asks before a way in goes; posted to ``FormPath/removeIdentity(_:)``.
    ///
    /// - Parameters:
    ///   - id: The identity's id.
    ///   - provider: `GitHub`
    ///   - facts: What it is.
    ///   - isCurrent: Whether the present session came through it.
    public static func removeIdentity(id: String, provider: String, facts: [Fact], isCurrent: Bool) -> FormPage {
        FormPage(
            title: "Remove \(provider)?",
            paragraphs: [
                "Afterwards it does not open this account any more. Sessions that began with it end"
                    + (isCurrent ? ", but you stay signed in here." : "."),
                "We send you a mail with which you can take this back.",
            ],
            facts: facts,
            form: Form(
                action: FormPath.removeIdentity(id),
                fields: [],
                submit: "Remove \(provider)",
                tone: .danger
            ),
            links: [.account]
        )
    }

    /// Asks before a change is taken back on the account page; posted to ``FormPath/undoChange(_:)``.
    ///
    /// - Parameters:
    ///   - id: The change's id.
    ///   - provider: `GitHub`
    ///   - wasAdded: Whether the way in was added; else it was removed.
    ///   - facts: What it is.
    public static func undoIdentityChange(id: String, provider: String, wasAdded: Bool, facts: [Fact]) -> FormPage {
        FormPage(
            title: wasAdded ? "Take \(provider) back?" : "Bring \(provider) back?",
            paragraphs: wasAdded
                ? [
                    "It is removed and blocked: nobody can add it to your account until you allow it again.",
                    "You stay signed in here and are signed out everywhere else.",
                ] : ["Afterwards it opens this account again."],
            facts: facts,
            form: Form(
                action: FormPath.undoChange(id),
                fields: [],
                submit: wasAdded ? "Remove and block it" : "Bring it back",
                tone: wasAdded ? .danger : .primary
            ),
            links: [.account]
        )
    }

    /// The mailbox takes a change back: `token`, posted to ``FormPath/undoIdentityChange``. Says what it does and asks: mail
    /// programs open links (P-1).
    ///
    /// - Parameters:
    ///   - token: From the mail.
    ///   - provider: `GitHub`
    ///   - wasAdded: Whether the way in was added; else it was removed.
    ///   - facts: What it is.
    public static func undoByMail(token: String, provider: String, wasAdded: Bool, facts: [Fact]) -> FormPage {
        FormPage(
            title: wasAdded ? "Was \(provider) not added by you?" : "Was \(provider) not removed by you?",
            paragraphs: [
                wasAdded
                    ? "We remove it and block it: nobody can add it to your account until you allow it again."
                    : "We bring it back, unless it belongs to another account by now.",
                "Everybody is signed out of the account, its password stops working, and the account becomes what it was "
                    + "before: what was added since goes, what was removed since comes back.",
                "If it was you, close this page: nothing changes.",
            ],
            facts: facts,
            form: Form(
                action: FormPath.undoIdentityChange,
                fields: .carried(token: token),
                submit: "It was not me: take it back",
                tone: .danger
            )
        )
    }

    /// Asks before a blocked way in may be added again; posted to ``FormPath/allow(_:)``.
    ///
    /// - Parameters:
    ///   - id: The blocked identity's id.
    ///   - provider: `GitHub`
    ///   - facts: What it is.
    public static func allowIdentity(id: String, provider: String, facts: [Fact]) -> FormPage {
        FormPage(
            title: "Allow \(provider) again?",
            paragraphs: [
                "It was blocked because it had been added without you. Allow it only if it is yours. "
                    + "Nothing is added now: you can add it on your account page afterwards."
            ],
            facts: facts,
            form: Form(action: FormPath.allow(id), fields: [], submit: "Allow it again"),
            links: [.account]
        )
    }

    /// Goes on to a provider, for whoever had to sign in again before; posted to ``FormPath/link(_:)``.
    ///
    /// - Parameters:
    ///   - provider: Its id.
    ///   - name: `GitHub`
    public static func continueLinking(provider: String, name: String) -> FormPage {
        FormPage(
            title: "Add \(name) to your account",
            paragraphs: ["You have proven that it is you. Go on to \(name) now, and come back with it."],
            form: Form(action: FormPath.link(provider), fields: [], submit: "Go on to \(name)"),
            links: [.account]
        )
    }
}
