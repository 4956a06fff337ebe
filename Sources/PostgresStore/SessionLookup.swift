import Accounts
import Postgres

import struct Foundation.UUID

/// Who is this session? Three index look-ups for each token; LATERAL with a limit keeps it so, whatever the planner believes about
/// the tables.
enum SessionLookup: BatchedLookup {
    static func statement(_ tokens: [[UInt8]]) -> SQL {
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

    static func answer(_ row: Row, _ lifetime: SessionLifetime) throws(PostgresFailure) -> LiveSession {
        try LiveSession(row, lifetime: lifetime)
    }
}

extension LiveSession {
    fileprivate init(_ row: Row, lifetime: SessionLifetime) throws(PostgresFailure) {
        let authenticatedAt = try row.decode(Timestamp.self, at: 6)
        let lastSeenAt = try row.decode(Timestamp.self, at: 9)
        let now = try row.decode(Timestamp.self, at: 10)
        self.init(
            id: SessionID(try row.decode(UUID.self, at: 1)),
            user: User(
                id: UserID(try row.decode(UUID.self, at: 2)),
                displayName: try row.decode(String?.self, at: 11),
                roles: try row.decode([String].self, at: 12),
                email: try row.decode(String?.self, at: 13),
                emailVerified: try row.decode(Bool.self, at: 14),
                hasSecondFactor: try row.decode(Bool.self, at: 16),
                publicMetadata: try row.decode(String.self, at: 17)
            ),
            methods: try row.decode([String].self, at: 3),
            provider: try row.decode(String?.self, at: 4),
            identity: try row.decode(UUID?.self, at: 15).map { FederatedIdentityID($0) },
            createdAt: Instant(try row.decode(Timestamp.self, at: 5)),
            authenticatedAt: Instant(authenticatedAt),
            expiresAt: Instant(try row.decode(Timestamp.self, at: 7)),
            idleExpiresAt: Instant(try row.decode(Timestamp.self, at: 8)),
            isFresh: now.microseconds - authenticatedAt.microseconds < lifetime.freshFor.wholeMicroseconds,
            needsTouch: now.microseconds - lastSeenAt.microseconds > lifetime.touchInterval.wholeMicroseconds,
            readAt: Instant(now)
        )
    }
}
