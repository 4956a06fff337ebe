import Synchronization

/// One task's wait for the result of its statements.
final class Ticket: Sendable {
    /// What to run.
    enum Work: Sendable {
        case one(SQL)
        case many([SQL])
        /// Simple protocol; only on a migration connection.
        case script(String)
    }

    /// Where to run it.
    enum Route: Sendable {
        case read
        case statement
        /// Several statements as one transaction.
        case batch
        case lease(Lease, LeaseStep)
        case migration(MigrationLink)
        case listener
    }

    enum LeaseStep: Sendable {
        case statement
        case commit
        case rollback
    }

    /// What the task gets.
    enum Result: Sendable {
        case one(Rows)
        case many([Rows])
        case failure(PostgresFailure)
    }

    @safe private enum State {
        case created
        case waiting(UnsafeContinuation<Result, Never>)
        case watched(@Sendable (Result) -> Void)
        case finished(Result)
    }

    let work: Work
    let route: Route
    let deadline: Instant
    /// When to give up while there is no connection at all.
    let unavailableAt: Instant
    /// When to give up waiting for a lease.
    let leaseBy: Instant
    private let state = Mutex(State.created)

    init(_ work: Work, on route: Route, deadline: Instant, unavailableAt: Instant, leaseBy: Instant = .distantFuture) {
        self.work = work
        self.route = route
        self.deadline = deadline
        self.unavailableAt = unavailableAt
        self.leaseBy = leaseBy
    }

    /// Whether the task has its result, by cancellation or deadline even while the statement is under way.
    var isFinished: Bool {
        state.withLock { state in
            if case .finished = state { true } else { false }
        }
    }

    /// Hands over a result; only the first counts.
    @discardableResult
    func finish(_ result: Result) -> Bool {
        let before = state.withLock { state in
            let before = state
            if case .finished = before { return before }
            state = .finished(result)
            return before
        }
        switch before {
        case .created: return true
        case .waiting(let continuation):
            unsafe continuation.resume(returning: result)
            return true
        case .watched(let completion):
            completion(result)
            return true
        case .finished: return false
        }
    }

    /// Submits the ticket; `completion` gets its result, once, from whoever finishes it: mostly the pool's thread.
    func submit(to pool: ConnectionPool, then completion: @escaping @Sendable (Result) -> Void) {
        state.withLock { $0 = .watched(completion) }
        pool.submit(self)
    }

    /// Submits the ticket and waits for its result. The continuation is resumed exactly once: by whoever moves the state
    /// from waiting to finished.
    nonisolated(nonsending) func result(from pool: ConnectionPool) async -> Result {
        await unsafe withUnsafeContinuation { continuation in
            let early = state.withLock { state -> Result? in
                if case .finished(let result) = state { return result }
                state = unsafe .waiting(continuation)
                return nil
            }
            if let early {
                unsafe continuation.resume(returning: early)
            } else {
                pool.submit(self)
            }
        }
    }

    /// The same, given up when the task is cancelled.
    nonisolated(nonsending) func cancellableResult(from pool: ConnectionPool) async -> Result {
        await withTaskCancellationHandler {
            await result(from: pool)
        } onCancel: {
            finish(.failure(.cancelled))
        }
    }
}

extension Ticket.Result {
    /// The single result.
    func one() throws(PostgresFailure) -> Rows {
        switch self {
        case .one(let rows): return rows
        case .many(let rows): return rows.last ?? .none
        case .failure(let failure): throw failure
        }
    }

    /// All results.
    func many() throws(PostgresFailure) -> [Rows] {
        switch self {
        case .one(let rows): return [rows]
        case .many(let rows): return rows
        case .failure(let failure): throw failure
        }
    }
}
