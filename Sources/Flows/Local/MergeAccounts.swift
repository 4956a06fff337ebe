public import Accounts
import Cryptography
import Jobs

/// Two accounts of one person become one: both are proven in one browser, the person sees what happens, and says yes. Nothing else
/// ever moves an identity or an address between users (L-20).
public struct MergeAccounts: Sendable {
    private let services: LocalAccountServices
    private let metrics = FlowMetrics(flow: "merge_accounts")

    /// Creates the flow.
    public init(_ services: LocalAccountServices) { self.services = services }

    /// Whether another account can be proven by its password.
    public var isEnabled: Bool { services.settings.isEnabled }

    /// Proves the other account by its address and password: counted and compared like a sign-in, whatever is behind the address.
    public func prove(address typed: String, password: String, _ visitor: Visitor) async throws(FlowFailure) {
        try await metrics.measured { () async throws(FlowFailure) in
            try services.requireEnabled(.checkProof)
            let (_, token) = try await services.signedIn(visitor, fresh: true, .checkProof)
            let address = EmailAddress(typed)
            let name = address?.description ?? String(typed.lowercased().prefix(320))
            let limits = services.settings.limits
            let keys = [limits.passwordPair.key(name, visitor.client), limits.passwordAddress.key(name)]
            let lookup = CredentialLookup(
                address: address,
                device: nil,
                keys: [limits.client.key(visitor.client)],
                strangerKeys: keys,
                knownDeviceKeys: keys
            )
            let (verdict, found) = try await services.storing(.countAttempt) { () async throws(StoreFailure) in
                try await services.store.lookUp(lookup)
            }
            try LocalAccountServices.admit(verdict)
            let compared = try await services.verify(password, against: found?.password)
            guard compared != .wrong, let found, !found.isDisabled else {
                throw FlowFailure(.hashPassword, .wrongCredentials)
            }
            let begun = try await services.storing(.changeCredential) { () async throws(StoreFailure) in
                try await services.store.begin(
                    services.freshID(),
                    by: token.hash,
                    proof: .password(found.user, version: found.version),
                    freshFor: services.settings.sessionLifetime.freshFor
                )
            }
            guard begun else { throw refused }
            guard let pending = try await pending(visitor), !isPrivileged(pending) else {
                try await cancel(visitor)
                throw refused
            }
        }
    }

    /// Nobody's privileges are joined to anything without an administrator.
    private func isPrivileged(_ merge: PendingMerge) -> Bool {
        !services.settings.privilegedRoles.isDisjoint(with: merge.staying.roles + merge.going.roles)
    }

    private var refused: FlowFailure {
        FlowFailure(.changeCredential, .nothingToChange, detail: "merge").explained(
            "These two accounts cannot be merged now. A way to sign in, an address or a password was changed in the last days and "
                + "can still be taken back, one of them has blocked what the other would bring, or one of them has special rights. "
                + "Try again in a week, or ask the administrator."
        )
    }

    /// The merge that waits in this browser. Changes nothing.
    public func pending(_ visitor: Visitor) async throws(FlowFailure) -> PendingMerge? {
        let (_, token) = try await services.signedIn(visitor, fresh: true)
        return try await services.storing(.changeCredential) { () async throws(StoreFailure) in
            try await services.store.pendingMerge(of: token.hash)
        }
    }

    /// The second step of the account that goes: without it nobody even sees what that account has.
    public func passSecondFactor(code: String, _ visitor: Visitor) async throws(FlowFailure) {
        try await metrics.measured { () async throws(FlowFailure) in
            let (_, token) = try await services.signedIn(visitor, fresh: true)
            guard let pending = try await pending(visitor), pending.awaitsSecondFactor,
                let factor = try await factor(of: pending.going.user)
            else { throw FlowFailure(.checkSecondFactor, .nothingToChange) }
            let limits = services.settings.limits
            try await services.count(limits.secondFactor(of: factor.user) + [limits.client.key(visitor.client)])
            let step = try services.step(code, factor)
            let isRecovery = if case .recoveryCode = step { true } else { false }
            let passed = try await services.storing(.checkSecondFactor) { () async throws(StoreFailure) in
                try await services.store.passSecondFactor(
                    step,
                    ofMergeBy: token.hash,
                    event: services.event(isRecovery ? .recoveryCodeUsed : .secondFactorPassed, visitor),
                    job: isRecovery ? services.job(.secondFactorChanged(factor.user, "recovery_code")) : nil
                )
            }
            guard passed else { throw FlowFailure(.checkSecondFactor, .wrongCode, detail: "used") }
        }
    }

    /// Forgets the merge that waits.
    public func cancel(_ visitor: Visitor) async throws(FlowFailure) {
        let (_, token) = try await services.signedIn(visitor, fresh: false)
        try await services.storing(.changeCredential) { () async throws(StoreFailure) in
            try await services.store.cancelMerge(by: token.hash)
        }
    }

    /// Carries the merge out. This session gets a new token; every session of the other account ends.
    public func confirm(_ merge: AccountMergeID, _ visitor: Visitor) async throws(FlowFailure) -> SessionToken {
        try await metrics.measured { () async throws(FlowFailure) in
            let (_, token) = try await services.signedIn(visitor, fresh: true)
            guard let pending = try await pending(visitor), pending.id == merge, !pending.awaitsSecondFactor,
                !isPrivileged(pending)
            else {
                throw FlowFailure(.changeCredential, .nothingToChange)
            }
            let rotated = SessionToken.generate()
            let addresses = [pending.staying.addresses.first, pending.going.addresses.first].compactMap { $0 }
            let request = MergeRequest(
                merge: merge,
                session: token.hash,
                rotatingTo: rotated.hash,
                freshFor: services.settings.sessionLifetime.freshFor,
                privilegedRoles: services.settings.privilegedRoles.sorted(),
                factor: try await movedFactor(pending),
                undoFor: services.settings.identityUndoFor,
                stayingEvent: services.event(.accountMerged, visitor),
                goingEvent: services.event(.mergedAway, visitor),
                jobs: Set(addresses).sorted().compactMap { EmailAddress($0) }.map {
                    services.job(.accountsMerged(to: $0))
                }
            )
            let result = try await services.storing(.changeCredential) { () async throws(StoreFailure) in
                try await services.store.merge(request)
            }
            guard result == .merged else { throw FlowFailure(.changeCredential, .nothingToChange) }
            return rotated
        }
    }

    /// A secret is sealed for one user: it has to be opened and sealed anew.
    private func movedFactor(_ pending: PendingMerge) async throws(FlowFailure) -> MovedFactor? {
        guard pending.going.hasSecondFactor, !pending.staying.hasSecondFactor,
            let factor = try await factor(of: pending.going.user)
        else { return nil }
        guard let ring = services.keyRing, let secret = services.open(factor, with: ring) else {
            throw FlowFailure(.changeCredential, .misconfigured, detail: "encryption_keys")
        }
        let context = LocalAccountServices.sealingContext(pending.staying.user)
        return MovedFactor(former: factor.sealedSecret, resealed: ring.seal(secret.reveal(), context: context))
    }

    private func factor(of user: UserID) async throws(FlowFailure) -> StoredFactor? {
        try await services.storing(.checkSecondFactor) { () async throws(StoreFailure) in
            try await services.store.factor(of: user)
        }
    }
}
