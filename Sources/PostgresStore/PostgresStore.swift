import Accounts
public import Logging
public import Postgres

/// The stores of the domain, in SQL.
public struct PostgresStore: Sendable {
    let client: PostgresClient
    let logger: Logger
    let retention: Retention
    let liveSessions: BatchedLookups<SessionLookup>
    let liveAccessTokens: BatchedLookups<AccessTokenLookup>
    let touches: SessionTouches

    /// Creates the stores over a client that somebody else starts and stops.
    public init(client: PostgresClient, logger: Logger, retention: Retention = Retention()) {
        self.client = client
        self.logger = logger
        self.retention = retention
        let failed: @Sendable (PostgresFailure) -> StoreFailure = { Self.translate($0, logger: logger) }
        liveSessions = BatchedLookups(read: { client.read($0, then: $1) }, failed: failed)
        liveAccessTokens = BatchedLookups(read: { client.read($0, then: $1) }, failed: failed)
        touches = SessionTouches(client: client, failed: failed)
    }

    /// Runs one statement; the failure is logged here, once, and leaves as what a flow can act on.
    func run(_ statement: SQL) async throws(StoreFailure) -> Rows {
        do {
            return try await client.query(statement)
        } catch {
            throw translate(error)
        }
    }

    /// A failure without its details, which stay in the log. `description` of a failure carries no parameter values.
    func translate(_ failure: PostgresFailure) -> StoreFailure { Self.translate(failure, logger: logger) }

    private static func translate(_ failure: PostgresFailure, logger: Logger) -> StoreFailure {
        logger.warning("database", metadata: ["error": "\(failure)"])
        switch failure {
        case .unavailable, .poolExhausted, .timedOut, .stopped, .cancelled: return .unavailable
        case .connectionLost(let maybeExecuted): return maybeExecuted ? .uncertain : .unavailable
        case .server(let error):
            // 53 insufficient resources, 57 operator intervention, 25006 read-only: it will come back.
            return failure.isRetryable || ["53", "57"].contains(error.state.category) || error.state.category == "25"
                ? .unavailable : .broken
        case .decoding, .unsendable: return .broken
        }
    }
}

extension Duration {
    /// Seconds as Postgres' `make_interval(secs => …)` takes them.
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
