import Accounts
import Cryptography

/// `POST /sign-in/password`. Unknown address, wrong password, account without one, disabled account: one answer, one amount of
/// work (I06, O-4).
public struct SignInWithPassword: Sendable {
    private let services: LocalAccountServices
    private let metrics = FlowMetrics(flow: "sign_in_with_password")

    /// Creates the flow.
    public init(_ services: LocalAccountServices) { self.services = services }

    /// Whether it is offered.
    public var isEnabled: Bool { services.settings.isEnabled }

    /// Two statements and one hash: the look-up with its count, and the session.
    public func callAsFunction(
        address: String,
        password: String,
        _ visitor: Visitor
    ) async throws(FlowFailure) -> SignedIn {
        try await metrics.measured { () async throws(FlowFailure) in try await signIn(address, password, visitor) }
    }

    private func signIn(_ typed: String, _ password: String, _ visitor: Visitor) async throws(FlowFailure) -> SignedIn {
        try services.requireEnabled(.checkProof)
        let address = EmailAddress(typed)
        // What is no address is counted like one: by its own text, in lower case.
        let name = address?.description ?? String(typed.lowercased().prefix(320))
        let limits = services.settings.limits
        let pair = limits.passwordPair.key(name, visitor.client)
        let lookup = CredentialLookup(
            address: address,
            device: visitor.knownDevice?.hash,
            keys: [limits.client.key(visitor.client)],
            strangerKeys: [pair, limits.passwordAddress.key(name)],
            knownDeviceKeys: [
                limits.knownDevice.key(name, Hex.encode(visitor.knownDevice?.hash.bytes ?? []))
            ]
        )
        let (verdict, found) = try await services.storing(.countAttempt) { () async throws(StoreFailure) in
            try await services.store.lookUp(lookup)
        }
        try LocalAccountServices.admit(verdict)
        let compared = try await services.verify(password, against: found?.password)
        guard case .right(let needsRehash) = compared, let found, !found.isDisabled else {
            throw FlowFailure(.hashPassword, .wrongCredentials)
        }
        let fresh = services.freshSession(for: found.user, methods: [.password], visitor)
        let rehashed = needsRehash ? await rehash(password) : nil
        let started = try await services.storing(.startSession) { () async throws(StoreFailure) in
            try await services.store.signIn(
                found,
                rehashed: rehashed,
                session: fresh.stored,
                // Success clears what counts this address from this client, and nothing that anybody else relies on (O-1).
                forgiven: [pair],
                event: services.event(.signedInWithPassword, visitor)
            )
        }
        // Changed or disabled a moment ago: the same answer as for any other wrong password.
        guard let started else { throw FlowFailure(.startSession, .wrongCredentials) }
        return SignedIn(fresh, started)
    }

    /// A stronger hash of the same password; a busy moment leaves the old one for the next time.
    private func rehash(_ typed: String) async -> StoredPassword? {
        guard let password = Password(typed) else { return nil }
        return try? await services.hasher.hash(password)
    }
}
