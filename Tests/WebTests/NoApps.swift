import Accounts
import AuthorizationServer
import Cryptography
import JSON
import Jobs

import struct Foundation.UUID

/// An installation without apps.
enum NoApps {
    static var server: AuthorizationServer { get throws { try server(ClientRegistry(), NoGrants()) } }

    /// One with apps, after all.
    static func server(_ clients: ClientRegistry, _ grants: any GrantStore) throws -> AuthorizationServer {
        guard let keys = KeyRing(keys: [(id: "test", key: Random.bytes(32))], current: "test") else {
            throw StoreFailure.broken
        }
        return AuthorizationServer(
            issuer: "https://login.example",
            clients: clients,
            grants: grants,
            signer: NoSigner(),
            keys: keys,
            refreshWindow: .zero,
            exchange: TokenExchange(arrivals: NoArrivals(), nonces: NoNonces()),
            permissions: .none,
            unixTime: { 0 },
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

private struct NoArrivals: ExchangeArrivals {
    func arrive(_ arrival: ExchangedArrival) async throws(OAuthFailure) { throw .temporarilyUnavailable }
}

private struct NoNonces: ExchangeStore {
    func store(_ nonce: NewExchangeNonce) async throws(StoreFailure) { throw .unavailable }
    func accept(_ token: PresentedIDToken) async throws(StoreFailure) -> AcceptedIDToken { throw .unavailable }
}

struct NoGrants: GrantStore {
    typealias OnAccessToken = @Sendable (Result<LiveAccessToken?, StoreFailure>) -> Void

    /// Who gets the questions about access tokens.
    var answer: @Sendable (TokenHash, @escaping OnAccessToken) -> Void = { $1(.failure(.unavailable)) }

    func store(_ code: NewAuthorizationCode) async throws(StoreFailure) { throw .unavailable }
    func redeem(_ redemption: CodeRedemption) async throws(StoreFailure) -> CodeOutcome { throw .unavailable }
    func rotate(_ rotation: RefreshRotation) async throws(StoreFailure) -> RefreshOutcome { throw .unavailable }
    func endGrant(_ grant: SessionID, replay: ReplayRecord?) async throws(StoreFailure) -> Bool { throw .unavailable }
    func giveUp(_ grant: SessionID) async throws(StoreFailure) -> Bool { throw .unavailable }
    func accessToken(
        _ token: TokenHash,
        then completion: @escaping OnAccessToken
    ) { answer(token, completion) }
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
    func spendAssertion(_ id: TokenHash, until: Instant) async throws(StoreFailure) -> Bool { throw .unavailable }
    func now() async throws(StoreFailure) -> Instant { throw .unavailable }
}
