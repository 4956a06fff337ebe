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
    /// The most look-ups that may wait. More are refused at once, so that a slow database is not answered for peers that left.
    static let waiting = 8_192
    /// How long a look-up may wait for its statement, which has a deadline of its own.
    static let patience = Duration.seconds(5)
}

/// What sits on every request of the apps behind this: checks of sessions and of access tokens, every one of them read from the
/// database. Those that wait at the same moment share one statement: that costs Postgres and this process a fraction of a
/// statement each, and nobody waits for company, because a statement leaves at once while fewer than
/// ``LookupLimits/statementsUnderWay`` are under way.
///
/// A statement sees what was committed when it began, and it begins after all of its look-ups have been asked for: a revocation
/// that was answered before a check arrived counts for that check.
final class BatchedLookups<Lookup: BatchedLookup>: Sendable {
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
        /// Whether the last statement failed. Nobody queues here then: each has the deadline of a statement of his own.
        var isTroubled = false

        /// The look-ups of a statement that may leave now.
        mutating func next() -> [Check]? {
            guard !waiting.isEmpty, isTroubled || underWay < LookupLimits.statementsUnderWay else { return nil }
            underWay += 1
            let checks = Array(waiting.prefix(LookupLimits.perStatement))
            waiting.removeFirst(checks.count)
            return checks
        }
    }

    private let queue = Mutex(Queue())
    private let client: PostgresClient
    private let failed: @Sendable (PostgresFailure) -> StoreFailure

    /// - Parameter failed: logs a failure and says what it means to a flow.
    init(client: PostgresClient, failed: @escaping @Sendable (PostgresFailure) -> StoreFailure) {
        self.client = client
        self.failed = failed
    }

    /// Asks for what is behind a token; `completion` must not block, see ``PostgresClient/read(_:then:)``.
    func find(_ token: TokenHash, _ context: Lookup.Context, then completion: @escaping Completion) {
        let deadline = ContinuousClock.now + LookupLimits.patience
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
        while let checks = queue.withLock({ queue in queue.next() }) {
            let now = ContinuousClock.now
            if checks.contains(where: { $0.deadline < now }) {
                // Whoever waited that long has most likely gone. The others are asked for again, in their order.
                let (overdue, others) = (checks.filter { $0.deadline < now }, checks.filter { $0.deadline >= now })
                queue.withLock { queue in
                    queue.underWay -= 1
                    queue.waiting.insert(contentsOf: others, at: 0)
                }
                for check in overdue { check.completion(.failure(.unavailable)) }
                continue
            }
            client.read(Lookup.statement(checks.map(\.token.bytes))) { [self] result in
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
                    answers[number - 1] = Self.read(row, checks[number - 1].context).mapError(failed)
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

    private static func read(_ row: Row, _ context: Lookup.Context) -> Result<Lookup.Answer?, PostgresFailure> {
        Result { () throws(PostgresFailure) in try Lookup.answer(row, context) }
    }
}
