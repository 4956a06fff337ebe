import Accounts
import Postgres
import Synchronization

/// Session checks, every one of them read from the database. Checks that wait at the same moment share one statement: that
/// costs Postgres and this process a fraction of a statement each, and nobody waits for company, because a statement leaves
/// at once while fewer than ``statementsUnderWay`` are under way.
///
/// A statement sees what was committed when it began, and it begins after all of its checks have been asked for: a revocation
/// that was answered before a check arrived counts for that check.
final class SessionLookups: Sendable {
    typealias Completion = @Sendable (Result<LiveSession?, StoreFailure>) -> Void

    fileprivate struct Check: Sendable {
        let token: TokenHash
        let lifetime: SessionLifetime
        let completion: Completion
        let deadline: ContinuousClock.Instant
    }

    fileprivate struct Queue {
        var waiting: [Check] = []
        var underWay = 0
        /// Whether the last statement failed. Nobody queues here then: each has the deadline of a statement of his own.
        var isTroubled = false
    }

    /// The most checks in one statement.
    static let checksPerStatement = 64
    /// How many statements may be on their way while checks wait.
    static let statementsUnderWay = 2
    /// The most checks that may wait. More are refused at once, so that a slow database is not answered for peers that left.
    static let queueLimit = 8_192
    /// How long a check may wait for its statement, which has a deadline of its own.
    static let patience = Duration.seconds(5)

    private let queue = Mutex(Queue())
    private let client: PostgresClient
    private let failed: @Sendable (PostgresFailure) -> StoreFailure

    /// - Parameter failed: logs a failure and says what it means to a flow.
    init(client: PostgresClient, failed: @escaping @Sendable (PostgresFailure) -> StoreFailure) {
        self.client = client
        self.failed = failed
    }

    /// Asks for the live session behind a token; `completion` must not block, see ``PostgresClient/read(_:then:)``.
    func find(_ token: TokenHash, lifetime: SessionLifetime, then completion: @escaping Completion) {
        let check = Check(token: token, lifetime: lifetime, completion: completion, deadline: .now + Self.patience)
        let hasRoom = queue.withLock { queue in
            guard queue.waiting.count < Self.queueLimit else { return false }
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
            client.read(Self.statement(checks.map(\.token.bytes))) { [self] result in
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
            var answers = [Result<LiveSession?, StoreFailure>](repeating: .success(nil), count: checks.count)
            for row in rows {
                do throws(PostgresFailure) {
                    let number = Int(try row.decode(Int64.self, at: 0))
                    guard answers.indices.contains(number - 1) else { continue }
                    answers[number - 1] = Self.session(row, checks[number - 1].lifetime).mapError(failed)
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

    private static func session(_ row: Row, _ lifetime: SessionLifetime) -> Result<LiveSession?, PostgresFailure> {
        Result { () throws(PostgresFailure) in try LiveSession(row, lifetime: lifetime) }
    }

    /// Three index look-ups for each token. LATERAL with a limit keeps it so, whatever the planner believes about the tables.
    private static func statement(_ tokens: [[UInt8]]) -> SQL {
        """
        select t.number, found.*
        from unnest(\(tokens)) with ordinality t (token_hash, number)
        cross join lateral (
          select s.id, s.user_id, s.methods, s.provider, s.created_at, s.authenticated_at, s.expires_at,
                 least(s.last_seen_at + s.idle_timeout, s.expires_at), s.last_seen_at, now(),
                 u.display_name, u.roles, e.address, e.verified_at is not null, s.identity_id, u.has_second_factor,
                 u.public_metadata
          from sessions s
          join users u on u.id = s.user_id
          left join user_emails e on e.user_id = s.user_id and e.is_primary
          where s.token_hash = t.token_hash and s.expires_at > now()
            and s.last_seen_at + s.idle_timeout > now() and u.disabled_at is null and not s.awaits_second_factor
          limit 1
        ) found
        """
    }
}

extension SessionLookups.Queue {
    /// The checks of a statement that may leave now.
    fileprivate mutating func next() -> [SessionLookups.Check]? {
        guard !waiting.isEmpty, isTroubled || underWay < SessionLookups.statementsUnderWay else { return nil }
        underWay += 1
        let checks = Array(waiting.prefix(SessionLookups.checksPerStatement))
        waiting.removeFirst(checks.count)
        return checks
    }
}
