import Accounts
import Jobs
import Logging
import Providers

/// `decide_linking → apply → start_session`: from an asserted identity to a session, or to an honest stop.
struct Arrival: Sendable {
    private let services: SignInServices
    // Once, and asked again at most three times.
    private let attempts = 4

    init(_ services: SignInServices) {
        self.services = services
    }

    /// Asks the policy and carries its answer out. When somebody else changed the situation in between, the facts are read
    /// again and the policy is asked again, at most three times.
    func settle(
        _ identity: AssertedIdentity,
        transaction: SignInTransaction,
        request: CompleteSignIn.Request
    ) async throws(FlowFailure) -> CompletedSignIn {
        let settings = services.settings
        let isLinkOnly = services.providers[identity.provider]?.isLinkOnly ?? true
        let presentSession = request.session?.hash ?? transaction.session
        // The same policy from the question to the record, whatever is put in force in between.
        let inForce = services.policy.inForce
        let question = LinkingQuestion(
            identity: identity,
            purpose: transaction.purpose,
            session: transaction.purpose == .signIn ? nil : presentSession,
            freshFor: settings.sessionLifetime.freshFor,
            dormantAfter: inForce.policy.dormantAfter.map { .seconds($0) } ?? .seconds(Int64.max / 4_000_000),
            linkLapsesAfter: inForce.policy.linkLapsesAfter.map { .seconds($0) },
            privilegedRoles: settings.privilegedRoles
        )
        for _ in 0..<attempts {
            let situation = try await situation(question)
            let decision = decideLinking(
                situation.facts,
                under: inForce.policy,
                context: LinkingContext(
                    provider: identity.provider,
                    domain: identity.email?.address.domain,
                    linkOnly: isLinkOnly
                )
            )
            let record = DecisionRecord(decision, under: inForce)
            if let completed = try await apply(decision, record, situation, question, transaction, request) {
                FlowMetrics.compared(record)
                return completed
            }
        }
        throw FlowFailure(.apply, .contention, provider: identity.provider, retryAfter: 1)
    }

    // MARK: decide_linking

    private func situation(_ question: LinkingQuestion) async throws(FlowFailure) -> LinkingSituation {
        do {
            return try await services.accounts.situation(of: question)
        } catch {
            throw FlowFailure(.decideLinking, error, provider: question.identity.provider)
        }
    }

    // MARK: apply

    /// Nil when the situation changed and nothing was written.
    private func apply(
        _ decision: LinkingDecision,
        _ record: DecisionRecord,
        _ situation: LinkingSituation,
        _ question: LinkingQuestion,
        _ transaction: SignInTransaction,
        _ request: CompleteSignIn.Request
    ) async throws(FlowFailure) -> CompletedSignIn? {
        let identity = question.identity
        guard
            let effect = planChange(
                for: decision.outcome,
                in: situation,
                purpose: transaction.purpose,
                email: identity.email,
                freshUser: services.freshID(),
                freshIdentity: services.freshID()
            )
        else { return nil }
        let token = SessionToken.generate()
        let device = request.knownDevice ?? .generate()
        let session = effect.arriving.map { user in
            newSession(token, device, for: user, replacing: request.session?.hash ?? transaction.session, request)
        }
        let undoable = NewIdentityChange(id: services.freshID(), undoFor: services.settings.identityUndoFor)
        let change = AccountChange(
            effect: effect,
            identity: identity,
            decision: DecisionEntry(id: services.freshID(), record: record, requestID: request.requestID),
            session: session,
            job: notice(of: effect, identity, undoable),
            undoable: undoable,
            question: question
        )
        let result: ChangeResult
        do {
            result = try await services.accounts.carryOut(change)
        } catch {
            throw FlowFailure(.apply, error, provider: identity.provider)
        }
        guard case .done(let replaced, let awaitsSecondFactor) = result else { return nil }
        return completed(decision, effect, transaction) { user in
            SignedInAtProvider(
                token: token,
                device: device,
                returnTo: transaction.returnTo,
                switched: replaced.map { $0 != user } ?? false,
                awaitsSecondFactor: awaitsSecondFactor
            )
        }
    }

    /// The owner is told about every way in that was linked, in the same transaction (G17).
    private func notice(
        of effect: AccountEffect,
        _ identity: AssertedIdentity,
        _ undoable: NewIdentityChange
    ) -> Job? {
        switch effect {
        case .linkToHolder, .linkToSession:
            let name = services.providers[identity.provider]?.provider.name ?? identity.provider.description
            return services.job(.identityChanged(undoable.id, provider: name))
        case .signIn, .create, .recordOnly: return nil
        }
    }

    private func newSession(
        _ token: SessionToken,
        _ device: DeviceToken,
        for user: UserID,
        replacing: TokenHash?,
        _ request: CompleteSignIn.Request
    ) -> NewSession {
        NewSession(
            id: services.freshID(),
            tokenHash: token.hash,
            methods: [.federated],
            lifetime: services.settings.sessionLifetime,
            replacing: replacing,
            device: request.device,
            deviceToken: device.hash,
            newDeviceNotice: services.job(.newDevice(user, request.device, unixTime: services.unixTime()))
        )
    }

    // MARK: start_session

    private func completed(
        _ decision: LinkingDecision,
        _ effect: AccountEffect,
        _ transaction: SignInTransaction,
        _ signedIn: (UserID) -> SignedInAtProvider
    ) -> CompletedSignIn {
        switch effect {
        case .signIn(let user), .create(let user, _, _), .linkToHolder(let user, _): .signedIn(signedIn(user))
        case .linkToSession(let user, _, _): .linked(signedIn(user))
        case .recordOnly: .stopped(StoppedSignIn(decision.outcome, purpose: transaction.purpose))
        }
    }
}

extension AccountEffect {
    /// Who has a session afterwards.
    var arriving: UserID? {
        switch self {
        case .signIn(let user), .create(let user, _, _), .linkToHolder(let user, _), .linkToSession(let user, _, _):
            user
        case .recordOnly: nil
        }
    }
}
