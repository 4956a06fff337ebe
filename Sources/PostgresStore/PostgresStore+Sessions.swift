public import Accounts
import Postgres

extension PostgresStore: SessionStore {
    /// The hot path: one statement, one round trip, three index look-ups, judged by the database's clock.
    public func session(
        _ token: TokenHash,
        lifetime: SessionLifetime,
        then completion: @escaping @Sendable (Result<LiveSession?, StoreFailure>) -> Void
    ) {
        liveSessions.find(token, lifetime, then: completion)
    }

    /// Writes down a use, soon. A session that ended in between stays ended.
    public func touch(_ session: SessionID) { touches.note(session) }

    /// Ends one session by its token.
    public func end(_ token: TokenHash) async throws(StoreFailure) -> Bool {
        try await run("delete from sessions where token_hash = \(token.bytes)").affected == 1
    }

    /// Ends all sessions of the user behind a live token.
    ///
    /// Under the account's lock, so that no app gets something out of a code at this very moment, and with the codes.
    public func endAll(ofUserBehind token: TokenHash) async throws(StoreFailure) -> Int {
        do {
            return try await underLock(bySession: token) { transaction, user in
                _ = try await transaction.query("delete from authorization_codes where user_id = \(user.uuid)")
                return try await transaction.query("delete from sessions where user_id = \(user.uuid)").affected
            } ?? 0
        } catch {
            throw translate(error)
        }
    }
}

extension Instant {
    init(_ timestamp: Timestamp) { self.init(microseconds: timestamp.microseconds) }
}

extension Duration {
    var wholeMicroseconds: Int64 { components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000 }
}
