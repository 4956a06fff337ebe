/// Transactions and the connections they hold.
extension ConnectionPool {
    private static let commit: SQL = "COMMIT"
    private static let rollback: SQL = "ROLLBACK"

    func route(_ passage: Passage, of lease: Lease, _ step: Ticket.LeaseStep, now: Instant) {
        let ticket = passage.ticket
        switch lease.status {
        case .waiting where step == .rollback:
            // Nothing was ever sent for it.
            lease.status = .over
            finish(ticket, .many([]))
        case .waiting:
            guard leases.count < configuration.queueLimit else { return finish(ticket, .failure(.poolExhausted)) }
            leases.append(passage)
        case .held:
            guard let link = links.first(where: { $0.lease === lease }) else {
                return finish(ticket, .failure(.connectionLost(maybeExecuted: false)))
            }
            if link.isEnding {
                // COMMIT has failed and the pool is taking it back by itself: say so only when that is done.
                if step == .rollback { link.endTickets.append(ticket) } else { finish(ticket, .failure(.unsendable)) }
                return
            }
            send(passage, step, to: link, before: nil, now: now)
        case .lost:
            finish(ticket, step == .rollback ? .many([]) : .failure(.connectionLost(maybeExecuted: false)))
        case .over:
            finish(ticket, step == .rollback ? .many([]) : .failure(.unsendable))
        }
    }

    /// Gives idle connections to the transactions that wait longest; opens another connection when there is none.
    func dispatchLeases(now: Instant) {
        while let passage = leases.first {
            guard case .lease(let lease, let step) = passage.ticket.route else { return }
            if passage.ticket.isFinished {
                _ = leases.popFirst()
                continue
            }
            if case .waiting = lease.status {
                guard let link = links.first(where: { $0.lane == .lease && $0.isIdle }) else {
                    openAnother(for: leases.count, now: now)
                    return
                }
                _ = leases.popFirst()
                link.lease = lease
                lease.status = .held
                send(passage, step, to: link, before: lease.begin, now: now)
                routeSiblings(of: lease, now: now)
            } else {
                _ = leases.popFirst()
                route(passage, of: lease, step, now: now)
            }
        }
    }

    /// Statements of the same transaction that came while it had no connection.
    private func routeSiblings(of lease: Lease, now: Instant) {
        guard !leases.isEmpty else { return }
        var siblings: [(Passage, Ticket.LeaseStep)] = []
        leases.filter { passage in
            guard case .lease(let other, let step) = passage.ticket.route, other === lease else { return true }
            siblings.append((passage, step))
            return false
        }
        for (passage, step) in siblings { route(passage, of: lease, step, now: now) }
    }

    private func send(_ passage: Passage, _ step: Ticket.LeaseStep, to link: Link, before: SQL?, now: Instant) {
        let after: SQL? =
            switch step {
            case .statement: nil
            case .commit: Self.commit
            case .rollback: Self.rollback
            }
        let isSent = deliver(passage, to: link, before: before, after: after, now: now)
        // Even when it could not be sent: the connection must not stay taken.
        if step != .statement || (!isSent && before != nil) { link.isEnding = link.lease != nil }
        if link.isEnding, link.ledger.isEmpty { endLease(of: link, now: now) }
    }

    /// Sets a connection free once everything on it is answered and no transaction is open.
    func endLease(of link: Link, now: Instant) {
        guard link.isUp, link.ledger.isEmpty else { return }
        if link.isOutsideTransaction {
            link.lease?.status = .over
            link.lease = nil
            link.isEnding = false
            link.isRollingBack = false
            finishEndTickets(of: link)
        } else if !link.isRollingBack, link.sendRollback(now: now) {
            link.isRollingBack = true
        } else {
            lose(link, now: now)
        }
    }

    /// Resumes whoever waits for the end of the transaction; however it ended, nothing of it is left open.
    func finishEndTickets(of link: Link) {
        for ticket in link.endTickets { finish(ticket, .many([])) }
        link.endTickets = []
    }

    /// Opens one more connection for transactions, as long as that many could use one and the limit allows.
    func openAnother(for demand: Int, now: Instant) {
        let existing = links.filter { $0.lane == .lease }
        let opening = existing.count { !$0.isUp }
        guard existing.count < configuration.leasedConnections, opening < demand, opening < 2 else { return }
        let link = Link(
            lane: .lease,
            poller: reactor.poller,
            preparedStatements: configuration.preparedStatements
        )
        links.append(link)
        open(link, now: now)
    }
}
