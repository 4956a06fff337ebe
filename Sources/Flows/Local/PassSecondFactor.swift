import Accounts

/// The second step of a sign-in: a one-time password or a recovery code, whatever the first step was, and never the mailbox
/// again (S-1, P-11, P-12).
public struct PassSecondFactor: Sendable {
    private let services: LocalAccountServices
    private let metrics = FlowMetrics(flow: "second_factor")

    /// Creates the flow.
    public init(_ services: LocalAccountServices) { self.services = services }

    /// Whether this browser's session waits for a second step.
    public func isAwaited(_ visitor: Visitor) async throws(FlowFailure) -> Bool {
        guard let token = visitor.session else { return false }
        return try await services.storing(.checkSecondFactor) { () async throws(StoreFailure) in
            try await services.store.factor(awaitedBy: token.hash)
        } != nil
    }

    /// Opens the waiting session, under a new token.
    public func callAsFunction(code typed: String, _ visitor: Visitor) async throws(FlowFailure) -> SignedIn {
        try await metrics.measured { () async throws(FlowFailure) in try await pass(typed, visitor) }
    }

    private func pass(_ typed: String, _ visitor: Visitor) async throws(FlowFailure) -> SignedIn {
        guard let token = visitor.session else { throw FlowFailure(.checkSecondFactor, .signInRequired) }
        let factor = try await services.storing(.checkSecondFactor) { () async throws(StoreFailure) in
            try await services.store.factor(awaitedBy: token.hash)
        }
        guard let factor else { throw FlowFailure(.checkSecondFactor, .signInRequired) }
        // Counted for the user on every path, before anything is compared (P-11).
        let limits = services.settings.limits
        try await services.count(limits.secondFactor(of: factor.user) + [limits.client.key(visitor.client)])
        let step = try services.step(typed, factor)
        let fresh = services.freshSession(for: factor.user, methods: [.oneTimePassword, .multipleFactors], visitor)
        let isRecovery = if case .recoveryCode = step { true } else { false }
        let started = try await services.storing(.startSession) { () async throws(StoreFailure) in
            try await services.store.pass(
                step,
                session: token.hash,
                rotatingTo: fresh.stored,
                event: services.event(isRecovery ? .recoveryCodeUsed : .secondFactorPassed, visitor),
                job: isRecovery
                    ? services.job(.secondFactorChanged(factor.user, "recovery_code")) : nil
            )
        }
        guard let started else { throw FlowFailure(.checkSecondFactor, .wrongCode, detail: "used") }
        return SignedIn(fresh, started)
    }
}

extension LocalAccountServices {
    /// What a typed code proves: a recovery code by its form, else a one-time password that fits now.
    func step(_ typed: String, _ factor: StoredFactor) throws(FlowFailure) -> SecondStep {
        if let code = RecoveryCode(typed) { return .recoveryCode(code.hash) }
        guard let ring = keyRing, let secret = open(factor, with: ring) else {
            throw FlowFailure(.checkSecondFactor, .misconfigured, detail: "encryption_keys")
        }
        guard
            let number = TOTP(secret).matchingStep(
                typed,
                at: unixTime(),
                after: factor.lastStep
            )
        else { throw FlowFailure(.checkSecondFactor, .wrongCode) }
        return .timeStep(number)
    }
}
