import CPostgres

/// One statement or script at a time on a connection outside pipeline mode, where the simple protocol is allowed.
final class MigrationExchange {
    /// Whose connection this is.
    let name: MigrationLink
    var waiting = Queue<Passage>()
    private var current: Passage?
    private var results: [Rows] = []
    private var failure: PostgresFailure?

    init(_ name: MigrationLink) { self.name = name }

    var isIdle: Bool { current == nil && waiting.isEmpty }
    var isBusy: Bool { current != nil }

    /// The ticket whose work is under way.
    var currentTicket: Ticket? { current?.ticket }

    /// What was under way, for a connection that broke.
    func abandon() -> Passage? {
        defer {
            current = nil
            results = []
            failure = nil
        }
        return current
    }

    /// Sends the next work when none is under way; false when the connection is broken.
    func advance(on link: Link) -> Bool {
        while current == nil, let next = waiting.popFirst() {
            guard !next.ticket.isFinished else { continue }
            switch send(next.ticket.work, on: link) {
            case .sent: current = next
            case .unsendable: next.ticket.finish(.failure(.unsendable))
            case .broken:
                waiting.prepend([next])
                return false
            }
        }
        return true
    }

    private func send(_ work: Ticket.Work, on link: Link) -> Link.Sending {
        guard let open = unsafe link.handle else { return .broken }
        switch work {
        case .script(let text):
            // The text would end at U+0000 and the rest be silently skipped.
            guard !text.utf8.contains(0) else { return .unsendable }
            guard unsafe PQsendQuery(open, text) == 1 else { return .broken }
        case .one(let statement):
            guard statement.isSendable else { return .unsendable }
            let types = statement.parameters.map(\.type.oid)
            let isSent = unsafe link.scratch.withParameters(of: statement) { count, pointers, lengths, formats in
                unsafe PQsendQueryParams(open, statement.text, count, types, pointers, lengths, formats, 1)
            }
            guard isSent == 1 else { return .broken }
        case .many:
            return .unsendable
        }
        return link.flush() ? .sent : .broken
    }

    /// Reads what has arrived; false when the connection is broken.
    func receive(on link: Link) -> Bool {
        guard let open = unsafe link.handle else { return false }
        let isAlive = unsafe PQconsumeInput(open) == 1
        while let passage = current, unsafe PQisBusy(open) == 0 {
            guard let pointer = unsafe PQgetResult(open) else {
                current = nil
                passage.ticket.finish(failure.map(Ticket.Result.failure) ?? .many(results))
                results = []
                failure = nil
                break
            }
            guard note(unsafe ResultHandle(pointer)) else { return false }
        }
        return isAlive
    }

    private func note(_ result: consuming ResultHandle) -> Bool {
        switch result.status {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
            guard let rows = Rows(result, columns: Columns(result)) else { return false }
            results.append(rows)
        case PGRES_FATAL_ERROR:
            guard !result.isFatal, let error = result.serverError else { return false }
            if failure == nil { failure = .server(error) }
        default:
            // COPY cannot be served here and cannot be left halfway either.
            return false
        }
        return true
    }
}
