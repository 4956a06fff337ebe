import Accounts
import AuthorizationServer
import Postgres

/// What does this access token stand for? In the manner of ``SessionLookup``.
enum AccessTokenLookup: BatchedLookup {
    static func statement(_ tokens: [[UInt8]]) -> SQL {
        """
        select t.number, found.*
        from unnest(\(tokens)) with ordinality t (token_hash, number)
        cross join lateral (
          select a.scope, a.created_at, a.expires_at, \(PostgresStore.grantColumns)
          from access_tokens a join sessions s on s.id = a.session_id \(PostgresStore.grantJoins)
          where a.token_hash = t.token_hash and a.expires_at > now() and \(PostgresStore.isOfAnApp)
            and \(PostgresStore.liveness)
          limit 1
        ) found
        """
    }

    static func answer(_ row: Row, _: Void) throws(PostgresFailure) -> LiveAccessToken {
        LiveAccessToken(
            grant: try PostgresStore.liveGrant(row, from: 4),
            scope: try row.decode([String].self, at: 1),
            issuedAt: Instant(try row.decode(Timestamp.self, at: 2)),
            expiresAt: Instant(try row.decode(Timestamp.self, at: 3))
        )
    }
}
