extension PostgresClient {
    /// Runs one statement in a transaction of its own, on a shared connection. One that Postgres chose to end a deadlock is
    /// repeated, twice at most: nothing of it took effect, and whoever it stood in the way of has gone on by then.
    ///
    /// - Parameters:
    ///   - statement: the statement and its parameters.
    ///   - limit: the deadline from here to the answer; nil is ``PostgresConfiguration/statementTimeout``, beyond which
    ///     the server itself ends the statement.
    @discardableResult
    public nonisolated(nonsending) func query(
        _ statement: SQL,
        within limit: Duration? = nil
    ) async throws(PostgresFailure) -> Rows {
        for _ in 0..<Self.deadlockRepetitions {
            do throws(PostgresFailure) {
                return try await ticket(.one(statement), on: .statement, within: limit).cancellableResult(from: pool)
                    .one()
            } catch  where error.state == .deadlockDetected {
                continue
            }
        }
        return try await ticket(.one(statement), on: .statement, within: limit).cancellableResult(from: pool).one()
    }

    /// Runs one statement that only reads, as cheaply as possible: statements that many tasks ask for at the same
    /// moment share a synchronisation point. The connection is read-only for the server too, so a write fails with
    /// SQLSTATE 25006. A read that was hit by another's failure or by a lost connection is repeated unseen.
    ///
    /// Statements that may run long belong to ``query(_:within:)``: the others would wait behind them.
    ///
    /// - Parameters:
    ///   - statement: the statement and its parameters.
    ///   - limit: as for ``query(_:within:)``.
    public nonisolated(nonsending) func read(
        _ statement: SQL,
        within limit: Duration? = nil
    ) async throws(PostgresFailure) -> Rows {
        try await ticket(.one(statement), on: .read, within: limit).cancellableResult(from: pool).one()
    }

    /// The same for callers that are no task: costs neither a task nor a change of threads.
    ///
    /// - Parameters:
    ///   - statement: the statement and its parameters.
    ///   - completion: gets the result once, mostly on the client's own thread, which everything else waits for: it hands
    ///     the result on and never blocks.
    public func read(
        _ statement: SQL,
        then completion: @escaping @Sendable (Result<Rows, PostgresFailure>) -> Void
    ) {
        ticket(.one(statement), on: .read, within: nil).submit(to: pool) { result in
            completion(Result { () throws(PostgresFailure) in try result.one() })
        }
    }

    /// Runs all statements in one transaction, in one round trip with one commit: all of them take effect or none. Repeated
    /// after a deadlock, like ``query(_:within:)``.
    ///
    /// They form the implicit transaction of one pipeline (PostgreSQL documentation, section 34.5.1), which costs
    /// neither BEGIN nor COMMIT; so none of them may be one of these.
    ///
    /// - Returns: one result for each statement.
    @discardableResult
    public nonisolated(nonsending) func atomically(
        _ statements: [SQL],
        within limit: Duration? = nil
    ) async throws(PostgresFailure) -> [Rows] {
        if statements.isEmpty { return [] }
        for _ in 0..<Self.deadlockRepetitions {
            do throws(PostgresFailure) {
                return try await ticket(.many(statements), on: .batch, within: limit).cancellableResult(from: pool)
                    .many()
            } catch  where error.state == .deadlockDetected {
                continue
            }
        }
        return try await ticket(.many(statements), on: .batch, within: limit).cancellableResult(from: pool).many()
    }

    /// Runs one statement for a caller that is no task, as ``read(_:then:)`` does; it is not repeated after a deadlock.
    public func query(
        _ statement: SQL,
        then completion: @escaping @Sendable (Result<Rows, PostgresFailure>) -> Void
    ) {
        ticket(.one(statement), on: .statement, within: nil).submit(to: pool) { result in
            completion(Result { () throws(PostgresFailure) in try result.one() })
        }
    }

    /// How often a statement goes again that lost a deadlock.
    private static var deadlockRepetitions: Int { 2 }

    private func ticket(_ work: Ticket.Work, on route: Ticket.Route, within limit: Duration?) -> Ticket {
        let configuration = pool.configuration
        let now = Instant.now
        return Ticket(
            work,
            on: route,
            deadline: now + (limit ?? configuration.statementTimeout),
            unavailableAt: now + configuration.unavailableAfter
        )
    }
}
