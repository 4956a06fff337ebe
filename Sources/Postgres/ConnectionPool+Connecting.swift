import Logging
import Synchronization

/// Opening connections, and what happens when they break.
extension ConnectionPool {
    /// Starts an attempt to connect.
    func open(_ link: Link, now: Instant) {
        guard stopBy == nil || link.lane == .lease || link.lane == .statement else { return }
        guard target.hosts.contains(where: \.needsLookup) else { return connect(link, to: target.hosts, now: now) }
        link.phase = .resolving
        guard !isLookingUp else { return }
        isLookingUp = true
        let target = target
        // getaddrinfo blocks, for many seconds when a name server is away.
        let isStarted = PosixThread.start { [weak self] in
            let hosts = target.lookedUp()
            self?.run(.lookedUp(hosts))
        }
        if !isStarted { run(.lookedUp([]), now: now) }
    }

    private func connect(_ link: Link, to hosts: [ConnectionTarget.Host], now: Instant) {
        guard !hosts.isEmpty else {
            problem.withLock { $0 = "no address found for the database's host name" }
            return retryLater(link, now: now)
        }
        // Every attempt starts with another host: a host that swallows packets uses up a whole attempt.
        let shift = link.attempts % hosts.count
        link.attempts += 1
        nextToken += 1
        let result = link.connect(
            target.parameters(
                hosts: Array(hosts[shift...] + hosts[..<shift]),
                defaults: ["gssencmode": "disable", "tcp_user_timeout": "10000", "keepalives_idle": "30"],
                required: [
                    "application_name": configuration.applicationName,
                    "client_encoding": "UTF8",
                    "options": options(for: link.lane),
                ]
            ),
            token: nextToken,
            until: now + configuration.connectTimeout
        )
        if result == .failed { lose(link, now: now) }
    }

    private func options(for lane: Link.Lane) -> String {
        // Nothing here runs long enough to be worth compiling, whatever the planner makes of missing statistics.
        let timeout = "-c jit=off -c statement_timeout=\(configuration.statementTimeout.settingMilliseconds)"
        switch lane {
        case .read: return timeout + " -c default_transaction_read_only=on"
        case .statement, .listener: return timeout
        case .lease:
            let idle = configuration.idleInTransactionTimeout.settingMilliseconds
            return timeout + " -c idle_in_transaction_session_timeout=\(idle)"
        case .migration: return "-c statement_timeout=0"
        }
    }

    /// A connection is up.
    func welcome(_ link: Link, now: Instant) {
        link.backoff.reset()
        if link.wasUp { statistics.reconnects &+= 1 }
        link.wasUp = true
        link.progress = now
        problem.withLock { $0 = nil }
        // The server is back: the others need not wait for their turn.
        for other in links {
            if case .down = other.phase {
                other.backoff.reset()
                other.phase = .down(retryAt: now)
            }
        }
        if let migration = link.migration {
            if !migration.advance(on: link) { lose(link, now: now) }
        } else if link.lane == .listener {
            listen(for: subscriptions, on: link, now: now)
        }
    }

    /// A connection broke, or did not come up.
    func lose(_ link: Link, now: Instant) {
        let hadBeenUp = link.isUp
        let why = link.problem
        problem.withLock { $0 = why }
        let passages = link.disconnect()
        retryLater(link, now: now)
        if hadBeenUp {
            logger.warning("database connection lost", metadata: ["reason": "\(why)"])
        } else {
            logger.debug("database connection failed", metadata: ["reason": "\(why)"])
        }
        for passage in passages.reversed() {
            if case .read = passage.ticket.route, stopBy == nil {
                repeatOrFail(passage, .connectionLost(maybeExecuted: true))
            } else {
                finish(passage.ticket, .failure(.connectionLost(maybeExecuted: true)))
            }
        }
        finishEndTickets(of: link)
        if link.lane == .listener, hadBeenUp { announceLoss() }
    }

    private func retryLater(_ link: Link, now: Instant) {
        var random = SystemRandomNumberGenerator()
        if let migration = link.migration {
            // A migration cannot go on in another session.
            link.phase = .closed
            let waiting = migration.waiting.removeAll()
            for passage in waiting {
                finish(passage.ticket, .failure(link.wasUp ? .connectionLost(maybeExecuted: false) : .unavailable))
            }
        } else {
            link.phase = .down(retryAt: now + link.backoff.next(using: &random))
        }
    }

    /// Handles an errand.
    func run(_ errand: Errand, now: Instant) {
        switch errand {
        case .lookedUp(let hosts):
            isLookingUp = false
            for link in links where link.phase == .resolving { connect(link, to: hosts, now: now) }
        case .subscribe(let subscription):
            subscribe(subscription, now: now)
        case .unsubscribe(let subscription):
            unsubscribe(subscription)
        case .openMigration(let name):
            let link = Link(lane: .migration, poller: reactor.poller, preparedStatements: 1)
            link.migration = MigrationExchange(name)
            links.append(link)
            open(link, now: now)
        case .closeMigration(let name):
            guard let index = links.firstIndex(where: { $0.migration?.name === name }) else { return }
            let link = links.remove(at: index)
            let waiting = link.migration?.waiting.removeAll() ?? []
            for passage in link.disconnect() + waiting {
                finish(passage.ticket, .failure(.connectionLost(maybeExecuted: true)))
            }
        case .shutDown(let limit, let latch):
            latches.append(latch)
            stopBy = min(stopBy ?? limit, limit)
        }
    }
}
