import Synchronization

/// A transaction's claim on a connection. The pool moves it forward; the transaction only looks.
final class Lease: Sendable {
    /// Where the claim stands.
    enum Status: Sendable {
        /// No connection yet.
        case waiting
        /// Has a connection.
        case held
        /// Had a connection, which broke.
        case lost
        /// Committed or rolled back.
        case over
    }

    /// The statement that opens the transaction.
    let begin: SQL
    private let current = Mutex(Status.waiting)
    private let used = OnceFlag()
    private let doomed = OnceFlag()

    init(begin: SQL) { self.begin = begin }

    var status: Status {
        get { current.withLock { $0 } }
        set { current.withLock { $0 = newValue } }
    }

    /// Whether any statement was ever submitted: otherwise there is nothing to end.
    var isUsed: Bool { used.isSet }

    /// Notes that a statement is being submitted.
    func markUsed() { used.set() }

    /// Whether a statement failed, which leaves nothing to commit.
    var isDoomed: Bool { doomed.isSet }

    /// Notes that a statement failed.
    func markDoomed() { doomed.set() }
}

/// A migration connection's name in the pool.
final class MigrationLink: Sendable {}
