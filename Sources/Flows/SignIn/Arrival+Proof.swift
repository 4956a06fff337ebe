import Accounts
import Jobs

/// Decisions that ask for a proof: what is kept of them, and what happens once the proof is there.
extension Arrival {
    /// What waits for a proof after this decision; nil when none is asked for.
    func pending(
        _ decision: LinkingDecision,
        _ entry: DecisionEntry,
        _ situation: LinkingSituation,
        _ errand: Errand,
        _ identity: AssertedIdentity,
        _ place: Place
    ) -> PendingLink? {
        guard let browser = place.browser else { return nil }
        let purpose: PendingLink.Purpose
        let target: UserID?
        let proofs: Set<LinkingProof>
        switch decision.outcome {
        case .linkAfterProof(let offered):
            proofs = offered
            if decision.reason == .linkLapsed {
                (purpose, target) = (.lapsed, situation.identityOwner)
            } else if case .link(let user, _) = errand.purpose {
                (purpose, target) = (.link, user)
            } else {
                (purpose, target) = (.link, situation.addressHolder)
            }
            // Several hold the address: the guard holds such a case, so there is always one to prove.
            guard target != nil else { return nil }
        case .claimAfterProof:
            (purpose, target, proofs) = (.claim, nil, [.emailCode])
        case .signIn, .create, .createSeparate, .link, .claim, .hold, .refuse:
            return nil
        }
        return PendingLink(
            id: services.freshID(),
            browser: browser,
            purpose: purpose,
            identity: identity,
            arrival: errand.purpose,
            target: target,
            proofs: proofs,
            decision: entry.id,
            policyHash: entry.record.policyHash,
            returnTo: errand.returnTo
        )
    }

    /// Carries out what a complete proof allows: the situation is read and the policy asked once more, and only if both still
    /// say what the proof was asked for, it is done, in one transaction that uses the proof up.
    func conclude(_ waiting: WaitingLink, in place: Place) async throws(FlowFailure) -> CompletedSignIn {
        let link = waiting.link
        let provider = link.identity.provider
        guard let proof = waiting.provenBy else { throw FlowFailure(.apply, .nothingToConfirm, provider: provider) }
        let inForce = services.policy.inForce
        let question = question(link.identity, link.arrival, session: place.session, under: inForce)
        for _ in 0..<attempts {
            let situation = try await situation(question)
            let decision = decide(
                on: situation,
                about: link.identity,
                signingInTo: services.settings.app(link.returnTo),
                under: inForce
            )
            let effect = planProven(
                waiting,
                decision,
                in: situation,
                freshUser: services.freshID(),
                freshIdentity: services.freshID(),
                freshReceipt: services.freshID()
            )
            guard let effect else { throw FlowFailure(.decideLinking, .situationChanged, provider: provider) }
            let entry = DecisionEntry(
                id: services.freshID(),
                record: DecisionRecord(decision, under: inForce, provenBy: proof),
                requestID: place.requestID
            )
            let started = try await carryOut(
                effect,
                entry,
                question,
                place,
                methods: methods(of: waiting, proof),
                proof: GivenProof(link: link.id, browser: link.browser, by: proof)
            )
            if case .signedIn(let signedIn) = started { return completed(effect, signedIn, link.returnTo) }
            // Somebody was faster: with the same proof, or with a change that voids it.
            guard try await isWaiting(link) else {
                throw FlowFailure(.apply, .nothingToConfirm, detail: "used", provider: provider)
            }
        }
        throw FlowFailure(.apply, .contention, provider: provider, retryAfter: 1)
    }

    private func isWaiting(_ link: PendingLink) async throws(FlowFailure) -> Bool {
        do {
            return try await services.pendingLinks.waitingLink(link.id) != nil
        } catch {
            throw FlowFailure(.apply, error, provider: link.identity.provider)
        }
    }

    /// How the person proved who they are, the identity that arrived included.
    private func methods(of waiting: WaitingLink, _ proof: LinkingProof) -> [AuthenticationMethod] {
        var methods: [AuthenticationMethod] = [.federated]
        switch proof {
        case .password: methods.append(.password)
        case .emailCode: methods.append(.mail)
        case .linkedIdentity: break
        }
        return waiting.passedSecondStep ? methods + [.oneTimePassword, .multipleFactors] : methods
    }
}
