/// How to reach Postgres, and how much of it to use.
public struct PostgresConfiguration: Sendable {
    /// A libpq connection string, `key=value …` or `postgresql://…`, with all that libpq offers: several hosts,
    /// `target_session_attrs`, TLS, password files (PostgreSQL documentation, section 34.1.1). May hold a password:
    /// never log it.
    public var conninfo: String
    /// What the server shows in `pg_stat_activity`.
    public var applicationName = "latchkey"
    /// Shared connections for ``PostgresClient/read(_:within:)``.
    public var readConnections = 2
    /// Shared connections for ``PostgresClient/query(_:within:)``.
    public var statementConnections = 2
    /// Most connections for transactions, each used by one at a time. Opened when first needed.
    public var leasedConnections = 8
    /// Most statements under way on one shared connection; more wait in the queue.
    public var pipelineDepth = 256
    /// Most reads that share one synchronisation point.
    public var readGroup = 32
    /// Most reads, most statements and most transactions waiting for a connection; more are refused with ``PostgresFailure/poolExhausted``.
    public var queueLimit = 8192
    /// How long a statement waits while there is no connection at all, before ``PostgresFailure/unavailable``.
    public var unavailableAfter: Duration = .seconds(1)
    /// How long a transaction waits for a free connection, before ``PostgresFailure/poolExhausted``.
    public var leaseTimeout: Duration = .seconds(2)
    /// How long one statement may take, on the server and from its submission to its answer.
    public var statementTimeout: Duration = .seconds(5)
    /// How long one attempt to connect may take.
    public var connectTimeout: Duration = .seconds(5)
    /// How long a transaction may leave its connection without a statement, before the server ends it.
    public var idleInTransactionTimeout: Duration = .seconds(30)
    /// Most prepared statements kept on one connection.
    public var preparedStatements = 256

    /// The defaults, for one server.
    public init(conninfo: String) { self.conninfo = conninfo }
}
