import JSON

extension Provider {
    /// Whether an ID token alone says of somebody all that a sign-in in a browser would find out: no rule of the identity reads
    /// another answer. Otherwise it would show another person, or the same one with less.
    public var isKnownByIDToken: Bool {
        guard isOpenIDConnect else { return false }
        return identity.answers.allSatisfy { answer in
            // `claims` is the ID token, completed by userinfo where that is asked.
            answer == ClaimPath.idToken || (answer == ClaimPath.claims && !asksUserInfo)
        }
    }
}

extension IdentityRule {
    /// Names of the answers that the rule reads.
    var answers: Set<String> {
        var paths = [subject] + requirements.map(\.path)
        paths += [name, username, picture, email?.hostedDomain].compactMap { $0 }
        switch email?.source {
        case .path(let path), .list(let path, _, _): paths.append(path)
        case nil: break
        }
        return Set(paths.map(\.answer))
    }
}
