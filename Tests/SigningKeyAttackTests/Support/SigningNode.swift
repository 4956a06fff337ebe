import AuthorizationServer
import Cryptography
import Foundation
import JSON
import Logging
import Postgres
import PostgresStore
import TestSupport

/// An encryption key, as the configuration and as a ring.
struct Sealing: Sendable {
    let setting: String
    let ring: KeyRing

    init(_ id: String = "one") throws {
        let bytes = Random.bytes(32)
        guard let ring = KeyRing(keys: [(id: id, key: bytes)], current: id) else {
            throw NeverHappened(description: "a ring")
        }
        self.ring = ring
        setting = "encryption.keys=\(id):\(Base64URL.encode(bytes))"
    }
}

/// The signing half of a node, in this process: the same keys out of the same database as the nodes beside it.
struct SigningNode: Sendable {
    private static let quiet = Logger(label: "signing-node") { _ in SwiftLogNoOpLogHandler() }
    private static let day: Int64 = 86_400

    let client: PostgresClient
    let live: LiveSigningKeys
    private let running: Task<Void, Never>

    init(_ stack: Stack, _ sealing: Sealing) async throws {
        let schedule = RotationSchedule(
            rotateEvery: 90 * Self.day,
            publishAhead: Self.day,
            longestLifetime: Self.day,
            cacheFor: 3600
        )
        guard let schedule else { throw NeverHappened(description: "a schedule") }
        var configuration = PostgresConfiguration(conninfo: stack.conninfo)
        configuration.statementTimeout = .seconds(30)
        client = try PostgresClient(configuration: configuration, logger: Self.quiet)
        client.start()
        try await client.ready(within: .seconds(30))
        live = LiveSigningKeys(schedule: schedule, unixTime: { Int64(Date().timeIntervalSince1970) })
        let loader = SigningKeyLoader(
            live: live,
            store: PostgresStore(client: client, logger: Self.quiet),
            sealing: sealing.ring,
            schedule: schedule,
            logger: Self.quiet
        )
        _ = try await loader.start()
        running = Task { await loader.run() }
    }

    /// A token that is valid for some seconds.
    func token(_ algorithm: TokenAlgorithm, for seconds: Int64) throws -> (text: String, expiresAt: Int64) {
        let expiry = Int64(Date().timeIntervalSince1970) + seconds
        let claims: JSONObject = ["sub": "1", "exp": .number(JSONNumber(expiry))]
        return (try live.sign(claims, type: .accessToken, algorithm: algorithm), expiry)
    }

    func stop() async {
        running.cancel()
        await client.shutdown(within: .seconds(1))
    }
}
