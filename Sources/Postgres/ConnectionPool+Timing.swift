import Synchronization

/// Deadlines, retries and the end.
extension ConnectionPool {
    /// Looks at everything that time changes.
    func keepTime(now: Instant) {
        for link in links { keepTime(of: link, now: now) }
        let canRead = links.contains { $0.lane == .read && $0.isUp }
        let canState = links.contains { ($0.lane == .statement || $0.lane == .lease) && $0.isUp }
        let canLease = links.contains { $0.lane == .lease && $0.isUp }
        reads.filter { stillWaits($0, isReachable: canRead, now: now) }
        statements.filter { stillWaits($0, isReachable: canState, now: now) }
        leases.filter { stillWaits($0, isReachable: canLease, now: now) }
        for subscription in subscriptions { subscription.reportOverflow() }
    }

    private func keepTime(of link: Link, now: Instant) {
        switch link.phase {
        case .down(let retryAt):
            if retryAt <= now { open(link, now: now) }
        case .connecting(let until):
            if until <= now { lose(link, now: now) }
        case .up:
            link.ledger.forEachUnit { expire($0.passage.ticket, now: now) }
            for ticket in link.endTickets { expire(ticket, now: now) }
            if let ticket = link.migration?.currentTicket {
                expire(ticket, now: now)
                // Only closing the connection takes a running migration back.
                if ticket.isFinished { lose(link, now: now) }
            } else if !link.ledger.isEmpty, link.progress + configuration.statementTimeout + Self.silence <= now {
                // The server ends statements in time by itself, so it is stopped, frozen or cut off.
                lose(link, now: now)
            }
        case .resolving, .closed:
            break
        }
        if let migration = link.migration {
            migration.waiting.filter { stillWaits($0, isReachable: link.isUp, now: now) }
        }
    }

    private func expire(_ ticket: Ticket, now: Instant) {
        if ticket.deadline <= now { finish(ticket, .failure(.timedOut)) }
    }

    private func stillWaits(_ passage: Passage, isReachable: Bool, now: Instant) -> Bool {
        let ticket = passage.ticket
        if ticket.isFinished { return false }
        let failure: PostgresFailure
        if !isReachable, ticket.unavailableAt <= now {
            failure = .unavailable
        } else if ticket.leaseBy <= now {
            failure = .poolExhausted
        } else if ticket.deadline <= now {
            failure = .timedOut
        } else {
            return true
        }
        finish(ticket, .failure(failure))
        return false
    }

    /// Whether the client is shut down; cleans up when it is.
    func isOver(now: Instant) -> Bool {
        guard let stopBy else { return false }
        let isQuiet =
            queued == 0
            && links.allSatisfy { link in
                link.ledger.isEmpty && link.lease == nil && (link.migration?.isIdle ?? true)
            }
        guard isQuiet || stopBy <= now else { return false }
        let late = inbox.withLock { inbox in
            inbox.phase = .closed
            defer {
                inbox.tickets = []
                inbox.errands = []
            }
            return inbox
        }
        var open = late.tickets + reads.removeAll().map(\.ticket) + statements.removeAll().map(\.ticket)
        open += leases.removeAll().map(\.ticket)
        for link in links {
            open += link.disconnect().map(\.ticket) + link.endTickets
            link.endTickets = []
            open += link.migration?.waiting.removeAll().map(\.ticket) ?? []
            link.phase = .closed
        }
        links = []
        for ticket in open { ticket.finish(.failure(.stopped)) }
        finishSettled()
        for subscription in subscriptions { subscription.end() }
        subscriptions = []
        for case .shutDown(_, let latch) in late.errands { latches.append(latch) }
        for case .subscribe(let subscription) in late.errands { subscription.end() }
        publish()
        for latch in latches { latch.open() }
        latches = []
        return true
    }
}
