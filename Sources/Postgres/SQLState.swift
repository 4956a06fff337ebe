/// A five-character SQLSTATE (PostgreSQL documentation, appendix A).
public struct SQLState: Sendable, Hashable, CustomStringConvertible {
    /// The five characters.
    public let code: String

    /// Names a state.
    public init(_ code: String) { self.code = code }

    /// The code.
    public var description: String { code }

    /// Class: the first two characters.
    public var category: String { String(code.prefix(2)) }

    /// 23505
    public static let uniqueViolation = SQLState("23505")
    /// 23503
    public static let foreignKeyViolation = SQLState("23503")
    /// 23514
    public static let checkViolation = SQLState("23514")
    /// 23502
    public static let notNullViolation = SQLState("23502")
    /// 40001
    public static let serializationFailure = SQLState("40001")
    /// 40P01
    public static let deadlockDetected = SQLState("40P01")
    /// 55P03
    public static let lockNotAvailable = SQLState("55P03")
    /// 57014: the statement timeout, or a cancel request.
    public static let queryCanceled = SQLState("57014")
    /// 25P02: the transaction had already failed, so nothing of it was kept.
    public static let inFailedTransaction = SQLState("25P02")
    /// 25006: a write through ``PostgresClient/read(_:within:)``.
    public static let readOnlyTransaction = SQLState("25006")
    /// 26000: the server no longer knows the prepared statement.
    static let invalidStatementName = SQLState("26000")
    /// 0A000: among others, a prepared statement whose result type was changed by a migration.
    static let featureNotSupported = SQLState("0A000")
    /// 53300
    static let tooManyConnections = SQLState("53300")
}
