import CPostgres

extension Link {
    /// Reads everything that has arrived and settles what is complete.
    ///
    /// - Returns: false when the connection is of no use any more.
    func receive(settling: inout [PipelineLedger<Sent>.Settlement], now: Instant) -> Bool {
        guard let open = unsafe handle else { return false }
        let isAlive = unsafe PQconsumeInput(open) == 1
        // Two empty answers in a row mean that libpq waits for nothing while the ledger does.
        var wasEmpty = false
        while !ledger.isEmpty, unsafe PQisBusy(open) == 0 {
            guard let pointer = unsafe PQgetResult(open) else {
                if wasEmpty { break }
                wasEmpty = true
                continue
            }
            wasEmpty = false
            progress = now
            guard accept(unsafe ResultHandle(pointer), settling: &settling) else { return false }
        }
        let isStuck = unsafe wasEmpty && !ledger.isEmpty && PQisBusy(open) == 0
        return isAlive && !isStuck
    }

    private func accept(
        _ result: consuming ResultHandle,
        settling: inout [PipelineLedger<Sent>.Settlement]
    ) -> Bool {
        let answer: PipelineLedger<Sent>.Answer
        switch result.status {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
            guard let rows = rows(result) else { return false }
            answer = .rows(rows)
        case PGRES_PIPELINE_SYNC:
            answer = .synchronised
        case PGRES_PIPELINE_ABORTED:
            answer = .aborted
        case PGRES_FATAL_ERROR:
            // Without SQLSTATE libpq speaks for itself: the connection is broken. FATAL is the server's farewell.
            guard let error = result.serverError else { return false }
            if result.isFatal {
                farewell = "\(error.state) \(error.message)"
                return false
            }
            answer = .refused(error)
        default:
            // COPY has no place here.
            return false
        }
        do {
            let entry = try ledger.accept(answer, settling: &settling)
            if case .preparation(let sent) = entry { forget(sent.statement, unlessPreparedBy: answer) }
            if case .execution(let sent, _) = entry { forget(sent.statement, ifOutdatedBy: answer) }
            return true
        } catch {
            return false
        }
    }

    private func rows(_ result: borrowing ResultHandle) -> Rows? {
        guard case .execution(let sent, _) = ledger.head else { return Rows.none }
        if let columns = sent.statement.columns { return Rows(result, columns: columns) }
        let columns = Columns(result)
        sent.statement.columns = columns
        return Rows(result, columns: columns)
    }

    private func forget(_ statement: PreparedStatement, unlessPreparedBy answer: PipelineLedger<Sent>.Answer) {
        switch answer {
        case .refused, .aborted: cache.forget(statement)
        case .rows: statement.isConfirmed = true
        case .synchronised: break
        }
    }

    /// A migration may change what a prepared statement returns; Postgres then refuses to run it ("cached plan must not
    /// change result type"). Preparing it again helps.
    private func forget(_ statement: PreparedStatement, ifOutdatedBy answer: PipelineLedger<Sent>.Answer) {
        guard case .refused(let error) = answer, statement.isConfirmed else { return }
        if error.state == .invalidStatementName {
            cache.forget(statement)
        } else if error.state == .featureNotSupported {
            cache.forget(statement)
            outdated.append(statement)
        }
    }

    /// Notifications that have arrived, on a listening connection.
    func notifications() -> [(channel: String, payload: String)] {
        guard let open = unsafe handle else { return [] }
        var found: [(String, String)] = []
        while let notification = unsafe PQnotifies(open) {
            unsafe found.append(
                (
                    String(cString: notification.pointee.relname),
                    notification.pointee.extra.map { unsafe String(cString: $0) } ?? ""
                )
            )
            unsafe PQfreemem(notification)
        }
        return found
    }
}
