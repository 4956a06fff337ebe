public import Accounts
import Jobs

/// Removing a way in through a provider, taking a link or an unlink back, and allowing a blocked identity again (G14, G17, H08).
public struct ChangeIdentities: Sendable {
    private let services: LocalAccountServices
    private let metrics = FlowMetrics(flow: "change_identities")

    /// Creates the flow.
    public init(_ services: LocalAccountServices) { self.services = services }

    /// Removes an identity of the visitor's account, while another way in remains. Its sessions end; this one gets a new token.
    /// - Parameter provider: its provider's id.
    public func remove(
        _ identity: FederatedIdentityID,
        of provider: String,
        _ visitor: Visitor
    ) async throws(FlowFailure) -> SessionToken {
        try await metrics.measured { () async throws(FlowFailure) in
            let (_, token) = try await services.signedIn(visitor, fresh: true)
            let (request, rotated) = request(by: token, .identityUnlinked, provider, visitor)
            try await settle { () async throws(StoreFailure) in
                try await services.store.unlink(identity, request)
            }
            return rotated
        }
    }

    /// What an account's owner can still take back, newest first.
    public func changes(of user: UserID) async throws(FlowFailure) -> [IdentityChange] {
        try await services.storing(.checkSession) { () async throws(StoreFailure) in
            try await services.store.identityChanges(of: user)
        }
    }

    /// Takes a change back from the account page: what was linked is removed and blocked, and every other session ends; what was
    /// removed comes back.
    public func undo(_ change: IdentityChange, _ visitor: Visitor) async throws(FlowFailure) -> SessionToken {
        try await metrics.measured { () async throws(FlowFailure) in
            let (_, token) = try await services.signedIn(visitor, fresh: true)
            let (request, rotated) = request(by: token, Self.event(of: change.kind), change.provider, visitor)
            try await settle { () async throws(StoreFailure) in
                try await services.store.undo(change.id, request)
            }
            return rotated
        }
    }

    /// What a mailed link takes back. Changes nothing.
    public func question(_ token: ProofToken) async throws(FlowFailure) -> IdentityChange {
        let change = try await services.storing(.checkProof) { () async throws(StoreFailure) in
            try await services.store.identityChange(behind: token.hash)
        }
        guard let change else { throw MailedLink.identityUndo.unusable(.checkProof) }
        return change
    }

    /// Takes a change back from the mailbox; needs nothing but the link. Every session ends, the password is void.
    public func undo(_ token: ProofToken, _ visitor: Visitor) async throws(FlowFailure) -> IdentityChange {
        try await metrics.measured { () async throws(FlowFailure) in
            let change = try await question(token)
            let provider = name(of: change.provider)
            let result = try await services.storing(.changeCredential) { () async throws(StoreFailure) in
                try await services.store.undo(
                    token.hash,
                    reaching: services.settings.waysIn,
                    canReset: services.settings.isEnabled,
                    event: { services.event(Self.event(of: $0), visitor) },
                    job: { services.job(.accountRestored($0, change.kind, provider: provider)) }
                )
            }
            switch result {
            case .done: return change
            case .inUse: throw FlowFailure(.changeCredential, .identityTaken)
            case .lastWayIn: throw lastWayIn
            case .gone: throw MailedLink.identityUndo.unusable(.changeCredential)
            }
        }
    }

    /// Identities an account's owner has blocked, newest first.
    public func blocked(of user: UserID) async throws(FlowFailure) -> [BlockedIdentity] {
        try await services.storing(.checkSession) { () async throws(StoreFailure) in
            try await services.store.blockedIdentities(of: user)
        }
    }

    /// Lets a blocked identity be linked again. Links nothing.
    public func allow(_ blocked: BlockedIdentityID, _ visitor: Visitor) async throws(FlowFailure) {
        try await metrics.measured { () async throws(FlowFailure) in
            let (_, token) = try await services.signedIn(visitor, fresh: true)
            let done = try await services.storing(.changeCredential) { () async throws(StoreFailure) in
                try await services.store.allow(
                    blocked,
                    by: token.hash,
                    event: services.event(.identityAllowed, visitor)
                )
            }
            guard done else { throw FlowFailure(.changeCredential, .nothingToChange) }
        }
    }

    private func request(
        by token: SessionToken,
        _ event: AccountEvent.Kind,
        _ provider: String,
        _ visitor: Visitor
    ) -> (IdentityRequest, SessionToken) {
        let rotated = SessionToken.generate()
        let change = NewIdentityChange(id: services.freshID(), undoFor: services.settings.identityUndoFor)
        let request = IdentityRequest(
            session: token.hash,
            rotatingTo: rotated.hash,
            ways: services.settings.waysIn,
            change: change,
            event: services.event(event, visitor),
            job: services.job(.identityChanged(change.id, provider: name(of: provider)))
        )
        return (request, rotated)
    }

    private func settle(
        _ call: () async throws(StoreFailure) -> IdentityChangeResult
    ) async throws(FlowFailure) {
        switch try await services.storing(.changeCredential, call) {
        case .done: return
        case .lastWayIn: throw lastWayIn
        case .inUse: throw FlowFailure(.changeCredential, .identityTaken)
        case .gone: throw FlowFailure(.changeCredential, .nothingToChange)
        }
    }

    /// With the way forward that this installation has.
    private var lastWayIn: FlowFailure {
        FlowFailure(.changeCredential, .lastWayIn).explained(
            services.settings.isEnabled
                ? "This is your only way to sign in. Set a password first, or add another way, then come back."
                : "This is your only way to sign in. Add another one first, then come back."
        )
    }

    private func name(of provider: String) -> String { services.settings.providerNames[provider] ?? provider }

    private static func event(of kind: IdentityChange.Kind) -> AccountEvent.Kind {
        switch kind {
        case .linked: .identityLinkUndone
        case .unlinked: .identityUnlinkUndone
        }
    }
}
