public import Accounts
import JOSE
public import Logging
import Metrics
import OAuth
import OpenIDConnect
import Providers

/// The access token that a person has at a provider, for an app: renewed before if it is about to end, by one node for all.
public struct HandOutUpstreamToken: UpstreamTokenSource {
    /// How long somebody waits for a refresh that is somebody else's; below the budget of a request.
    private static let patience = Duration.seconds(12)

    private let services: SignInServices
    private let vault: UpstreamVault
    private let store: any UpstreamTokenStore
    private let outboundTimeout: Duration
    private let logger: Logger

    /// Refreshes that this node has begun.
    public let refreshes = UpstreamRefreshes()

    /// Creates the flow.
    /// - Parameter outboundTimeout: the longest that a call to a provider takes.
    public init(
        _ services: SignInServices,
        vault: UpstreamVault,
        store: any UpstreamTokenStore,
        outboundTimeout: Duration,
        logger: Logger
    ) {
        self.outboundTimeout = outboundTimeout
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
            logger.info(
                "a provider's token was not handed out",
                metadata: [
                    "provider": "\(demand.provider)", "app": "\(demand.app)", "code": "\(error.code)",
                    "request_id": "\(demand.requestID)",
                ]
            )
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
            let held = try opened(try await found(lookup), at: lookup.provider)
            let stored = held.row
            let standing = UpstreamStanding(of: stored, wasRenewed: due.map { $0.version != stored.version } ?? false)
            switch (standing, held.refreshToken) {
            case (.usable, _):
                try allow(held.accessToken, demand)
                if let token = try await handOut(held, lookup, demand) { return token }
            case (.due, let refreshToken?):
                try allow(refreshToken, demand)
                // Whoever refreshed it for all of us got no answer. One call has to do: a provider in trouble is not asked by everybody.
                if let due, due.failures != stored.failures { throw .unavailable }
                due = stored
                // Whoever begins it waits for what is written down, as everybody does.
                if !stored.isBeingRefreshed { try await refresh(stored, refreshToken, configured) }
            case (.over, _), (.due, nil):
                if held.hasForeignRefreshToken {
                    logger.error("a stored refresh token does not open", metadata: ["provider": "\(lookup.provider)"])
                }
                throw .signInAgain
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

    /// A row, opened, and judged by what was sealed: whoever can write to the database makes no scope wider and no life longer (C13).
    private struct Held {
        let row: StoredUpstreamTokens
        let accessToken: UpstreamVault.Content
        let refreshToken: UpstreamVault.Content?
        /// Whether there is a refresh token that does not open. The access token is good for as long as it lasts.
        let hasForeignRefreshToken: Bool
    }

    private func opened(
        _ stored: StoredUpstreamTokens,
        at provider: ProviderID
    ) throws(UpstreamTokenFailure) -> Held {
        guard let sealed = stored.accessToken else { throw .signInAgain }
        guard let accessToken = vault.open(sealed, .accessToken, of: stored.key, at: provider) else {
            logger.error("a stored token does not open", metadata: ["provider": "\(provider)"])
            throw .signInAgain
        }
        let refreshToken = stored.refreshToken.flatMap { vault.open($0, .refreshToken, of: stored.key, at: provider) }
        // Whichever comes first.
        let ends = [
            stored.expiresAt, accessToken.expiresAt.map { Instant(microseconds: $0.clampedMicroseconds) },
        ]
        return Held(
            row: stored.judged(
                scope: accessToken.scope,
                expiresAt: ends.compactMap(\.self).min(),
                refreshToken: refreshToken == nil ? nil : stored.refreshToken
            ),
            accessToken: accessToken,
            refreshToken: refreshToken,
            hasForeignRefreshToken: stored.refreshToken != nil && refreshToken == nil
        )
    }

    /// Before anything is asked of the provider: an app that may not have the token makes nobody refresh it. What a refresh gives is
    /// judged again.
    private func allow(
        _ token: UpstreamVault.Content,
        _ demand: UpstreamTokenDemand
    ) throws(UpstreamTokenFailure) {
        switch UpstreamAllowance(granted: token.scope, allowed: demand.allowed, wanted: demand.wanted) {
        case .allowed: return
        case .excess(let scopes): throw .excess(scopes)
        case .notGranted(let scopes): throw .notGranted(scopes)
        }
    }

    /// Nil when something changed since it was read: then it is read again.
    private func handOut(
        _ held: Held,
        _ lookup: UpstreamTokenLookup,
        _ demand: UpstreamTokenDemand
    ) async throws(UpstreamTokenFailure) -> UpstreamToken? {
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
            try await store.recordHandOut(of: held.row, to: lookup, event: event)
        }
        guard isRecorded else { return nil }
        return UpstreamToken(
            accessToken: held.accessToken.token,
            scope: held.accessToken.scope,
            expiresIn: held.row.secondsLeft
        )
    }

    // MARK: refresh

    /// Begins one, unless somebody else has the lease.
    private func refresh(
        _ stored: StoredUpstreamTokens,
        _ refreshToken: UpstreamVault.Content,
        _ configured: ConfiguredProvider
    ) async throws(UpstreamTokenFailure) {
        // All of it before the lease, so that the lease covers as little as it can; and before the refresh token is spent on an
        // answer that could not be judged.
        let endpoints: ResolvedEndpoints
        var keys: (source: KeySetSource, set: JWKSet)?
        do {
            endpoints = try await configured.provider.endpoints(using: services.metadata)
            if let source = configured.provider.keySetSource(endpoints) {
                keys = (source, try await services.keySets.keys(for: source))
            }
        } catch {
            let what: Logger.Metadata = ["provider": "\(configured.provider.id)", "error": "\(error)"]
            logger.warning("what a refresh needs could not be fetched", metadata: what)
            throw .unavailable
        }
        let lease = UpstreamLease(id: services.freshID(), askedAt: .now, callTimeout: outboundTimeout)
        let isOurs = try await storing { () async throws(StoreFailure) in
            try await store.lease(stored, as: lease.id, for: lease.length)
        }
        guard isOurs else { return }
        let refresh = RefreshUpstreamToken(
            services: services,
            vault: vault,
            store: store,
            logger: logger,
            configured: configured,
            endpoints: endpoints,
            keys: keys,
            stored: stored,
            lease: lease
        )
        refreshes.begin { await refresh(with: refreshToken) }
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

extension Int64 {
    /// Seconds in microseconds, as far as they go.
    fileprivate var clampedMicroseconds: Int64 {
        let (product, isTooMuch) = multipliedReportingOverflow(by: 1_000_000)
        return isTooMuch ? (self < 0 ? .min : .max) : product
    }
}
