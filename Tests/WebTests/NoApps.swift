import Accounts
import AuthorizationServer
import Cryptography
import JSON
import Jobs

import struct Foundation.UUID

/// An installation without apps.
enum NoApps {
    static var server: AuthorizationServer {
        get throws {
            guard let keys = KeyRing(keys: [(id: "test", key: Random.bytes(32))], current: "test") else {
                throw StoreFailure.broken
            }
            return AuthorizationServer(
                issuer: "https://login.example",
                clients: ClientRegistry(),
                grants: NoGrants(),
                signer: NoSigner(),
                keys: keys,
                refreshWindow: .zero,
                freshGrant: { SessionID(UUID()) },
                replayRecord: { _, _ in
                    ReplayRecord(
                        event: AccountEvent(
                            id: AccountEventID(UUID()),
                            kind: .refreshTokenReplayed,
                            network: nil,
                            requestID: nil
                        ),
                        notice: Job(id: UUID(), queue: "mail", kind: "none", payload: .null)
                    )
                }
            )
        }
    }
}

extension NoApps {
    /// Apps that nobody can register.
    static var clients: AdministerClients {
        AdministerClients(
            registry: ClientRegistry(),
            store: NoClients(),
            rules: ClientRules(providers: [], longestJWT: .zero, hasKeys: false),
            changed: {}
        )
    }
}

private struct NoClients: ClientStore {
    func storedClients() async throws(StoreFailure) -> [StoredClient] { throw .unavailable }
    func storedClient(_ id: ClientID) async throws(StoreFailure) -> StoredClient? { throw .unavailable }
    func createClient(
        _ id: ClientID,
        definition: String,
        by author: String
    ) async throws(StoreFailure) -> StoredClient? { throw .unavailable }
    func changeClient(
        _ id: ClientID,
        definition: String,
        from version: Int64,
        by author: String
    ) async throws(StoreFailure) -> StoredClientChange { throw .unavailable }
    func removeClient(
        _ id: ClientID,
        from version: Int64?,
        by author: String
    ) async throws(StoreFailure) -> StoredClientChange { throw .unavailable }
    func forgetRemovedClients(_ ids: [ClientID]) async throws(StoreFailure) { throw .unavailable }
    func clientChanges() -> AsyncStream<ClientSignal> { AsyncStream { $0.finish() } }
}

private struct NoGrants: GrantStore {
    func store(_ code: NewAuthorizationCode) async throws(StoreFailure) { throw .unavailable }
    func redeem(_ redemption: CodeRedemption) async throws(StoreFailure) -> CodeOutcome { throw .unavailable }
    func rotate(_ rotation: RefreshRotation) async throws(StoreFailure) -> RefreshOutcome { throw .unavailable }
    func endGrant(_ grant: SessionID, replay: ReplayRecord?) async throws(StoreFailure) -> Bool { throw .unavailable }
    func accessToken(_ token: TokenHash) async throws(StoreFailure) -> LiveAccessToken? { throw .unavailable }
    func grant(_ id: SessionID) async throws(StoreFailure) -> LiveGrant? { throw .unavailable }
    func grant(refreshToken: TokenHash, includingUsed: Bool) async throws(StoreFailure) -> LiveGrant? {
        throw .unavailable
    }
    func consents(of user: UserID, to client: ClientID) async throws(StoreFailure) -> Set<String> { throw .unavailable }
    func consent(of user: UserID, to client: ClientID, scope: [String]) async throws(StoreFailure) {
        throw .unavailable
    }
    func push(
        _ request: String,
        client: ClientID,
        handle: TokenHash,
        lifetime: Duration
    ) async throws(StoreFailure) { throw .unavailable }
    func takePushed(_ handle: TokenHash, client: ClientID) async throws(StoreFailure) -> String? { throw .unavailable }
    func now() async throws(StoreFailure) -> Instant { throw .unavailable }
}
