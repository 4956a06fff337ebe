import CPostgres

/// A request on its way through the pool.
struct Passage {
    let ticket: Ticket
    /// How often it was sent already without having been executed.
    var attempts = 0
}

/// A passage's statement on a connection.
struct Sent {
    let passage: Passage
    let statement: PreparedStatement
}

/// One connection to the server. Belongs to the pool's actor: only the reactor's thread touches it.
@safe final class Link {
    /// What a connection is for.
    enum Lane: Equatable {
        case read
        case statement
        case lease
        case listener
        case migration
    }

    /// Where a connection stands.
    enum Phase: Equatable {
        case down(retryAt: Instant)
        case resolving
        case connecting(until: Instant)
        case up
        /// Will not be opened again.
        case closed
    }

    let lane: Lane
    let poller: Poller
    var phase = Phase.down(retryAt: Instant(nanoseconds: 0))
    var backoff = Backoff()
    /// Attempts to connect, which also rotate the order of hosts.
    var attempts = 0
    var wasUp = false
    /// libpq's connection; nil while down. Freed by `disconnect()` only.
    var handle: OpaquePointer?
    var descriptor: Int32 = -1
    /// Names this connection's socket in the poller; a new one for every attempt, so that late events are recognised.
    var token: UInt64 = 0
    var isWatchingForWrites = false

    var ledger = PipelineLedger<Sent>()
    var cache: StatementCache
    /// Evicted or outdated statements that the server still holds.
    var outdated: [PreparedStatement] = []
    /// Units sent since the last synchronisation.
    var unsynchronised = 0
    var needsFlush = false
    /// When the server last answered, or was first asked after silence.
    var progress = Instant(nanoseconds: 0)
    /// What the server said when it ended the connection.
    var farewell: String?
    /// Whoever uses this connection alone.
    var lease: Lease?
    var isEnding = false
    var isRollingBack = false
    /// Tasks that wait for the lease to be over.
    var endTickets: [Ticket] = []
    var migration: MigrationExchange?

    /// Parameter arrays, reused for every statement.
    var scratch = ParameterScratch()

    init(lane: Lane, poller: Poller, preparedStatements: Int) {
        self.lane = lane
        self.poller = poller
        cache = StatementCache(capacity: preparedStatements)
    }

    var isUp: Bool { phase == .up }
    /// Up, not leased, nothing under way.
    var isIdle: Bool { isUp && lease == nil && ledger.isEmpty }

    /// Closes the socket and forgets everything about the session.
    ///
    /// - Returns: what was under way.
    func disconnect() -> [Passage] {
        if descriptor >= 0 { poller.unwatch(descriptor) }
        descriptor = -1
        token = 0
        isWatchingForWrites = false
        if let open = unsafe handle { unsafe PQfinish(open) }
        unsafe handle = nil
        var passages = ledger.removeAll().map(\.passage)
        if let current = migration?.abandon() { passages.append(current) }
        cache = StatementCache(capacity: cache.capacity)
        outdated = []
        unsynchronised = 0
        needsFlush = false
        farewell = nil
        lease?.status = .lost
        lease = nil
        isEnding = false
        isRollingBack = false
        return passages
    }

    /// Why the connection broke or did not come up, on one line. Once it was up libpq's own words are no longer used:
    /// they may still be about an earlier statement, and quote its values.
    var problem: String {
        if isUp { return farewell ?? "the connection was closed, or the server stopped answering" }
        guard let open = unsafe handle, let text = unsafe PQerrorMessage(open) else { return "no connection" }
        let lines = unsafe String(cString: text).split(separator: "\n")
        return lines.isEmpty ? "no answer in time" : lines.joined(separator: "; ")
    }

    /// Watches the socket for what libpq waits for.
    func watch(writable: Bool) {
        guard let open = unsafe handle else { return }
        let current = unsafe PQsocket(open)
        guard current >= 0 else { return }
        if current != descriptor, descriptor >= 0 { poller.unwatch(descriptor) }
        if current != descriptor || writable != isWatchingForWrites || !isUp {
            poller.watch(current, token: token, readable: !writable || isUp, writable: writable)
            descriptor = current
            isWatchingForWrites = writable
        }
    }
}
