/// A connection for migrations: simple protocol, no statement timeout. Valid only inside the closure it was handed to.
/// When the task is cancelled the connection is closed, which takes back what was not committed.
public struct MigrationConnection: Sendable {
    private let pool: ConnectionPool
    private let link: MigrationLink

    init(pool: ConnectionPool, link: MigrationLink) {
        self.pool = pool
        self.link = link
    }

    /// Runs a script of several statements without parameters. Without a BEGIN of its own it is one transaction.
    public nonisolated(nonsending) func run(_ script: String) async throws(PostgresFailure) {
        _ = try await ticket(.script(script)).cancellableResult(from: pool).many()
    }

    /// Runs one statement with parameters.
    @discardableResult
    public nonisolated(nonsending) func query(_ statement: SQL) async throws(PostgresFailure) -> Rows {
        try await ticket(.one(statement)).cancellableResult(from: pool).one()
    }

    /// Takes an advisory lock for as long as this connection lives, so that only one node migrates at a time.
    ///
    /// Asks again and again instead of waiting inside one statement: that would hold a snapshot, for which
    /// CREATE INDEX CONCURRENTLY in the other session would wait in turn.
    ///
    /// - Throws: ``PostgresFailure/timedOut`` when another session holds it beyond `limit`.
    public nonisolated(nonsending) func lock(_ key: Int64, within limit: Duration) async throws(PostgresFailure) {
        let deadline = Instant.now + limit
        while try await !query("select pg_try_advisory_lock(\(key))").one().decode(Bool.self, at: 0) {
            guard Instant.now < deadline else { throw .timedOut }
            do { try await Task.sleep(for: .milliseconds(50)) } catch { throw .cancelled }
        }
    }

    private func ticket(_ work: Ticket.Work) -> Ticket {
        Ticket(
            work,
            on: .migration(link),
            deadline: .distantFuture,
            unavailableAt: .now + pool.configuration.connectTimeout
        )
    }
}

extension PostgresClient {
    /// Opens one more connection, outside the pool and without statement timeout, for migrations; closes it when
    /// `body` returns or throws.
    public nonisolated(nonsending) func withMigrationConnection<T: Sendable>(
        _ body: nonisolated(nonsending) (MigrationConnection) async throws -> T
    ) async throws -> T {
        let link = MigrationLink()
        guard pool.run(.openMigration(link)) else { throw PostgresFailure.stopped }
        defer { pool.run(.closeMigration(link)) }
        return try await body(MigrationConnection(pool: pool, link: link))
    }

    /// Runs a whole script (several statements, no parameters) on a connection of its own.
    public nonisolated(nonsending) func runScript(_ text: String) async throws(PostgresFailure) {
        do {
            try await withMigrationConnection { connection in try await connection.run(text) }
        } catch let failure as PostgresFailure {
            throw failure
        } catch {
            // The closure above throws nothing else.
            throw .unavailable
        }
    }
}
