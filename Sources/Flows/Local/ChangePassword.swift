public import Accounts

/// Setting a first password, changing it, removing it: from the account page (I04, I08, G14).
public struct ChangePassword: Sendable {
    private let services: LocalAccountServices
    private let metrics = FlowMetrics(flow: "change_password")

    /// Creates the flow.
    public init(_ services: LocalAccountServices) { self.services = services }

    /// Changes the password, or sets the first one. Every other session ends, this one gets a new token.
    /// - Parameter current: the present password; needed where there is one. A first one needs a fresh session instead.
    public func callAsFunction(
        current: String?,
        new: String,
        _ visitor: Visitor
    ) async throws(FlowFailure) -> SessionToken {
        try await metrics.measured { () async throws(FlowFailure) in try await change(current, new, visitor) }
    }

    private func change(_ current: String?, _ new: String, _ visitor: Visitor) async throws(FlowFailure) -> SessionToken
    {
        try services.requireEnabled(.changeCredential)
        let (session, token) = try await services.signedIn(visitor, fresh: false)
        let user = session.user
        let limits = services.settings.limits
        try await services.count([
            limits.client.key(visitor.client), limits.confirmation.key("user", user.id.description),
        ])
        let known = try await services.storing(.changeCredential) { () async throws(StoreFailure) in
            try await services.store.credential(of: user.id)
        }
        if let known {
            guard try await services.verify(current ?? "", against: known.password) != .wrong else {
                throw FlowFailure(.hashPassword, .wrongPassword)
            }
        } else {
            guard session.isFresh else { throw FlowFailure(.changeCredential, .freshSignInRequired) }
            guard user.email != nil, user.emailVerified else {
                throw FlowFailure(.changeCredential, .addressNotProven)
            }
        }
        let chosen = try await services.choose(
            new,
            context: [user.email, user.displayName].compactMap { $0 },
            hasSecondFactor: known?.hasSecondFactor ?? false
        )
        let rotated = SessionToken.generate()
        let done = try await services.storing(.changeCredential) { () async throws(StoreFailure) in
            try await services.store.setPassword(
                chosen,
                knowing: known,
                by: token.hash,
                rotatingTo: rotated.hash,
                event: services.event(known == nil ? .passwordSet : .passwordChanged, visitor),
                job: services.job(.passwordChanged(user.id, known == nil ? "set" : "changed"))
            )
        }
        guard done else { throw FlowFailure(.changeCredential, .nothingToChange) }
        return rotated
    }

    /// Removes the password, while another way in remains. Needs a fresh session.
    public func remove(_ visitor: Visitor) async throws(FlowFailure) -> SessionToken {
        try await metrics.measured { () async throws(FlowFailure) in
            try services.requireEnabled(.changeCredential)
            let (session, token) = try await services.signedIn(visitor, fresh: true)
            let rotated = SessionToken.generate()
            let removal = try await services.storing(.changeCredential) { () async throws(StoreFailure) in
                try await services.store.removePassword(
                    by: token.hash,
                    rotatingTo: rotated.hash,
                    while: services.settings.waysIn,
                    event: services.event(.passwordRemoved, visitor),
                    job: services.job(.passwordChanged(session.user.id, "removed"))
                )
            }
            switch removal {
            case .removed: return rotated
            case .lastWayIn: throw FlowFailure(.changeCredential, .lastWayIn)
            case .nothingToRemove: throw FlowFailure(.changeCredential, .nothingToChange)
            }
        }
    }
}
