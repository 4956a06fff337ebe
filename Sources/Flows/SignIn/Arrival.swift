import Accounts
import Jobs
import Logging
import Providers

/// `decide_linking → apply → start_session`: from an asserted identity to a session, to a question, or to an honest stop. The one
/// place that asks the policy.
struct Arrival: Sendable {
    /// The browser that somebody arrives in.
    struct Place: Sendable {
        let browser: TokenHash?
        let session: TokenHash?
        let knownDevice: DeviceToken?
        let device: Device
        let requestID: String
        var app: AppPlace?
    }

    /// The app that somebody arrives in, in place of a browser: the session is the app's from its beginning.
    struct AppPlace: Sendable {
        let session: SessionID
        let app: NewAppSession
        let name: String
        let lifetime: SessionLifetime
        let device: TokenHash
    }

    /// What somebody arrives for, and where they go afterwards.
    struct Errand: Sendable {
        let purpose: SignInPurpose
        let returnTo: String
    }

    let services: SignInServices
    // Once, and asked again at most three times.
    let attempts = 4

    init(_ services: SignInServices) {
        self.services = services
    }

    /// Asks the policy and carries its answer out. When somebody else changed the situation in between, the facts are read
    /// again and the policy is asked again, at most three times.
    func settle(
        _ identity: AssertedIdentity,
        keeping tokens: SealedUpstreamTokens? = nil,
        for errand: Errand,
        in place: Place
    ) async throws(FlowFailure) -> CompletedSignIn {
        // The same policy from the question to the record, whatever is put in force in between.
        let inForce = services.policy.inForce
        let question = question(identity, errand.purpose, session: place.session, under: inForce)
        for _ in 0..<attempts {
            let situation = try await situation(question)
            let decision = decide(
                on: situation,
                about: identity,
                signingInTo: place.app?.app.client ?? services.settings.app(errand.returnTo),
                under: inForce
            )
            if let completed = try await apply(decision, inForce, situation, question, tokens, errand, place) {
                return completed
            }
        }
        throw FlowFailure(.apply, .contention, provider: identity.provider, retryAfter: 1)
    }

    // MARK: decide_linking

    func question(
        _ identity: AssertedIdentity,
        _ purpose: SignInPurpose,
        session: TokenHash?,
        under inForce: PolicyInForce
    ) -> LinkingQuestion {
        let settings = services.settings
        return LinkingQuestion(
            identity: identity,
            purpose: purpose,
            session: purpose == .signIn ? nil : session,
            freshFor: settings.sessionLifetime.freshFor,
            dormantAfter: inForce.policy.dormantAfter.map { .seconds($0) } ?? .seconds(Int64.max / 4_000_000),
            linkLapsesAfter: inForce.policy.linkLapsesAfter.map { .seconds($0) },
            privilegedRoles: settings.privilegedRoles
        )
    }

    func situation(_ question: LinkingQuestion) async throws(FlowFailure) -> LinkingSituation {
        do {
            return try await services.accounts.situation(of: question)
        } catch {
            throw FlowFailure(.decideLinking, error, provider: question.identity.provider)
        }
    }

    func decide(
        on situation: LinkingSituation,
        about identity: AssertedIdentity,
        signingInTo app: String?,
        under inForce: PolicyInForce
    ) -> LinkingDecision {
        decideLinking(
            situation.facts,
            under: inForce.policy,
            context: LinkingContext(
                provider: identity.provider,
                domain: identity.email?.address.domain,
                app: app,
                linkOnly: services.providers[identity.provider]?.isLinkOnly ?? true
            )
        )
    }

    // MARK: apply

    /// Nil when the situation changed and nothing was written.
    private func apply(
        _ decision: LinkingDecision,
        _ inForce: PolicyInForce,
        _ situation: LinkingSituation,
        _ question: LinkingQuestion,
        _ tokens: SealedUpstreamTokens?,
        _ errand: Errand,
        _ place: Place
    ) async throws(FlowFailure) -> CompletedSignIn? {
        guard
            let effect = planChange(
                for: decision.outcome,
                in: situation,
                purpose: errand.purpose,
                email: question.identity.email,
                freshUser: services.freshID(),
                freshIdentity: services.freshID(),
                freshReceipt: services.freshID()
            )
        else { return nil }
        let entry = DecisionEntry(
            id: services.freshID(),
            record: DecisionRecord(decision, under: inForce),
            requestID: place.requestID
        )
        let pending = pending(decision, entry, situation, errand, question.identity, place)
        let isHeld = decision.outcome == .hold
        let started = try await carryOut(
            effect,
            entry,
            question,
            place,
            pending: pending,
            held: isHeld ? services.freshID() : nil,
            keeping: tokens
        )
        guard let started else { return nil }
        if case .signedIn(let signedIn) = started { return completed(effect, signedIn, errand.returnTo) }
        if pending != nil { return .awaitsProof(outcome: decision.outcome.code) }
        if isHeld, let held = try await held(question.identity) {
            return .stopped(StoppedSignIn(held, purpose: errand.purpose))
        }
        let offersMerge = await offersMerge(after: decision, situation, question)
        return .stopped(StoppedSignIn(decision.outcome, purpose: errand.purpose, offersMerge: offersMerge))
    }

