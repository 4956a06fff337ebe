/// Counts since the client started, and gauges of this moment, for metrics.
public struct PostgresStatistics: Sendable, Equatable {
    /// Statements sent to the server.
    public var statements: UInt64 = 0
    /// Synchronisation points sent: round trips, or fewer when they overlap.
    public var synchronisations: UInt64 = 0
    /// Statements that failed for whatever reason.
    public var failures: UInt64 = 0
    /// Statements that had to wait for a connection.
    public var waits: UInt64 = 0
    /// Connections opened again after they were lost.
    public var reconnects: UInt64 = 0
    /// Connections that are up.
    public var connections: Int = 0
    /// Statements sent and not answered.
    public var inFlight: Int = 0
    /// Statements waiting for a connection.
    public var queued: Int = 0
    /// Connections taken by transactions.
    public var leased: Int = 0
}
