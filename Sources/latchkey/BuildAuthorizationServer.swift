import Accounts
import AuthorizationServer
import Cryptography
import Flows
import Foundation
import OAuth
import PostgresStore
import Providers
import ServiceConfiguration

/// The endpoints for apps. Without apps they refuse everybody, and no key is needed.
func authorizationServer(
    _ configuration: ServiceConfiguration,
    providers: [ConfiguredProvider],
    store: PostgresStore,
    signer: any TokenSigner,
    exchange: TokenExchange,
    lifetime: SessionLifetime,
    upstreamTokens: (any UpstreamTokenSource)?
) throws(StartFault) -> AuthorizationServer {
    let (clients, diagnostics) = ClientRegistry.load(directory: configuration.clients.directory)
    guard diagnostics.isEmpty else {
        throw StartFault("files of apps are faulty:\n" + diagnostics.map { "\($0)" }.joined(separator: "\n"))
    }
    let known = Set(providers.map(\.provider.id))
    for client in clients.all {
        if let unknown = client.providers?.subtracting(known).map(\.description).sorted().first {
            throw StartFault(
                "\(configuration.clients.directory)/\(client.id).yaml: provider \"\(unknown)\" is not configured"
            )
        }
    }
    let kept = Set(providers.filter(\.keepsTokens).map(\.provider.id))
    for client in clients.all {
        if let dropped = Set(client.upstreamTokens.keys).subtracting(kept).map(\.description).sorted().first {
            throw StartFault(
                "\(configuration.clients.directory)/\(client.id).yaml: upstream_tokens needs providers.\(dropped).keep_tokens"
            )
        }
    }
    // What is signed may not outlive the key that verifies it.
    let overlap = configuration.tokens.keys.overlap
    if let client = clients.all.first(where: { $0.accessTokens == .jwt && $0.lifetimes.accessToken > overlap }) {
        throw StartFault(
            "\(configuration.clients.directory)/\(client.id).yaml: access tokens live longer than tokens.keys.overlap"
        )
    }
    if !allowsLoopbackHTTP(configuration),
        let client = clients.all.first(where: { $0.backchannelLogout?.uri.scheme == .http })
    {
        throw StartFault(
            "\(configuration.clients.directory)/\(client.id).yaml: an http backchannel_logout_uri needs "
                + "outbound.allow_loopback_http: true"
        )
    }
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
