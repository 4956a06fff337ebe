import Testing

@testable import Postgres

@Suite("the pipeline's ledger") struct PipelineLedgerTests {
    typealias Ledger = PipelineLedger<String>

    private static let violation = PostgresFailure.ServerError(state: .uniqueViolation)
    private static let deferred = PostgresFailure.ServerError(state: .foreignKeyViolation)

    private static func rows(_ count: Int) -> Rows { Rows(columns: .none, cells: [], count: count, affected: count) }

    /// What was settled, readable.
    private static func read(_ settlements: [Ledger.Settlement]) -> [String] {
        settlements.map { settlement in
            switch settlement.outcome {
            case .rows(let rows): "\(settlement.unit) rows \(rows.count)"
            case .manyRows(let rows): "\(settlement.unit) many \(rows.map(\.count))"
            case .refused(let error): "\(settlement.unit) refused \(error.state)"
            case .aborted: "\(settlement.unit) aborted"
            }
        }
    }

    private static func run(_ sent: [Ledger.Entry], _ answers: [Ledger.Answer]) throws -> [String] {
        var ledger = Ledger()
        for entry in sent { ledger.append(entry) }
        var settlements: [Ledger.Settlement] = []
        for answer in answers { _ = try ledger.accept(answer, settling: &settlements) }
        return read(settlements)
    }

    @Test("nobody gets a result before the synchronisation says that it is committed") func waitsForSync() throws {
        let sent: [Ledger.Entry] = [.execution("a", isLast: true), .synchronisation]
        #expect(try Self.run(sent, [.rows(Self.rows(1))]).isEmpty)
        #expect(try Self.run(sent, [.rows(Self.rows(1)), .synchronised]) == ["a rows 1"])
    }

    @Test("results belong to statements in the order sent") func order() throws {
        let sent: [Ledger.Entry] = [
            .preparation("a"), .execution("a", isLast: true), .synchronisation,
            .execution("b", isLast: true), .execution("c", isLast: true), .synchronisation,
        ]
        let answers: [Ledger.Answer] = [
            .rows(.none), .rows(Self.rows(1)), .synchronised, .rows(Self.rows(2)), .rows(Self.rows(3)), .synchronised,
        ]
        #expect(try Self.run(sent, answers) == ["a rows 1", "b rows 2", "c rows 3"])
    }

    @Test("an error reaches its own statement; those behind it up to the synchronisation are aborted, no others")
    func errorIsolation() throws {
        let sent: [Ledger.Entry] = [
            .execution("a", isLast: true), .execution("b", isLast: true), .preparation("c"),
            .execution("c", isLast: true), .synchronisation, .execution("d", isLast: true), .synchronisation,
        ]
        let answers: [Ledger.Answer] = [
            .rows(Self.rows(1)), .refused(Self.violation), .aborted, .aborted, .synchronised, .rows(Self.rows(4)),
            .synchronised,
        ]
        #expect(try Self.run(sent, answers) == ["a rows 1", "b refused 23505", "c aborted", "d rows 4"])
    }

    @Test("a refused preparation is the statement's own failure") func preparation() throws {
        let sent: [Ledger.Entry] = [.preparation("a"), .execution("a", isLast: true), .synchronisation]
        #expect(
            try Self.run(sent, [.refused(Self.violation), .aborted, .synchronised]) == ["a refused 23505"]
        )
    }

    @Test("a unit of several statements has all results or its first failure") func units() throws {
        let sent: [Ledger.Entry] = [
            .execution("a", isLast: false), .preparation("a"), .execution("a", isLast: false),
            .execution("a", isLast: true), .synchronisation,
        ]
        #expect(
            try Self.run(
                sent,
                [.rows(Self.rows(1)), .rows(.none), .rows(Self.rows(2)), .rows(Self.rows(3)), .synchronised]
            ) == ["a many [1, 2, 3]"]
        )
        #expect(
            try Self.run(sent, [.rows(Self.rows(1)), .rows(.none), .refused(Self.violation), .aborted, .synchronised])
                == ["a refused 23505"]
        )
    }

    @Test("a commit that fails takes back what had looked like success") func failedCommit() throws {
        let sent: [Ledger.Entry] = [.execution("a", isLast: true), .execution("b", isLast: true), .synchronisation]
        #expect(
            try Self.run(sent, [.rows(Self.rows(1)), .rows(Self.rows(1)), .refused(Self.deferred), .synchronised])
                == ["a refused 23503", "b refused 23503"]
        )
    }

    @Test("housekeeping is nobody's, whatever becomes of it") func housekeeping() throws {
        let sent: [Ledger.Entry] = [.housekeeping, .execution("a", isLast: true), .synchronisation]
        #expect(
            try Self.run(sent, [.refused(Self.violation), .aborted, .synchronised]) == ["a aborted"]
        )
    }

    @Test("an answer that fits nothing is an error, not a guess") func outOfStep() {
        let sent: [Ledger.Entry] = [.execution("a", isLast: true), .synchronisation]
        #expect(throws: Ledger.OutOfStep.self) { try Self.run(sent, [.synchronised]) }
        #expect(throws: Ledger.OutOfStep.self) { try Self.run(sent, [.rows(.none), .rows(.none)]) }
        #expect(throws: Ledger.OutOfStep.self) { try Self.run(sent, [.rows(.none), .aborted]) }
        #expect(throws: Ledger.OutOfStep.self) { try Self.run([], [.rows(.none)]) }
        #expect(throws: Ledger.OutOfStep.self) {
            try Self.run([.execution("a", isLast: false), .synchronisation], [.rows(.none), .synchronised])
        }
    }

    @Test("a broken connection gives back every unit exactly once") func broken() throws {
        var ledger = Ledger()
        for entry in [
            .execution("a", isLast: true), .execution("b", isLast: false), .execution("b", isLast: true),
            .synchronisation, .preparation("c"), .execution("c", isLast: true), .synchronisation,
        ] as [Ledger.Entry] {
            ledger.append(entry)
        }
        #expect(ledger.unitCount == 3)
        var settlements: [Ledger.Settlement] = []
        _ = try ledger.accept(.rows(Self.rows(1)), settling: &settlements)
        _ = try ledger.accept(.rows(Self.rows(1)), settling: &settlements)
        var seen: [String] = []
        ledger.forEachUnit { seen.append($0) }
        #expect(seen == ["a", "b", "c"])
        #expect(ledger.removeAll() == ["a", "b", "c"])
        #expect(ledger.isEmpty)
        #expect(ledger.unitCount == 0)
        #expect(settlements.isEmpty)
    }
}
