import Accounts
import Postgres
import Synchronization

/// A question that is asked for many keys in one statement.
protocol BatchedLookup: SendableMetatype {
    /// What whoever asks knows beside the key.
    associatedtype Context: Sendable
    /// What is found.
    associatedtype Answer: Sendable
    /// The statement for keys. It returns a row at most for each, whose first column is the number of the key, counted from 1.
    static func statement(_ keys: [[UInt8]]) -> SQL
    /// Reads a row.
    static func answer(_ row: Row, _ context: Context) throws(PostgresFailure) -> Answer
}

/// The bounds of ``BatchedLookups``.
enum LookupLimits {
    /// The most look-ups in one statement.
    static let perStatement = 64
    /// How many statements may be on their way while look-ups wait.
    static let statementsUnderWay = 2
    /// How long one of them is alone: two at a time would share the same look-ups, at the cost of two.
    static let alone = Duration.milliseconds(10)
    /// The most look-ups that may wait. More are refused at once, so that a slow database is not answered for peers that left.
    static let waiting = 8_192
    /// How long a look-up may wait for its statement, which has a deadline of its own.
    static let patience = Duration.seconds(5)
}

/// What sits on every request of the apps behind this: checks of sessions and of access tokens, every one of them read from the
/// database. Those that wait at the same moment share one statement: that costs Postgres and this process a fraction of a
/// statement each. Nobody waits for company: a statement leaves as soon as the one before has come back, or when that takes
/// longer than usual (``LookupLimits/alone``).
///
/// A statement sees what was committed when it began, and it begins after all of its look-ups have been asked for: a revocation
/// that was answered before a check arrived counts for that check.
final class BatchedLookups<Lookup: BatchedLookup>: Sendable {
    typealias Read = @Sendable (SQL, @escaping @Sendable (Result<Rows, PostgresFailure>) -> Void) -> Void
    typealias Completion = @Sendable (Result<Lookup.Answer?, StoreFailure>) -> Void

    private struct Check: Sendable {
        let token: TokenHash
        let context: Lookup.Context
        let completion: Completion
        let deadline: ContinuousClock.Instant
    }

    private struct Queue {
        var waiting: [Check] = []
        var underWay = 0
        var lastSent: ContinuousClock.Instant?
        /// Whether the last statement failed. Nobody queues here then: each has the deadline of a statement of his own.
        var isTroubled = false

        /// The look-ups of a statement that may leave now, and those before them that have waited too long.
        mutating func next(now: ContinuousClock.Instant) -> (overdue: [Check], checks: [Check])? {
            guard !waiting.isEmpty, isTroubled || hasRoom(now: now) else { return nil }
            let overdue = Array(waiting.prefix { $0.deadline < now })
            waiting.removeFirst(overdue.count)
            let checks = Array(waiting.prefix(LookupLimits.perStatement))
            waiting.removeFirst(checks.count)
            if !checks.isEmpty {
                underWay += 1
                lastSent = now
            }
            return (overdue, checks)
        }

        private func hasRoom(now: ContinuousClock.Instant) -> Bool {
            guard underWay > 0, let lastSent else { return true }
            return underWay < LookupLimits.statementsUnderWay && now - lastSent >= LookupLimits.alone
        }
    }

    private let queue = Mutex(Queue())
    private let read: Read
    private let now: @Sendable () -> ContinuousClock.Instant
    private let failed: @Sendable (PostgresFailure) -> StoreFailure

    /// - Parameters:
    ///   - read: runs a statement, see ``PostgresClient/read(_:then:)``.
    ///   - now: the time.
    ///   - failed: logs a failure and says what it means to a flow.
    init(
        read: @escaping Read,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        failed: @escaping @Sendable (PostgresFailure) -> StoreFailure
    ) {
        self.read = read
        self.now = now
        self.failed = failed
    }

    /// Asks for what is behind a token; `completion` must not block.
    func find(_ token: TokenHash, _ context: Lookup.Context, then completion: @escaping Completion) {
        let deadline = now() + LookupLimits.patience
        let check = Check(token: token, context: context, completion: completion, deadline: deadline)
        let hasRoom = queue.withLock { queue in
            guard queue.waiting.count < LookupLimits.waiting else { return false }
            queue.waiting.append(check)
            return true
        }
        guard hasRoom else { return completion(.failure(.unavailable)) }
        sendWaiting()
    }

    private func sendWaiting() {
        while true {
            let now = now()
            guard let (overdue, checks) = queue.withLock({ queue in queue.next(now: now) }) else { return }
            // Whoever waited that long has most likely gone.
            for check in overdue { check.completion(.failure(.unavailable)) }
            guard !checks.isEmpty else { continue }
            read(Lookup.statement(checks.map(\.token.bytes))) { [self] result in
                let rows = result.mapError(failed)
                queue.withLock { queue in
                    queue.underWay -= 1
                    queue.isTroubled = if case .failure = rows { true } else { false }
                }
                // First, so that Postgres works while the answers are being made.
                sendWaiting()
                answer(checks, with: rows)
            }
        }
    }

    private func answer(_ checks: [Check], with result: Result<Rows, StoreFailure>) {
        switch result {
        case .failure(let failure):
            for check in checks { check.completion(.failure(failure)) }
        case .success(let rows):
            var answers = [Result<Lookup.Answer?, StoreFailure>](repeating: .success(nil), count: checks.count)
            for row in rows {
                do throws(PostgresFailure) {
                    let number = Int(try row.decode(Int64.self, at: 0))
                    guard answers.indices.contains(number - 1) else { continue }
                    answers[number - 1] = Self.answer(row, checks[number - 1].context).mapError(failed)
                } catch {
                    // Whose row it was cannot be told, and an unanswered check would wait for ever: nobody gets in.
                    let failure = failed(error)
                    answers = answers.map { _ in .failure(failure) }
                    break
                }
            }
            for (check, answer) in zip(checks, answers) { check.completion(answer) }
        }
    }

    private static func answer(_ row: Row, _ context: Lookup.Context) -> Result<Lookup.Answer?, PostgresFailure> {
        Result { () throws(PostgresFailure) in try Lookup.answer(row, context) }
    }
}
