/// Which ticket goes where.
extension ConnectionPool {
    /// Puts a new ticket where it belongs.
    func route(_ passage: Passage, now: Instant) {
        let ticket = passage.ticket
        if stopBy != nil, !ticket.mayPassShutdown { return finish(ticket, .failure(.stopped)) }
        switch ticket.route {
        case .read:
            guard reads.count < configuration.queueLimit else { return finish(ticket, .failure(.poolExhausted)) }
            reads.append(passage)
        case .statement, .batch:
            guard statements.count < configuration.queueLimit else { return finish(ticket, .failure(.poolExhausted)) }
            statements.append(passage)
        case .lease(let lease, let step): route(passage, of: lease, step, now: now)
        case .migration(let name):
            guard let link = links.first(where: { $0.migration?.name === name }), let exchange = link.migration else {
                return finish(ticket, .failure(.connectionLost(maybeExecuted: false)))
            }
            exchange.waiting.append(passage)
            if link.isUp, !exchange.advance(on: link) { lose(link, now: now) }
        case .listener:
            guard let link = links.first(where: { $0.lane == .listener && $0.isUp }) else { return }
            deliver(passage, to: link, now: now)
        }
    }

    /// Reads fill one connection up to a group before the next, so that as many as possible share a synchronisation.
    func dispatchReads(now: Instant) {
        var current: Link?
        while let passage = reads.first {
            if current.map({ !$0.isUp || $0.unsynchronised == 0 || $0.ledger.unitCount >= configuration.pipelineDepth })
                ?? true
            {
                current = leastLoaded(.read)
            }
            guard let link = current else { return }
            _ = reads.popFirst()
            if passage.ticket.isFinished { continue }
            // One that was hit by another's failure goes alone, so that it gets through whatever the others do.
            if passage.attempts > 0, !link.synchronise() {
                lose(link, now: now)
                reads.prepend([passage])
                continue
            }
            deliver(passage, to: link, now: now)
            if passage.attempts > 0 || link.unsynchronised >= configuration.readGroup { synchronise(link, now: now) }
        }
    }

    /// Each statement is a transaction of its own.
    func dispatchStatements(now: Instant) {
        while let passage = statements.first {
            let isBatch = if case .batch = passage.ticket.route { true } else { false }
            guard let link = linkForStatement(isBatch: isBatch, now: now) else { return }
            _ = statements.popFirst()
            if passage.ticket.isFinished { continue }
            deliver(passage, to: link, now: now)
            synchronise(link, now: now)
        }
    }

    /// The connection with the least before it, so that nobody waits behind another's lock or commit without need. Those
    /// for transactions take part as long as no transaction waits, and only a few at a time, to be free again soon.
    private func linkForStatement(isBatch: Bool, now: Instant) -> Link? {
        let spare = leases.isEmpty ? leastLoaded(.lease) : nil
        guard let shared = leastLoaded(.statement) else { return spare }
        guard let spare, spare.ledger.unitCount < Self.spareDepth else {
            if isCrowded(shared, isBatch: isBatch) { openAnother(for: 1, now: now) }
            return shared
        }
        if isCrowded(spare, isBatch: isBatch), isCrowded(shared, isBatch: isBatch) { openAnother(for: 1, now: now) }
        // Batches hold locks, so they rather keep out of the way of single statements.
        return spare.ledger.unitCount < shared.ledger.unitCount + (isBatch ? 1 : 0) ? spare : shared
    }

    /// Whether another connection is worth it: commits wait for the disk one after the other on one connection, but those of several
    /// together for no longer than one, and with less work for the server. A batch may hold locks for as long as it waits.
    private func isCrowded(_ link: Link, isBatch: Bool) -> Bool {
        isBatch ? !link.ledger.isEmpty : link.ledger.unitCount >= Self.spareDepth / 2
    }

    /// Most statements under way on a connection for transactions.
    private static let spareDepth = 4

