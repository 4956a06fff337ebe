public import Logging
import Synchronization

/// Postgres over libpq: a few shared, pipelined connections for single statements and some that transactions lease.
///
/// ```swift
/// let client = try PostgresClient(configuration: PostgresConfiguration(conninfo: "postgresql:///latchkey"))
/// client.start()
/// let rows = try await client.query("select email from users where id = \(id)")
/// let email = try rows.one().decode(String.self, "email")
/// ```
public final class PostgresClient: Sendable {
    let pool: ConnectionPool

    /// Makes a client; nothing happens before ``start()``.
    ///
    /// - Throws: ``PostgresFailure/unsendable`` when the connection string cannot be parsed,
    ///   ``PostgresFailure/unavailable`` when the process has no descriptors left.
    public init(
        configuration: PostgresConfiguration,
        logger: Logger = Logger(label: "postgres")
    ) throws(PostgresFailure) {
        let target = try ConnectionTarget(conninfo: configuration.conninfo)
        guard let reactor = Reactor() else { throw .unavailable }
        pool = ConnectionPool(configuration: configuration, target: target, reactor: reactor, logger: logger)
    }

    deinit {
        pool.run(.shutDown(by: .now, Latch()))
    }

    /// Starts connecting, and keeps connections up from then on. Does nothing the second time.
    public func start() {
        let isFirst = pool.inbox.withLock { inbox in
            guard inbox.phase == .created else { return false }
            inbox.phase = .running
            return true
        }
        guard isFirst, !pool.reactor.start(driving: pool) else { return }
        // No thread to be had: say so to everybody instead of letting them wait.
        let tickets = pool.inbox.withLock { inbox in
            inbox.phase = .created
            defer { inbox.tickets = [] }
            return inbox.tickets
        }
        for ticket in tickets { ticket.finish(.failure(.unavailable)) }
    }

    /// Returns once a statement can be sent.
    ///
    /// - Throws: ``PostgresFailure/unavailable`` after `limit`; ``connectionProblem`` then says why.
    public func ready(within limit: Duration) async throws(PostgresFailure) {
        let deadline = Instant.now + limit
        let ticket = Ticket(.one("select 1"), on: .statement, deadline: deadline, unavailableAt: deadline)
        _ = try await ticket.cancellableResult(from: pool).one()
    }

    /// Why the last connection was lost or could not be made, in libpq's words; nil while all is well. For logs and
    /// start-up errors.
    public var connectionProblem: String? { pool.problem.withLock { $0 } }

    /// Takes no more statements, lets those under way and open transactions finish within `limit`, then closes.
    public func shutdown(within limit: Duration) async {
        let latch = Latch()
        if pool.run(.shutDown(by: .now + limit, latch)) {
            await latch.wait()
        } else {
            pool.inbox.withLock { $0.phase = .closed }
        }
    }

    /// Starts, and shuts down when the task is cancelled.
    ///
    /// - Parameter grace: how long statements under way may take then.
    public func run(grace: Duration = .seconds(10)) async {
        start()
        let (cancelled, continuation) = AsyncStream<Never>.makeStream()
        await withTaskCancellationHandler {
            for await _ in cancelled {}
        } onCancel: {
            continuation.finish()
        }
        await shutdown(within: grace)
    }

    /// Counts and gauges.
    public var statistics: PostgresStatistics { pool.published.withLock { $0 } }
}
