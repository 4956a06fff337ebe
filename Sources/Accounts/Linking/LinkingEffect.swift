/// What happens to the address the provider vouched for when a decision is carried out, so that nobody who carries
/// one out has to have an opinion of their own.
public enum AddressEffect: String, Sendable, Hashable, CaseIterable {
    /// No address is written.
    case untouched
    /// The new user gets the address, marked as not proven.
    case takenUnproven = "taken_unproven"
    /// The new user, or the claiming one, gets the address as proven.
    case takenProven = "taken_proven"
}

extension LinkingDecision {
    /// What happens to the address. Signing in and linking never write one, whatever the provider says today: an
    /// address is never moved between users by a login, and never marked as proven by a provider that did not prove it.
    public var addressEffect: AddressEffect {
        switch outcome {
        case .create:
            switch facts.email {
            case .none: .untouched
            case .unverified: .takenUnproven
            case .verified, .authoritative: .takenProven
            }
        case .claim, .claimAfterProof: .takenProven
        case .signIn, .createSeparate, .link, .linkAfterProof, .hold, .refuse: .untouched
        }
    }
}

extension LinkingFacts {
    /// The facts of the same person asking the same again in the same browser, once an outcome has been carried out and
    /// its proof, if it wants one, has been given. Waiting and refusing change nothing.
    public func afterApplying(_ outcome: LinkingOutcome) -> LinkingFacts {
        var next = self
        switch outcome {
        case .hold, .refuse:
            return self
        case .signIn, .link, .linkAfterProof, .createSeparate:
            break
        case .create:
            if email == .unverified { next.account = .unverified }
            if email == .verified || email == .authoritative { next.account = .verified }
        case .claim, .claimAfterProof:
            next.account = .verified
            // The squatter's identities are gone, so no other subject of the issuer is left.
            next.recycled = false
        }
        next.identity = .mine
        next.session = .fresh
        next.dormant = false
        return next
    }

    /// The same facts seen from a browser that has no session: whoever owns the identity is then `other`.
    func seenFromAnotherBrowser() -> LinkingFacts {
        var next = self
        next.intent = .signIn
        next.session = Session.none
        if identity == .mine { next.identity = .other }
        if account == .mine { next.account = .verified }
        if account == Account.none || account == .mine {
            next.recycled = false
            next.privileged = false
            next.dormant = false
        }
        return next
    }
}
