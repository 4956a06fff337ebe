import Accounts
import Postgres

import struct Foundation.UUID

extension LiveSession {
    /// Reads a row of ``SessionLookups``, behind the number of the check.
    init(_ row: Row, lifetime: SessionLifetime) throws(PostgresFailure) {
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
