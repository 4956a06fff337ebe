public import Accounts
public import Logging
import Metrics
import OAuth
import Providers

/// The access token that a person has at a provider, for an app: renewed before if it is about to end, by one node for all.
public struct HandOutUpstreamToken: UpstreamTokenSource {
    /// Longer than a refresh can take: a lease runs out only when its node has died.
    private static let lease = Duration.seconds(40)
    /// How long somebody waits for a refresh that is somebody else's; below the budget of a request.
    private static let patience = Duration.seconds(12)

    private let services: SignInServices
    private let vault: UpstreamVault
    private let store: any UpstreamTokenStore
    private let logger: Logger

    /// Creates the flow.
    public init(_ services: SignInServices, vault: UpstreamVault, store: any UpstreamTokenStore, logger: Logger) {
        self.logger = logger
        self.services = services
        self.vault = vault
        self.store = store
    }

    /// Counts how it ended: `latchkey_upstream_tokens_total{provider,app,outcome}`.
    public func token(for demand: UpstreamTokenDemand) async throws(UpstreamTokenFailure) -> UpstreamToken {
        func count(_ outcome: String) {
            Counter(
                label: "latchkey_upstream_tokens_total",
                dimensions: [
                    ("provider", demand.provider.description), ("app", demand.app), ("outcome", outcome),
                ]
            ).increment()
        }
        do throws(UpstreamTokenFailure) {
            guard let configured = services.providers[demand.provider], configured.keepsTokens else { throw .notKept }
            let token = try await fresh(demand, configured)
            count("handed_out")
            return token
        } catch {
            count(error.code)
            throw error
        }
    }

    private func fresh(
        _ demand: UpstreamTokenDemand,
        _ configured: ConfiguredProvider
    ) async throws(UpstreamTokenFailure) -> UpstreamToken {
        let lookup = UpstreamTokenLookup(
            user: demand.user,
            session: demand.session,
            provider: demand.provider,
            issuer: configured.provider.issuer,
            lapsesAfter: services.policy.inForce.policy.linkLapsesAfter.map { .seconds($0) }
        )
        let deadline = ContinuousClock.now + Self.patience
        var pause = Duration.milliseconds(20)
        // What was due when this caller came.
        var due: StoredUpstreamTokens?
        while true {
            let stored = try await found(lookup)
            try allow(stored, demand)
            switch UpstreamStanding(of: stored, wasRenewed: due.map { $0.version != stored.version } ?? false) {
            case .over: throw .signInAgain
            case .usable:
                if let token = try await handOut(stored, lookup, demand) { return token }
            case .due:
                // Whoever refreshed it for all of us got no answer. One call has to do: a provider in trouble is not asked by everybody.
                if let due, due.failures != stored.failures { throw .unavailable }
                due = stored
                if !stored.isBeingRefreshed, let end = try await refresh(stored, configured) {
                    if end == .failed { throw .unavailable }
                    continue
                }
            }
            guard ContinuousClock.now < deadline else { throw .unavailable }
            do { try await Task.sleep(for: pause) } catch { throw .unavailable }
            pause = min(pause * 2, .milliseconds(250))
        }
    }

    private func found(_ lookup: UpstreamTokenLookup) async throws(UpstreamTokenFailure) -> StoredUpstreamTokens {
        let found = try await storing { () async throws(StoreFailure) in try await store.upstreamTokens(lookup) }
        switch found {
        case .noIdentity: throw .noIdentity
        case .nothingKept: throw .signInAgain
        case .stored(let stored): return stored
        }
    }

    /// Before anything is asked of the provider: an app that may not have the token makes nobody refresh it.
    private func allow(
        _ stored: StoredUpstreamTokens,
        _ demand: UpstreamTokenDemand
    ) throws(UpstreamTokenFailure) {
        switch UpstreamAllowance(granted: stored.scope, allowed: demand.allowed, wanted: demand.wanted) {
        case .allowed: return
        case .excess(let scopes): throw .excess(scopes)
        case .notGranted(let scopes): throw .notGranted(scopes)
        }
    }

    /// Nil when something changed since it was read: then it is read again.
    private func handOut(
        _ stored: StoredUpstreamTokens,
        _ lookup: UpstreamTokenLookup,
        _ demand: UpstreamTokenDemand
    ) async throws(UpstreamTokenFailure) -> UpstreamToken? {
        guard let sealed = stored.accessToken,
            let token = vault.open(sealed, .accessToken, of: stored.key, at: lookup.provider)
        else {
            logger.error("a stored token does not open", metadata: ["provider": "\(lookup.provider)"])
            throw .signInAgain
        }
        let event = AccountEvent(
            id: services.freshID(),
            kind: .upstreamTokenHandedOut,
            network: demand.network,
            requestID: demand.requestID,
            app: demand.app,
            provider: demand.provider
        )
        // Written down first: what cannot be written down is not handed out.
        let isRecorded = try await storing { () async throws(StoreFailure) in
            try await store.recordHandOut(of: stored, to: lookup, event: event)
        }
        guard isRecorded else { return nil }
        return UpstreamToken(accessToken: token, scope: stored.scope, expiresIn: stored.secondsLeft)
    }

    // MARK: refresh

    /// Nil when somebody else has the lease.
    private func refresh(
        _ stored: StoredUpstreamTokens,
        _ configured: ConfiguredProvider
    ) async throws(UpstreamTokenFailure) -> UpstreamRefreshEnd? {
        let provider = configured.provider.id
        guard let sealed = stored.refreshToken,
            let refreshToken = vault.open(sealed, .refreshToken, of: stored.key, at: provider)
        else {
            logger.error("a stored refresh token does not open", metadata: ["provider": "\(provider)"])
            throw .signInAgain
        }
        // Before the lease, so that it covers as little as it can.
        let endpoints: ResolvedEndpoints
        do {
            endpoints = try await configured.provider.endpoints(using: services.metadata)
        } catch {
            throw .unavailable
        }
        let lease: UpstreamLeaseID = services.freshID()
        let isOurs = try await storing { () async throws(StoreFailure) in
            try await store.lease(stored, as: lease, for: Self.lease)
        }
        guard isOurs else { return nil }
        let refresh = RefreshUpstreamToken(
            services: services,
            vault: vault,
            store: store,
            logger: logger,
            configured: configured,
            endpoints: endpoints,
            stored: stored,
            lease: lease
        )
        // In a task of its own: an app that hangs up must not take along an answer that came for one use of the refresh token.
        return await Task { await refresh(with: refreshToken) }.value
    }

    private func storing<Value: Sendable>(
        _ work: () async throws(StoreFailure) -> Value
    ) async throws(UpstreamTokenFailure) -> Value {
        do {
            return try await work()
        } catch {
            throw error == .broken ? .broken : .unavailable
        }
    }
}
