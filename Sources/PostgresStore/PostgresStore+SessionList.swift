public import Accounts
import Postgres

import struct Foundation.UUID

extension PostgresStore: SessionListStore {
    /// Those that open something: live, and past their second step; what apps hold among them.
    public func liveSessions(of user: UserID) async throws(StoreFailure) -> [ListedSession] {
        do {
            return try await client.query(
                """
                select id, methods, provider, user_agent, network, created_at, authenticated_at, last_seen_at, expires_at,
                       least(last_seen_at + idle_timeout, expires_at), client_id
                from sessions
                where user_id = \(user.uuid) and expires_at > now() and last_seen_at + idle_timeout > now()
                  and not awaits_second_factor
                order by last_seen_at desc, id desc limit 200
                """
            ).decodeAll { (row) throws(PostgresFailure) in
                ListedSession(
                    id: SessionID(try row.decode(UUID.self, at: 0)),
                    client: try row.decode(String?.self, at: 10),
                    methods: try row.decode([String].self, at: 1),
                    provider: try row.decode(String?.self, at: 2),
                    userAgent: try row.decode(String?.self, at: 3),
                    network: try row.decode(String?.self, at: 4),
                    createdAt: Instant(try row.decode(Timestamp.self, at: 5)),
                    authenticatedAt: try row.decode(Timestamp?.self, at: 6).map { Instant($0) },
                    lastSeenAt: Instant(try row.decode(Timestamp.self, at: 7)),
                    expiresAt: Instant(try row.decode(Timestamp.self, at: 8)),
                    idleExpiresAt: Instant(try row.decode(Timestamp.self, at: 9))
                )
            }
        } catch {
            throw translate(error)
        }
    }

    /// One statement: somebody else's session is one that does not exist.
    public func end(
        _ session: SessionID,
        of user: UserID,
        event: AccountEvent
    ) async throws(StoreFailure) -> Bool {
        do {
            return try await client.query(
                """
                with ended as (
                    delete from sessions where id = \(session.uuid) and user_id = \(user.uuid) returning user_id
                ), written as (\(Self.insertion(of: event, from: "select user_id from ended")))
                select from ended
                """
            ).first != nil
        } catch {
            throw translate(error)
        }
    }
}