    /// How the arrival of somebody who waits for an administrator stands.
    private func held(_ identity: AssertedIdentity) async throws(FlowFailure) -> HeldArrival? {
        do {
            return try await services.heldArrivals.heldArrival(of: identity.key)
        } catch {
            throw FlowFailure(.apply, error, provider: identity.provider)
        }
    }

    /// What a change started.
    enum Started {
        case signedIn(StartedArrival)
        case nothing
    }

    /// A session that was stored with a change.
    struct StartedArrival {
        let user: UserID
        let token: SessionToken
        let device: DeviceToken
        let replaced: UserID?
        let awaitsSecondFactor: Bool
    }

    /// Stores a change with its record, its session and its mail. Nil when the situation changed and nothing was written.
    func carryOut(
        _ effect: AccountEffect,
        _ entry: DecisionEntry,
        _ question: LinkingQuestion,
        _ place: Place,
        methods: [AuthenticationMethod] = [.federated],
        pending: PendingLink? = nil,
        held: HeldArrivalID? = nil,
        proof: GivenProof? = nil,
        keeping tokens: SealedUpstreamTokens? = nil
    ) async throws(FlowFailure) -> Started? {
        let token = SessionToken.generate()
        let device = place.knownDevice ?? .generate()
        let arriving = effect.arriving
        let undoable = NewIdentityChange(id: services.freshID(), undoFor: services.settings.identityUndoFor)
        let change = AccountChange(
            effect: effect,
            identity: question.identity,
            decision: entry,
            session: arriving.map { newSession(token, device, for: $0, methods, place) },
            job: notice(of: effect, question.identity, undoable),
            undoable: undoable,
            question: question,
            pending: pending,
            held: held,
            proof: proof,
            upstreamTokens: tokens
        )
        let result: ChangeResult
        do {
            result = try await services.accounts.carryOut(change)
        } catch {
            throw FlowFailure(.apply, error, provider: question.identity.provider)
        }
        guard case .done(let replaced, let awaitsSecondFactor) = result else { return nil }
        guard let arriving else { return .nothing }
        return .signedIn(
            StartedArrival(
                user: arriving,
                token: token,
                device: device,
                replaced: replaced,
                awaitsSecondFactor: awaitsSecondFactor
            )
        )
    }

    /// The owner is told about every way in that was linked, in the same transaction (G17), and a claimant what was removed.
    private func notice(
        of effect: AccountEffect,
        _ identity: AssertedIdentity,
        _ undoable: NewIdentityChange
    ) -> Job? {
        switch effect {
        case .linkToHolder, .linkToSession:
            let name = services.providers[identity.provider]?.provider.name ?? identity.provider.description
            return services.job(.identityChanged(undoable.id, provider: name))
        case .claim(_, _, _, let receipt): return services.job(.addressClaimed(receipt))
        case .signIn, .create, .recordOnly: return nil
        }
    }

    private func newSession(
        _ token: SessionToken,
        _ device: DeviceToken,
        for user: UserID,
        _ methods: [AuthenticationMethod],
        _ place: Place
    ) -> NewSession {
        NewSession(
            id: place.app?.session ?? services.freshID(),
            tokenHash: token.hash,
            methods: methods,
            lifetime: place.app?.lifetime ?? services.settings.sessionLifetime,
            replacing: place.session,
            device: place.device,
            deviceToken: place.app?.device ?? device.hash,
            newDeviceNotice: services.job(
                .newDevice(user, place.device, app: place.app?.name, unixTime: services.unixTime())
            ),
            app: place.app?.app
        )
    }

    // MARK: start_session

    func completed(_ effect: AccountEffect, _ started: StartedArrival, _ returnTo: String) -> CompletedSignIn {
        var target = returnTo
        if case .claim(_, _, _, let receipt) = effect { target = SignedInAtProvider.receiptPath(receipt) }
        let signedIn = SignedInAtProvider(
            token: started.token,
            device: started.device,
            returnTo: target,
            switched: started.replaced.map { $0 != started.user } ?? false,
            awaitsSecondFactor: started.awaitsSecondFactor
        )
        if case .linkToSession = effect { return .linked(signedIn) }
        return .signedIn(signedIn)
    }
}

extension AccountEffect {
    /// Who has a session afterwards.
    var arriving: UserID? {
        switch self {
        case .signIn(let user), .create(let user, _, _), .claim(let user, _, _, _), .linkToHolder(let user, _),
            .linkToSession(let user, _, _):
            user
        case .recordOnly: nil
        }
    }
}
