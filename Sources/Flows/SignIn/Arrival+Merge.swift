import Accounts

extension Arrival {
    /// Whether somebody who wanted to add a way in that belongs to another account is offered to merge the two. Both sides have been
    /// proven by then: this one by its fresh session, the other one by the identity, a moment ago and to this very browser. What is
    /// left is its second step, and the owner's word on a page that says what moves; nothing happens before.
    ///
    /// Never through a provider that signs nobody in, nor by a link that is younger than the session: whoever sits in somebody else's
    /// session could have made it. Nobody's privileges are joined to anything without an administrator.
    func offersMerge(
        after decision: LinkingDecision,
        _ situation: LinkingSituation,
        _ question: LinkingQuestion
    ) async -> Bool {
        let identity = question.identity
        guard decision.outcome == .refuse(.identityInUse), situation.facts.session == .fresh,
            let owner = situation.identityOwner, let session = question.session,
            services.providers[identity.provider]?.isLinkOnly == false
        else { return false }
        do throws(StoreFailure) {
            let begun = try await services.merges.begin(
                services.freshID(),
                by: session,
                proof: .identity(owner, identity.key, usedWithin: question.linkLapsesAfter),
                freshFor: question.freshFor
            )
            guard begun, let pending = try await services.merges.pendingMerge(of: session) else { return false }
            let roles = pending.staying.roles + pending.going.roles
            guard Set(services.settings.privilegedRoles).isDisjoint(with: roles) else {
                try await services.merges.cancelMerge(by: session)
                return false
            }
            return true
        } catch {
            // The decision stands without the offer.
            return false
        }
    }
}
