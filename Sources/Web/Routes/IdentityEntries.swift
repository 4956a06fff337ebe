import Accounts

extension IdentityChange {
    /// As the account page lists it, with its way back.
    func entry(named provider: String) -> AccountPage.Reversible {
        let name = username.map { "\(provider) (\($0))" } ?? provider
        return AccountPage.Reversible(
            when: PageTime(unixSeconds: happenedAt.seconds),
            sentence: kind == .linked ? "\(name) was added." : "\(name) was removed.",
            label: kind == .linked ? "That was not me" : "Bring it back",
            path: FormPath.undoChange(id.description)
        )
    }
}

extension BlockedIdentity {
    /// As the account page lists it, with its way back.
    func entry(named provider: String) -> AccountPage.Reversible {
        let name = username.map { "\(provider) (\($0))" } ?? provider
        return AccountPage.Reversible(
            when: PageTime(unixSeconds: blockedAt.seconds),
            sentence: "\(name) cannot be added to your account.",
            label: "Allow it again",
            path: FormPath.allow(id.description)
        )
    }
}
