import Accounts
import Postgres
import Synchronization
import Testing

@testable import PostgresStore

/// How look-ups wait for a database that is slow or away.
@Suite("Look-ups that wait")
struct LookupQueueTests {
    private enum Nothing: BatchedLookup {
        static func statement(_ keys: [[UInt8]]) -> SQL { "select \(keys)" }
        static func answer(_ row: Row, _: Void) throws(PostgresFailure) -> Int { 0 }
    }

    /// A database that answers when the test says so.
    private final class Database: Sendable {
        private struct State {
            var statements: [@Sendable (Result<Rows, PostgresFailure>) -> Void] = []
            var sent = 0
            var now = ContinuousClock.now
            var refused: [Int] = []
        }

        private let state = Mutex(State())

        var sent: Int { state.withLock { $0.sent } }
        /// Who has been refused, in the order of that.
        var refused: [Int] { state.withLock { $0.refused } }

        func lookups() -> BatchedLookups<Nothing> {
            BatchedLookups(
                read: { [self] _, completion in
                    state.withLock {
                        $0.sent += 1
                        $0.statements.append(completion)
                    }
                },
                now: { [self] in state.withLock { $0.now } },
                failed: { _ in .unavailable }
            )
        }

        func find(_ numbers: Range<Int>, in lookups: BatchedLookups<Nothing>) {
            for number in numbers {
                lookups.find(.ofState("\(number)"), ()) { [self] result in
                    if case .failure = result { state.withLock { $0.refused.append(number) } }
                }
            }
        }

        func pass(_ time: Duration) { state.withLock { $0.now += time } }

        func failFirst() { state.withLock { $0.statements.removeFirst() }(.failure(.unavailable)) }
    }

    @Test("One statement is under way; the rest waits and leaves together when it is back, or takes long")
    func together() {
        let database = Database()
        let lookups = database.lookups()
        database.find(0..<50, in: lookups)
        #expect(database.sent == 1)
        database.pass(LookupLimits.alone)
        database.find(50..<51, in: lookups)
        #expect(database.sent == 2)
        database.find(51..<60, in: lookups)
        #expect(database.sent == 2)
        database.failFirst()
        #expect(database.refused == [0])
        #expect(database.sent == 3)
        // After a failure nobody queues.
        database.find(60..<70, in: lookups)
        #expect(database.sent == 13)
    }

    @Test("Whoever has waited too long is refused without a statement; those behind get theirs, in their order")
    func overdue() {
        let database = Database()
        let lookups = database.lookups()
        database.find(0..<12, in: lookups)
        database.pass(LookupLimits.patience + .seconds(1))
        database.find(12..<22, in: lookups)
        #expect(database.sent == 2)
        #expect(database.refused == Array(1..<12))
        database.failFirst()
        #expect(database.sent == 3)
        database.failFirst()
        database.failFirst()
        #expect(database.refused.suffix(11) == [0] + Array(12..<22))
    }

    @Test("More than may wait are refused at once")
    func crowd() {
        let database = Database()
        let lookups = database.lookups()
        let room = 1 + LookupLimits.waiting
        database.find(0..<room, in: lookups)
        #expect(database.refused.isEmpty)
        database.find(room..<room + 2, in: lookups)
        #expect(database.refused == [room, room + 1])
        #expect(database.sent == 1)
    }
}
