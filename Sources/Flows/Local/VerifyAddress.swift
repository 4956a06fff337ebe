public import Accounts

/// Answering the mail of a sign-up. Only that sign-up becomes a user, and only in the browser that began it or for whoever types
/// its password; a click alone signs in nobody (P-5, P-6).
public struct VerifyAddress: Sendable {
    /// What the page has to show.
    public struct Question: Sendable, Hashable {
        /// The address in question.
        public let address: EmailAddress
        /// Whether the password chosen at sign-up has to be typed: this is another browser.
        public let needsPassword: Bool
    }

    private let services: LocalAccountServices
    private let metrics = FlowMetrics(flow: "verify_address")

    /// Creates the flow.
    public init(_ services: LocalAccountServices) { self.services = services }

    /// What a link asks, without changing anything: mail programs open links on their own.
    public func question(_ token: ProofToken, _ visitor: Visitor) async throws(FlowFailure) -> Question {
        let registration = try await registration(token)
        return Question(
            address: registration.address,
            needsPassword: registration.browser != visitor.browser?.hash
        )
    }

    /// Makes the user.
    /// - Parameter password: what was typed in another browser.
    public func callAsFunction(
        _ token: ProofToken,
        password: String?,
        _ visitor: Visitor
    ) async throws(FlowFailure) -> SignedIn {
        try await metrics.measured { () async throws(FlowFailure) in
            let registration = try await registration(token)
            if registration.browser != visitor.browser?.hash {
                try await confirm(registration, password ?? "", visitor)
            }
            return try await activate(registration, token, visitor)
        }
    }

    private func registration(_ token: ProofToken) async throws(FlowFailure) -> PendingRegistration {
        try services.requireEnabled(.checkProof)
        let found = try await services.storing(.checkProof) { () async throws(StoreFailure) in
            try await services.store.registration(behind: token.hash)
        }
        guard let found else {
            throw MailedLink.signUp.unusable(.checkProof)
        }
        return found
    }

    private func confirm(
        _ registration: PendingRegistration,
        _ password: String,
        _ visitor: Visitor
    ) async throws(FlowFailure) {
        let limits = services.settings.limits
        try await services.count([
            limits.client.key(visitor.client), limits.confirmation.key("registration", registration.id.description),
        ])
        guard try await services.verify(password, against: registration.password) != .wrong else {
            throw FlowFailure(.hashPassword, .wrongPassword, detail: "registration")
        }
    }

    private func activate(
        _ registration: PendingRegistration,
        _ token: ProofToken,
        _ visitor: Visitor
    ) async throws(FlowFailure) -> SignedIn {
        let user: UserID = services.freshID()
        let fresh = services.freshSession(for: user, methods: [.password], visitor)
        let activation = try await services.storing(.apply) { () async throws(StoreFailure) in
            try await services.store.activate(
                token.hash,
                as: user,
                session: fresh.stored,
                event: services.event(.signedUp, visitor)
            )
        }
        switch activation {
        case .activated(let started): return SignedIn(fresh, started, returnTo: registration.returnTo)
        case .addressTaken: throw FlowFailure(.apply, .addressTaken)
        case .gone: throw MailedLink.signUp.unusable(.apply)
        }
    }
}
