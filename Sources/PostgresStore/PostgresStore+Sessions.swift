public import Accounts
import Postgres

import struct Foundation.UUID

extension PostgresStore: SessionStore {
    /// The hot path: one statement, one round trip, three index look-ups, judged by the database's clock.
    public func session(
        _ token: TokenHash,
        lifetime: SessionLifetime
    ) async throws(StoreFailure) -> LiveSession? {
        do {
            let rows = try await client.read(
                """
                select s.id, s.user_id, s.methods, s.provider, s.created_at, s.authenticated_at, s.expires_at,
                       least(s.last_seen_at + s.idle_timeout, s.expires_at), s.last_seen_at, now(),
                       u.display_name, u.roles, e.address, e.verified_at is not null, s.identity_id
                from sessions s
                join users u on u.id = s.user_id
                left join user_emails e on e.user_id = s.user_id and e.is_primary
                where s.token_hash = \(token.bytes) and s.expires_at > now()
                  and s.last_seen_at + s.idle_timeout > now() and u.disabled_at is null and not s.awaits_second_factor
                """
            )
            guard let row = rows.first else { return nil }
            return try Self.liveSession(row, lifetime: lifetime)
        } catch {
            throw translate(error)
        }
    }

    private static func liveSession(_ row: Row, lifetime: SessionLifetime) throws(PostgresFailure) -> LiveSession {
        let authenticatedAt = try row.decode(Timestamp.self, at: 5)
        let lastSeenAt = try row.decode(Timestamp.self, at: 8)
        let now = try row.decode(Timestamp.self, at: 9)
        return LiveSession(
            id: SessionID(try row.decode(UUID.self, at: 0)),
            user: User(
                id: UserID(try row.decode(UUID.self, at: 1)),
                displayName: try row.decode(String?.self, at: 10),
                roles: try row.decode([String].self, at: 11),
                email: try row.decode(String?.self, at: 12),
                emailVerified: try row.decode(Bool.self, at: 13)
            ),
            methods: try row.decode([String].self, at: 2),
            provider: try row.decode(String?.self, at: 3),
            identity: try row.decode(UUID?.self, at: 14).map { FederatedIdentityID($0) },
            createdAt: Instant(try row.decode(Timestamp.self, at: 4)),
            authenticatedAt: Instant(authenticatedAt),
            expiresAt: Instant(try row.decode(Timestamp.self, at: 6)),
            idleExpiresAt: Instant(try row.decode(Timestamp.self, at: 7)),
            isFresh: now.microseconds - authenticatedAt.microseconds < lifetime.freshFor.wholeMicroseconds,
            needsTouch: now.microseconds - lastSeenAt.microseconds > lifetime.touchInterval.wholeMicroseconds,
            readAt: Instant(now)
        )
    }

    /// Writes down a use. A session that ended in between stays ended.
    public func touch(_ session: SessionID) async throws(StoreFailure) {
        _ = try await run("update sessions set last_seen_at = now() where id = \(session.uuid)")
    }

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
