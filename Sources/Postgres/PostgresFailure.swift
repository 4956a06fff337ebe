/// Why a statement did not give a result. None of the cases holds a parameter value.
public enum PostgresFailure: Error, Sendable, Equatable {
    /// There is no connection, and none came up in time. The statement was not sent.
    case unavailable
    /// The connection broke under the statement.
    case connectionLost(maybeExecuted: Bool)
    /// No answer within the deadline. If the statement had been sent it may still take effect.
    case timedOut
    /// All connections for transactions stayed taken, or too many statements were waiting already. Not sent.
    case poolExhausted
    /// The server refused the statement; it had no effect.
    case server(ServerError)
    /// The result does not have the shape the code asked for: column and expected type.
    case decoding(column: String, expected: String)
    /// The task was cancelled. If the statement had been sent it may still take effect.
    case cancelled
    /// The statement cannot be sent at all: more than 65,535 parameters, or U+0000 in its text.
    case unsendable
    /// The client is shut down.
    case stopped

    /// What the server said.
    public struct ServerError: Sendable, Equatable {
        /// The error's SQLSTATE.
        public let state: SQLState
        /// The constraint that refused, when one did.
        public let constraint: String?
        /// The table concerned, when the server names one.
        public let table: String?
        /// The server's sentence, for logs. Emptied where Postgres quotes input in it (class 22).
        public let message: String

        /// A server's refusal.
        public init(state: SQLState, constraint: String? = nil, table: String? = nil, message: String = "") {
            self.state = state
            self.constraint = constraint
            self.table = table
            self.message = state.category == "22" ? "" : message
        }
    }

    /// A stable name for logs and metrics.
    public var code: String {
        switch self {
        case .unavailable: "database_unavailable"
        case .connectionLost: "database_connection_lost"
        case .timedOut: "database_timed_out"
        case .poolExhausted: "database_pool_exhausted"
        case .server: "database_refused"
        case .decoding: "database_unexpected_result"
        case .cancelled: "database_cancelled"
        case .unsendable: "database_unsendable"
        case .stopped: "database_stopped"
        }
    }

    /// The SQLSTATE, when the server gave one.
    public var state: SQLState? {
        if case .server(let error) = self { error.state } else { nil }
    }

    /// Whether a unique constraint or index refused the row; with a name, whether it was that one.
    public func isUniqueViolation(constraint name: String? = nil) -> Bool {
        guard case .server(let error) = self, error.state == .uniqueViolation else { return false }
        return name == nil || error.constraint == name
    }

    /// Whether the very same work may be tried again: it certainly had no effect, and the reason may pass.
    public var isRetryable: Bool {
        switch self {
        case .unavailable, .poolExhausted, .connectionLost(maybeExecuted: false): true
        case .server(let error):
            [.serializationFailure, .deadlockDetected, .lockNotAvailable, .tooManyConnections].contains(error.state)
        default: false
        }
    }
}

extension PostgresFailure: CustomStringConvertible {
    /// One line for logs.
    public var description: String {
        switch self {
        case .server(let error):
            "\(code) \(error.state)" + (error.constraint.map { " constraint \($0)" } ?? "")
                + (error.message.isEmpty ? "" : ": \(error.message)")
        case .connectionLost(let maybeExecuted): "\(code) (\(maybeExecuted ? "may have executed" : "not executed"))"
        case .decoding(let column, let expected): "\(code): column \(column) is not \(expected)"
        default: code
        }
    }
}
