/// An open transaction. Valid only inside the closure it was handed to.
///
/// After any statement failed nothing of the transaction can be kept: COMMIT is then refused with SQLSTATE 25P02.
public struct Transaction: Sendable {
    /// Transaction isolation (PostgreSQL documentation, section 13.2).
    public enum Isolation: Sendable {
        /// Each statement sees what was committed before it began.
        case readCommitted
        /// All statements see what was committed before the first.
        case repeatableRead
        /// As if transactions ran one after the other; be ready to repeat on ``PostgresFailure/isRetryable``.
        case serializable
    }

    private let pool: ConnectionPool
    private let lease: Lease
    private let isCommitted = OnceFlag()

    init(pool: ConnectionPool, isolation: Isolation) {
        self.pool = pool
        let begin: SQL =
            switch isolation {
            // Said, not assumed: a database may default to something stricter, under which a lock is followed by old facts.
            case .readCommitted: "BEGIN ISOLATION LEVEL READ COMMITTED"
            case .repeatableRead: "BEGIN ISOLATION LEVEL REPEATABLE READ"
            case .serializable: "BEGIN ISOLATION LEVEL SERIALIZABLE"
            }
        lease = Lease(begin: begin)
    }

    /// Runs one statement.
    @discardableResult
    public nonisolated(nonsending) func query(_ statement: SQL) async throws(PostgresFailure) -> Rows {
        try await run(.one(statement), .statement).one()
    }

    /// Runs several statements in one round trip.
    ///
    /// - Returns: one result for each statement.
    @discardableResult
    public nonisolated(nonsending) func pipeline(_ statements: [SQL]) async throws(PostgresFailure) -> [Rows] {
        if statements.isEmpty { return [] }
        return try await run(.many(statements), .statement).many()
    }

    /// Runs the last statements and COMMIT in one round trip. The transaction is over afterwards.
    ///
    /// - Returns: one result for each statement.
    @discardableResult
    public nonisolated(nonsending) func commit(after statements: [SQL] = []) async throws(PostgresFailure) -> [Rows] {
        guard !lease.isDoomed else { throw .server(.init(state: .inFailedTransaction)) }
        isCommitted.set()
        return try await run(.many(statements), .commit).many()
    }

    /// Commits what was begun and not yet committed.
    nonisolated(nonsending) func commitIfOpen() async throws(PostgresFailure) {
        if lease.isUsed, !isCommitted.isSet { try await commit() }
    }

    /// Takes everything back and gives up the connection; waits for it even when the task is cancelled.
    nonisolated(nonsending) func rollBack() async {
        guard lease.isUsed else { return }
        _ = await ticket(.many([]), .rollback).result(from: pool)
    }

    private nonisolated(nonsending) func run(
        _ work: Ticket.Work,
        _ step: Ticket.LeaseStep
    ) async throws(PostgresFailure) -> Ticket.Result {
        lease.markUsed()
        let result = await ticket(work, step).cancellableResult(from: pool)
        if case .failure(let failure) = result {
            lease.markDoomed()
            throw failure
        }
        return result
    }

    private func ticket(_ work: Ticket.Work, _ step: Ticket.LeaseStep) -> Ticket {
        let configuration = pool.configuration
        let now = Instant.now
        let leaseBy = now + configuration.leaseTimeout
        return Ticket(
            work,
            on: .lease(lease, step),
            deadline: leaseBy + configuration.statementTimeout,
            unavailableAt: now + configuration.unavailableAfter,
            leaseBy: leaseBy
        )
    }
}
