import CPostgres
import Logging
import Synchronization

/// All connections of one client. Runs on the reactor's thread only, and that thread runs nothing else.
///
/// Tasks never hop here: they put a ticket into the inbox and wait for it. Each turn of the reactor then takes what has
/// arrived, sends everything, and only afterwards resumes those whose results came in, so that the server works meanwhile.
actor ConnectionPool: ReactorHandler {
    /// What tasks hand in.
    struct Inbox {
        enum Phase {
            case created
            case running
            case closed
        }
        var phase = Phase.created
        var tickets: [Ticket] = []
        var errands: [Errand] = []
    }

    /// What is asked of the pool besides statements.
    enum Errand: Sendable {
        case lookedUp([ConnectionTarget.Host])
        case subscribe(Subscription)
        case unsubscribe(Subscription)
        case openMigration(MigrationLink)
        case closeMigration(MigrationLink)
        case shutDown(by: Instant, Latch)
    }

    nonisolated let configuration: PostgresConfiguration
    nonisolated let target: ConnectionTarget
    nonisolated let reactor: Reactor
    nonisolated let logger: Logger
    nonisolated let inbox = Mutex(Inbox())
    nonisolated let published = Mutex(PostgresStatistics())
    nonisolated let problem = Mutex(String?.none)

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe reactor.asUnownedSerialExecutor() }

    var links: [Link]
    var reads = Queue<Passage>()
    var statements = Queue<Passage>()
    /// Transactions without a connection yet.
    var leases = Queue<Passage>()
    var subscriptions: [Subscription] = []
    /// Who waits for which LISTEN.
    var listening: [(ticket: Ticket, subscriptions: [Subscription])] = []
    var isLookingUp = false
    var nextToken: UInt64 = 1
    var nextTick = Instant(nanoseconds: 0)
    var statistics = PostgresStatistics()
    var stopBy: Instant?
    var latches: [Latch] = []
    private var settled: [(Ticket, Ticket.Result)] = []
    private var settlements: [PipelineLedger<Sent>.Settlement] = []
    private var arrived: [Ticket] = []

    /// How often deadlines are looked at while anything is under way.
    static let tick = Duration.milliseconds(20)
    /// How long a connection may stay silent beyond the statement timeout before it is given up.
    static let silence = Duration.seconds(1)

    init(configuration: PostgresConfiguration, target: ConnectionTarget, reactor: Reactor, logger: Logger) {
        self.configuration = configuration
        self.target = target
        self.reactor = reactor
        self.logger = logger
        // More for transactions open when they are first needed.
        let lanes: [(Link.Lane, Int)] = [
            (.read, max(configuration.readConnections, 1)),
            (.statement, max(configuration.statementConnections, 1)),
            (.lease, 1),
        ]
        links = lanes.flatMap { lane, count in
            (0..<count).map { _ in
                Link(lane: lane, poller: reactor.poller, preparedStatements: configuration.preparedStatements)
            }
        }
    }

    // MARK: Handing in, from any thread

    /// Takes a ticket; refuses at once when the client does not run.
    nonisolated func submit(_ ticket: Ticket) {
        let phase = inbox.withLock { inbox in
            if inbox.phase == .running { inbox.tickets.append(ticket) }
            return inbox.phase
        }
        switch phase {
        case .running: reactor.wake()
        case .created: ticket.finish(.failure(.unavailable))
        case .closed: ticket.finish(.failure(.stopped))
        }
    }

    /// Takes an errand; false when the client does not run.
    @discardableResult
    nonisolated func run(_ errand: Errand) -> Bool {
        let isRunning = inbox.withLock { inbox in
            if inbox.phase == .running { inbox.errands.append(errand) }
            return inbox.phase == .running
        }
        if isRunning { reactor.wake() }
        return isRunning
    }

    nonisolated var hasWork: Bool { inbox.withLock { !$0.tickets.isEmpty || !$0.errands.isEmpty } }

    // MARK: One turn

    nonisolated func turn(_ ready: [Poller.Readiness]) -> Int32? {
        assumeIsolated { pool in pool.turn(ready, now: .now) }
    }

    private func turn(_ ready: [Poller.Readiness], now: Instant) -> Int32? {
        for readiness in ready { handle(readiness.token, now: now) }
        let queuedBefore = queued
        takeIn(now: now)
        dispatchReads(now: now)
        dispatchStatements(now: now)
        dispatchLeases(now: now)
        for link in links where link.isUp && (link.unsynchronised > 0 || link.needsFlush) {
            if link.unsynchronised > 0 { statistics.synchronisations &+= 1 }
            if !link.synchronise() || !link.flush() { lose(link, now: now) }
        }
        if now >= nextTick {
            keepTime(now: now)
            nextTick = now + Self.tick
        }
        statistics.waits &+= UInt64(max(queued - queuedBefore, 0))
        // Before anybody is resumed, so that whoever looks sees at least the effects of his own statements.
        publish()
        finishSettled()
        return isOver(now: now) ? nil : sleep(now: now)
    }

    private func takeIn(now: Instant) {
        var errands: [Errand] = []
        inbox.withLock { inbox in
            swap(&inbox.tickets, &arrived)
            if !inbox.errands.isEmpty { swap(&inbox.errands, &errands) }
        }
        for errand in errands { run(errand, now: now) }
        for ticket in arrived { route(Passage(ticket: ticket), now: now) }
        arrived.removeAll(keepingCapacity: true)
    }

    private func handle(_ token: UInt64, now: Instant) {
        guard let link = links.first(where: { $0.token == token }) else { return }
        switch link.phase {
        case .connecting:
            switch link.continueConnecting() {
            case .underWay: break
            case .connected: welcome(link, now: now)
            case .failed: lose(link, now: now)
            }
        case .up:
            let isAlive: Bool
            if let migration = link.migration {
                isAlive = migration.receive(on: link) && migration.advance(on: link)
            } else {
                isAlive = link.receive(settling: &settlements, now: now)
                settleAll(on: link, now: now)
            }
            if link.lane == .listener { deliverNotifications(of: link) }
            if !isAlive || (link.isWatchingForWrites && !link.flush()) { lose(link, now: now) }
        case .down, .resolving, .closed:
            break
        }
    }

    private func settleAll(on link: Link, now: Instant) {
        guard !settlements.isEmpty else {
            if link.isEnding { endLease(of: link, now: now) }
            return
        }
        for settlement in settlements { settle(settlement, now: now) }
        settlements.removeAll(keepingCapacity: true)
        if link.isEnding { endLease(of: link, now: now) }
    }

    /// Resumes the tasks whose results have come in.
    func finishSettled() {
        for (ticket, result) in settled { ticket.finish(result) }
        settled.removeAll(keepingCapacity: true)
    }

    /// Resumes a task at the end of this turn.
    func finish(_ ticket: Ticket, _ result: Ticket.Result) {
        if case .failure = result { statistics.failures &+= 1 }
        settled.append((ticket, result))
    }

    // MARK: Time

    var queued: Int { reads.count + statements.count + leases.count }

    private var isBusy: Bool {
        queued > 0 || stopBy != nil || subscriptions.contains(where: \.hasOverflowed)
            || links.contains { link in
                if case .connecting = link.phase { return true }
                return !link.ledger.isEmpty || !(link.migration?.isIdle ?? true)
            }
    }

    private func sleep(now: Instant) -> Int32 {
        var wake = isBusy ? nextTick : Instant.distantFuture
        for link in links {
            if case .down(let retryAt) = link.phase { wake = min(wake, retryAt) }
        }
        // Never before the next look at the time: that is when a retry is begun.
        return wake == .distantFuture ? -1 : now.milliseconds(until: max(wake, nextTick))
    }

    func publish() {
        statistics.queued = queued
        statistics.connections = 0
        statistics.inFlight = 0
        statistics.leased = 0
        for link in links where link.isUp {
            statistics.connections += 1
            statistics.inFlight += link.ledger.unitCount
            if link.lease != nil { statistics.leased += 1 }
        }
        let current = statistics
        published.withLock { $0 = current }
    }
}
