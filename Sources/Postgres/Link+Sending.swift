import CPostgres
import Glibc

extension Link {
    /// What became of an attempt to send.
    enum Sending {
        case sent
        /// The statement itself cannot be sent.
        case unsendable
        /// The connection is gone.
        case broken
    }

    /// Hands all statements of a ticket to libpq. Nothing leaves before `synchronise()`.
    ///
    /// - Parameters:
    ///   - before: a statement to run first in the same unit (BEGIN).
    ///   - after: a statement to run last (COMMIT, ROLLBACK).
    func send(_ passage: Passage, before: SQL? = nil, after: SQL? = nil, now: Instant) -> Sending {
        if ledger.isEmpty { progress = now }
        if before == nil, after == nil, case .one(let statement) = passage.ticket.work {
            guard statement.isSendable else { return .unsendable }
            return send(statement, of: passage, isLast: true) ? .sent : .broken
        }
        var statements = before.map { [$0] } ?? []
        switch passage.ticket.work {
        case .one(let statement): statements.append(statement)
        case .many(let several): statements += several
        case .script: return .unsendable
        }
        if let after { statements.append(after) }
        guard statements.allSatisfy(\.isSendable), !statements.isEmpty else { return .unsendable }
        for (index, statement) in statements.enumerated() {
            guard send(statement, of: passage, isLast: index == statements.count - 1) else { return .broken }
        }
        return .sent
    }

    private func send(_ statement: SQL, of passage: Passage, isLast: Bool) -> Bool {
        guard let open = unsafe handle else { return false }
        let key = StatementKey(statement)
        let prepared: PreparedStatement
        if let known = cache.find(key) {
            // Its preparation may yet fail, or be aborted by another's failure: then this one must not depend on it.
            guard known.isConfirmed else { return sendUnnamed(statement, key, of: passage, isLast: isLast) }
            prepared = known
        } else {
            let (made, evicted) = cache.make(key)
            if let evicted { outdated.append(evicted) }
            guard deallocateOutdated(), prepare(made, of: statement) else { return false }
            ledger.append(.preparation(Sent(passage: passage, statement: made)))
            prepared = made
        }
        let isSent = unsafe scratch.withParameters(of: statement) { count, pointers, lengths, formats in
            unsafe PQsendQueryPrepared(open, prepared.name, count, pointers, lengths, formats, 1)
        }
        guard isSent == 1 else { return false }
        noteExecution(of: passage, prepared, isLast: isLast)
        return true
    }

    /// Parses and executes in one go, leaving nothing behind on the server.
    private func sendUnnamed(_ statement: SQL, _ key: StatementKey, of passage: Passage, isLast: Bool) -> Bool {
        guard let open = unsafe handle else { return false }
        let types = statement.parameters.map(\.type.oid)
        let isSent = unsafe scratch.withParameters(of: statement) { count, pointers, lengths, formats in
            unsafe PQsendQueryParams(open, statement.text, count, types, pointers, lengths, formats, 1)
        }
        guard isSent == 1 else { return false }
        noteExecution(of: passage, PreparedStatement(name: "", key: key), isLast: isLast)
        return true
    }

    private func noteExecution(of passage: Passage, _ statement: PreparedStatement, isLast: Bool) {
        ledger.append(.execution(Sent(passage: passage, statement: statement), isLast: isLast))
        if isLast { unsynchronised += 1 }
        needsFlush = true
    }

    private func prepare(_ prepared: PreparedStatement, of statement: SQL) -> Bool {
        guard let open = unsafe handle else { return false }
        let types = statement.parameters.map(\.type.oid)
        return unsafe PQsendPrepare(open, prepared.name, statement.text, Int32(types.count), types) == 1
    }

    /// libpq 15 cannot send the protocol's Close message, so SQL does it.
    private func deallocateOutdated() -> Bool {
        guard let open = unsafe handle else { return false }
        for statement in outdated {
            let text = "DEALLOCATE \(statement.name)"
            guard unsafe PQsendQueryParams(open, text, 0, nil, nil, nil, nil, 1) == 1 else { return false }
            ledger.append(.housekeeping)
        }
        outdated.removeAll(keepingCapacity: true)
        return true
    }

    /// Rolls back on nobody's behalf.
    func sendRollback(now: Instant) -> Bool {
        guard let open = unsafe handle else { return false }
        if ledger.isEmpty { progress = now }
        guard unsafe PQsendQueryParams(open, "ROLLBACK", 0, nil, nil, nil, nil, 1) == 1 else { return false }
        ledger.append(.housekeeping)
        unsynchronised += 1
        return synchronise()
    }

    /// Ends the transaction that the statements since the last call form. libpq 15 also flushes here.
    func synchronise() -> Bool {
        guard unsynchronised > 0 else { return true }
        guard let open = unsafe handle, unsafe PQpipelineSync(open) == 1 else { return false }
        ledger.append(.synchronisation)
        unsynchronised = 0
        needsFlush = true
        return true
    }

    /// Sends what libpq holds; watches for room when the socket takes no more.
    func flush() -> Bool {
        guard let open = unsafe handle else { return false }
        needsFlush = false
        let rest = unsafe PQflush(open)
        guard rest >= 0 else { return false }
        watch(writable: rest == 1)
        return true
    }
}

extension SQL {
    /// The protocol counts parameters in 16 bits and ends texts with a zero byte.
    var isSendable: Bool {
        guard parameters.count <= 65_535 else { return false }
        return unsafe bytes.withUnsafeBytes { text in
            guard let start = text.baseAddress else { return true }
            return unsafe memchr(start, 0, text.count) == nil
        }
    }
}
