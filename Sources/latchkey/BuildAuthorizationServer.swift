import Accounts
import AuthorizationServer
import Cryptography
import Flows
import Foundation
import OAuth
import PostgresStore
import Providers
import ServiceConfiguration
import ServiceLifecycle

/// The endpoints for apps. Without apps they refuse everybody, and no key is needed.
func authorizationServer(
    _ configuration: ServiceConfiguration,
    rules: ClientRules,
    store: PostgresStore,
    signer: any TokenSigner,
    exchange: TokenExchange,
    lifetime: SessionLifetime,
    upstreamTokens: (any UpstreamTokenSource)?
) throws(StartFault) -> AuthorizationServer {
    let clients = try clientRegistry(configuration, rules: rules)
    let keys: KeyRing
    if let configured = try keyRing(configuration) {
        keys = configured
    } else {
        guard clients.all.isEmpty, let unused = KeyRing(keys: [(id: "none", key: Random.bytes(32))], current: "none")
        else {
            throw StartFault("apps need encryption.keys: requests and keys are sealed with them")
        }
        keys = unused
    }
    let milliseconds: @Sendable () -> UInt64 = { UInt64(Date().timeIntervalSince1970 * 1000) }
    return AuthorizationServer(
        issuer: configuration.publicURL.description,
        clients: clients,
        grants: store,
        signer: signer,
        keys: keys,
        refreshWindow: configuration.clients.refreshWindow,
        exchange: TokenExchange(
            arrivals: exchange.arrivals,
            nonces: exchange.nonces,
            upstreamTokens: upstreamTokens.map { source in
                UpstreamTokenExchange(
                    accessToken: PresentedAccessToken(clients: clients, grants: store, signer: signer),
                    session: { (token) throws(StoreFailure) in
                        try await store.session(token.hash, lifetime: lifetime)
                    },
                    source: source,
                    issuer: configuration.publicURL.description
                )
            } ?? NoUpstreamTokens()
        ),
        permissions: rolePermissions(configuration),
        unixTime: { Int64(Date().timeIntervalSince1970) },
        freshGrant: { SessionID.fresh(milliseconds: milliseconds()) },
        replayRecord: { user, client in
            ReplayRecord(
                event: AccountEvent(
                    id: .fresh(milliseconds: milliseconds()),
                    kind: .refreshTokenReplayed,
                    network: nil,
                    requestID: nil
                ),
                notice: AppNotice.refreshTokenReplayed(user, app: client.name, milliseconds: milliseconds())
            )
        }
    )
}

/// What each role may do.
func rolePermissions(_ configuration: ServiceConfiguration) -> RolePermissions {
    RolePermissions(configuration.roles.permissions.map { (role: $0.role, permission: $0.permission) })
}

/// What tells the linking policy which app somebody signs in to.
func appOfReturnAddress(_ configuration: ServiceConfiguration) throws(StartFault) -> @Sendable (String) -> String? {
    guard let keys = try keyRing(configuration) else { return { _ in nil } }
    return { InterruptedRequest.client(returningTo: $0, keys: keys)?.description }
}

/// The apps of files, checked; those of the store come later.
func clientRegistry(_ configuration: ServiceConfiguration, rules: ClientRules) throws(StartFault) -> ClientRegistry {
    let directory = configuration.clients.directory
    let (clients, diagnostics) = ClientRegistry.load(directory: directory)
    guard diagnostics.isEmpty else {
        throw StartFault("files of apps are faulty:\n" + diagnostics.map { "\($0)" }.joined(separator: "\n"))
    }
    let faults = clients.all.flatMap { client in
        rules.faults(of: client).map { "\(directory)/\(client.id).yaml: \($0.sentence)" }
    }
    guard faults.isEmpty else { throw StartFault(faults.joined(separator: "\n")) }
    return clients
}

/// What an app has to agree with here.
func clientRules(
    _ configuration: ServiceConfiguration,
    providers: [ConfiguredProvider]
) throws(StartFault) -> ClientRules {
    ClientRules(
        providers: Set(providers.map(\.provider.id)),
        keptProviders: Set(providers.filter(\.keepsTokens).map(\.provider.id)),
        longestJWT: configuration.tokens.keys.overlap,
        allowsLoopbackHTTP: allowsLoopbackHTTP(configuration),
        hasKeys: try keyRing(configuration) != nil
    )
}

/// The apps of the store on this node: changes elsewhere are listened for.
struct ClientService: Service {
    let loader: ClientLoader

    func run() async throws {
        await cancelWhenGracefulShutdown { await loader.run() }
    }
}
