import Accounts
import Postgres
import Synchronization

import struct Foundation.UUID

/// Writes down that sessions were used, beside the checks and not in their way: uses that were noted while a statement was
/// under way leave together in the next, so that a thousand sessions cost a commit and not a thousand.
///
/// A use that is lost with the process or the database costs its session at most the touch interval of its idle timeout.
final class SessionTouches: Sendable {
    fileprivate struct Queue {
        var noted: Set<SessionID> = []
        /// Whose uses are being written: until that is done every check says that a use is due.
        var underWay: Set<SessionID> = []
    }

    /// The most sessions in one statement.
    static let sessionsPerStatement = 512
    /// The most uses that may wait; beyond it they are dropped, and noted again by the next check.
    static let queueLimit = 65_536

    private let queue = Mutex(Queue())
    private let client: PostgresClient
    private let failed: @Sendable (PostgresFailure) -> StoreFailure

    /// - Parameter failed: logs a failure.
    init(client: PostgresClient, failed: @escaping @Sendable (PostgresFailure) -> StoreFailure) {
        self.client = client
        self.failed = failed
    }

    /// Notes a use of a session.
    func note(_ session: SessionID) {
        queue.withLock { queue in
            guard queue.noted.count < Self.queueLimit, !queue.underWay.contains(session) else { return }
            queue.noted.insert(session)
        }
        sendNoted()
    }

    private func sendNoted() {
        guard let sessions = queue.withLock({ $0.next() }) else { return }
        client.query(Self.statement(sessions.map(\.uuid))) { [self] result in
            if case .failure(let failure) = result { _ = failed(failure) }
            queue.withLock { $0.underWay.removeAll(keepingCapacity: true) }
            sendNoted()
        }
    }

    /// Rows that somebody else holds are left out: whoever holds one has just used, changed or ended it, and waiting for
    /// locks in no order is how statements come to wait for each other. A session that has ended meanwhile stays ended.
    private static func statement(_ sessions: [UUID]) -> SQL {
        """
        update sessions set last_seen_at = now()
        where id in (
          select id from sessions
          where id = any(\(sessions)) and expires_at > now() and last_seen_at + idle_timeout > now()
          for no key update skip locked
        )
        """
    }
}

extension SessionTouches.Queue {
    fileprivate mutating func next() -> [SessionID]? {
        guard underWay.isEmpty, !noted.isEmpty else { return nil }
        let sessions = Array(noted.prefix(SessionTouches.sessionsPerStatement))
        noted.subtract(sessions)
        underWay.formUnion(sessions)
        return sessions
    }
}