    private func leastLoaded(_ lane: Link.Lane) -> Link? {
        var best: Link?
        for link in links where link.lane == lane && link.isUp && link.lease == nil {
            let load = link.ledger.unitCount
            if load < configuration.pipelineDepth, load < best?.ledger.unitCount ?? .max { best = link }
        }
        return best
    }

    private func synchronise(_ link: Link, now: Instant) {
        guard link.isUp, link.unsynchronised > 0 else { return }
        statistics.synchronisations &+= 1
        if !link.synchronise() { lose(link, now: now) }
    }

    /// Sends a ticket on a connection; true when it is under way.
    @discardableResult
    func deliver(
        _ passage: Passage,
        to link: Link,
        before: SQL? = nil,
        after: SQL? = nil,
        now: Instant
    ) -> Bool {
        statistics.statements &+= 1
        switch link.send(passage, before: before, after: after, now: now) {
        case .sent:
            return true
        case .unsendable:
            finish(passage.ticket, .failure(.unsendable))
        case .broken:
            // Not one byte of a synchronisation went out for it, so the server cannot have committed it.
            lose(link, now: now)
            repeatOrFail(passage, .connectionLost(maybeExecuted: false))
        }
        return false
    }

    /// Puts a ticket that was not executed in front of its queue again; a transaction's statement cannot move.
    func repeatOrFail(_ passage: Passage, _ failure: PostgresFailure) {
        var passage = passage
        passage.attempts += 1
        guard passage.attempts <= 3, !passage.ticket.isFinished else {
            return finish(passage.ticket, .failure(failure))
        }
        switch passage.ticket.route {
        case .read: reads.prepend([passage])
        case .statement, .batch: statements.prepend([passage])
        case .lease, .migration, .listener: finish(passage.ticket, .failure(failure))
        }
    }

    /// Turns what the ledger says into the task's result.
    func settle(_ settlement: PipelineLedger<Sent>.Settlement, now: Instant) {
        let passage = settlement.unit.passage
        let ticket = passage.ticket
        if case .listener = ticket.route { return listenSettled(settlement, now: now) }
        switch settlement.outcome {
        case .rows(let rows):
            finish(ticket, .one(rows))
        case .manyRows(let rows):
            finish(ticket, ticket.result(of: rows))
        case .refused(let error) where error.mayBeOutdatedPlan && passage.attempts < 2 && ticket.isSelfContained:
            repeatOrFail(passage, .server(error))
        case .refused(let error):
            finish(ticket, .failure(.server(error)))
        case .aborted:
            // Only a transaction's statement cannot be repeated: another one of the same transaction has failed.
            repeatOrFail(passage, .server(.init(state: .inFailedTransaction)))
        }
    }
}

extension Ticket {
    /// Open transactions, and what ends them, go on during shutdown.
    fileprivate var mayPassShutdown: Bool {
        switch route {
        case .lease(let lease, let step):
            if case .held = lease.status { true } else { step == .rollback }
        case .migration, .listener: true
        case .read, .statement, .batch: false
        }
    }

    /// Whether the ticket is a whole transaction, which can be repeated when it had no effect.
    fileprivate var isSelfContained: Bool {
        switch route {
        case .read, .statement, .batch: true
        case .lease, .migration, .listener: false
        }
    }

    /// The results of the ticket's own statements, without BEGIN in front and COMMIT behind.
    fileprivate func result(of rows: [Rows]) -> Result {
        guard case .lease(_, let step) = route else { return .many(rows) }
        let own =
            switch work {
            case .one: 1
            case .many(let statements): statements.count
            case .script: 0
            }
        switch step {
        case .statement:
            return .many(Array(rows.suffix(own)))
        case .commit where rows.last?.rolledBack == true:
            return .failure(.server(.init(state: .inFailedTransaction)))
        case .commit, .rollback:
            return .many(Array(rows.dropLast().suffix(own)))
        }
    }
}

extension PostgresFailure.ServerError {
    /// Whether preparing the statement again may help: its result type changed, or the server forgot it.
    fileprivate var mayBeOutdatedPlan: Bool { state == .featureNotSupported || state == .invalidStatementName }
}
