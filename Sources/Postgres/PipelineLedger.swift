/// What was sent on one pipelined connection and not answered yet, in order; decides for each answer whose it is.
///
/// Postgres answers strictly in order. Everything between two synchronisation points is one transaction (PostgreSQL
/// documentation, section 34.5.1): after an error the rest of it is answered "aborted", and only the answer to the
/// synchronisation point says that what went before is committed. So nobody gets a result before that.
struct PipelineLedger<Unit> {
    /// One thing sent.
    enum Entry {
        /// A statement was prepared for a unit.
        case preparation(Unit)
        /// A statement of a unit was executed; the unit is complete with its last one.
        case execution(Unit, isLast: Bool)
        /// Something nobody waits for.
        case housekeeping
        /// The end of a transaction.
        case synchronisation
    }

    /// One thing received.
    enum Answer {
        case rows(Rows)
        case refused(PostgresFailure.ServerError)
        case aborted
        case synchronised
    }

    /// What became of a unit.
    enum Outcome {
        case rows(Rows)
        case manyRows([Rows])
        case refused(PostgresFailure.ServerError)
        /// It was not executed, because an earlier unit of the same transaction failed.
        case aborted
    }

    /// A unit that is through, successfully or not.
    struct Settlement {
        let unit: Unit
        fileprivate(set) var outcome: Outcome
    }

    /// The server's answer does not belong to anything that was sent: the connection is of no use any more.
    struct OutOfStep: Error {}

    private var entries = Queue<Entry>()
    /// The units of the transaction whose answers are coming in.
    private var open: [Settlement] = []
    /// Whether the last unit in `open` still has entries to come.
    private var lastIsPartial = false

    /// Units sent and not settled.
    private(set) var unitCount = 0

    var isEmpty: Bool { entries.isEmpty }

    /// What the next answer belongs to.
    var head: Entry? { entries.first }

    /// Notes that something was sent.
    mutating func append(_ entry: Entry) {
        if case .execution(_, isLast: true) = entry { unitCount += 1 }
        entries.append(entry)
    }

    /// Takes one answer; a synchronisation settles the units before it.
    ///
    /// - Returns: what the answer belonged to.
    mutating func accept(_ answer: Answer, settling: inout [Settlement]) throws(OutOfStep) -> Entry {
        guard let entry = entries.first else { throw OutOfStep() }
        switch (entry, answer) {
        case (.synchronisation, .synchronised):
            guard !lastIsPartial else { throw OutOfStep() }
            settling.append(contentsOf: open)
            unitCount -= open.count
            open.removeAll(keepingCapacity: true)
        case (.synchronisation, .refused(let error)):
            // The commit itself failed (a deferred constraint): nothing before it holds. The synchronisation is still
            // to be answered.
            for index in open.indices { open[index].outcome.spoil(.refused(error)) }
            return entry
        case (.synchronisation, _), (_, .synchronised):
            throw OutOfStep()
        case (.housekeeping, _):
            break
        case (.preparation(let unit), _):
            note(unit, answer, isRows: false, isLast: false)
        case (.execution(let unit, let isLast), _):
            note(unit, answer, isRows: true, isLast: isLast)
        }
        _ = entries.popFirst()
        return entry
    }

    /// Gives up on everything, for a broken connection.
    mutating func removeAll() -> [Unit] {
        var units: [Unit] = open.map(\.unit)
        if lastIsPartial { units.removeLast() }
        for case .execution(let unit, isLast: true) in entries.removeAll() { units.append(unit) }
        open.removeAll()
        lastIsPartial = false
        unitCount = 0
        return units
    }

    /// Visits every unit that is not settled.
    func forEachUnit(_ body: (Unit) -> Void) {
        for settlement in lastIsPartial ? open.dropLast() : open[...] { body(settlement.unit) }
        entries.forEach { entry in
            if case .execution(let unit, isLast: true) = entry { body(unit) }
        }
    }

    private mutating func note(_ unit: Unit, _ answer: Answer, isRows: Bool, isLast: Bool) {
        if !lastIsPartial {
            switch answer {
            case .rows(let rows) where isRows: open.append(Settlement(unit: unit, outcome: .rows(rows)))
            case .refused(let error): open.append(Settlement(unit: unit, outcome: .refused(error)))
            case .aborted: open.append(Settlement(unit: unit, outcome: .aborted))
            default: open.append(Settlement(unit: unit, outcome: .manyRows([])))
            }
        } else {
            switch answer {
            case .rows(let rows) where isRows: open[open.count - 1].outcome.add(rows, isOnly: isLast)
            case .refused(let error): open[open.count - 1].outcome.spoil(.refused(error))
            case .aborted: open[open.count - 1].outcome.spoil(.aborted)
            default: break
            }
        }
        lastIsPartial = !isLast
    }
}

extension PipelineLedger.Outcome {
    /// Adds the result of one more statement of the same unit.
    fileprivate mutating func add(_ rows: Rows, isOnly: Bool) {
        switch self {
        case .manyRows(let earlier): self = earlier.isEmpty && isOnly ? .rows(rows) : .manyRows(earlier + [rows])
        case .rows(let first): self = .manyRows([first, rows])
        case .refused, .aborted: break
        }
    }

    /// Turns success into failure; the first failure stays.
    fileprivate mutating func spoil(_ failure: Self) {
        switch self {
        case .rows, .manyRows: self = failure
        case .refused, .aborted: break
        }
    }
}
