import Accounts
import Postgres

import struct Foundation.UUID

/// How every way in starts a session: one fragment, so that none forgets the second step, the former session of the browser,
/// or the owner's notice.
enum SessionStart {
    /// Relations for whoever is in `acted(user_id, identity_id, second_step)`, of one row or none: the browser's former session
    /// ends (H02, F-5), the new one begins, waiting if the account has a second factor, and a browser that was not known is
    /// written down and told about. An app's session does not wait, because it has no page for a second step: it does not begin.
    /// - Parameter isNewUser: whether this very statement makes the user.
    static func relations(_ session: NewSession, provider: String?, isNewUser: Bool = false) -> SQL {
        let lifetime = session.lifetime
        return """
            \(succession(session)), started as (
                insert into sessions (id, token_hash, user_id, identity_id, methods, provider, authenticated_at, idle_timeout,
                                      expires_at, user_agent, network, sessions_allowed, awaits_second_factor, client_id, scope,
                                      logout_notice)
                select \(session.id.uuid), \(session.tokenHash.bytes), acted.user_id, acted.identity_id,
                       \(session.methods.map(\.rawValue)), \(nullable: provider), \(authenticated(session.app)),
                       make_interval(secs => \(lifetime.idleTimeout.seconds)),
                       now() + case when acted.second_step then interval '10 minutes'
                               else make_interval(secs => \(lifetime.absoluteTimeout.seconds)) end,
                       \(nullable: session.device.userAgent), \(nullable: session.device.network),
                       \(nullable: lifetime.limitPerUser), acted.second_step, \(nullable: session.app?.client),
                       \(session.app?.scope ?? []), \(session.app?.hasLogoutNotice ?? false)
                from acted where not (acted.second_step and \(session.app != nil))
                returning id, scope, expires_at
            ), \(tokens(session.app)),
            \(recognition(session, isNewUser: isNewUser, of: "select user_id from acted where not second_step"))
            """
    }

    /// What becomes of the browser's former session: nothing of this is in the statement of a browser that had none.
    private static func succession(_ session: NewSession) -> SQL {
        guard let former = session.replacing else { return "ended as (select null::uuid as user_id where false)" }
        return """
            -- What apps hold under the former session goes on under the new one, if it is the same person's and still lives: nobody
            -- who proves less than that session had brings it back.
            moved as (
                update sessions set parent_id = case when sessions.parent_id is null then null else \(session.id.uuid) end,
                                    told_of = case when sessions.told_of is null then null else \(session.id.uuid) end
                from sessions former, acted
                where former.token_hash = \(former.bytes)
                  and (sessions.parent_id = former.id or sessions.told_of = former.id)
                  and former.user_id = acted.user_id
                  and former.expires_at > now() and former.last_seen_at + former.idle_timeout > now()
            ), ended as (
                delete from sessions where token_hash = \(former.bytes) and exists (select from acted)
                returning user_id
            )
            """
    }

    /// When the person proved who they are: in a browser, now. What an app brings says so itself, or nothing does.
    private static func authenticated(_ app: NewAppSession?) -> SQL {
        guard let app else { return "now()" }
        guard let time = app.authenticatedAt else { return "null::timestamptz" }
        return "least(now(), to_timestamp(\(Double(time.seconds))::float8))"
    }

    /// What an app holds of its session from the beginning.
    private static func tokens(_ app: NewAppSession?) -> SQL {
        guard let app else { return "refreshable as (select), accessible as (select)" }
        return """
            refreshable as (
                insert into refresh_tokens (token_hash, session_id)
                select \(nullable: app.refreshToken?.bytes), id from started where \(app.refreshToken != nil)
            ), accessible as (
                insert into access_tokens (token_hash, session_id, scope, expires_at)
                select \(nullable: app.accessToken?.bytes), id, scope,
                       least(expires_at, now() + make_interval(secs => \(app.accessTokenLifetime.seconds)))
                from started where \(app.accessToken != nil)
            )
            """
    }

    /// Writes the browser down as known to a user, and tells the owner if it was not. Not a user whom this very statement makes:
    /// nobody else could have signed in to that account.
    static func recognition(_ session: NewSession, isNewUser: Bool = false, of users: SQL) -> SQL {
        let recognised: SQL = """
            recognised as (
                insert into known_devices (user_id, token_hash)
                select user_id, \(session.deviceToken.bytes) from (\(users)) someone
                on conflict (user_id, token_hash) do update set last_seen_at = now() returning xmax = 0 as is_new
            )
            """
        if isNewUser { return recognised }
        return """
            \(recognised), told as (
                \(PostgresStore.enqueued(
                    session.newDeviceNotice,
                    when: "exists (select from recognised where is_new)"
                ))
            )
            """
    }

    /// What a statement with ``relations(_:provider:)`` selects at its end.
    static let outcome: SQL = """
        select (select count(*) from acted), (select user_id from ended), coalesce((select second_step from acted), false),
               (select user_id from acted)
        """

    /// The row that ``outcome`` makes; nil when nobody acted.
    static func started(_ row: Row) throws(PostgresFailure) -> StartedSession? {
        guard try row.decode(Int64.self, at: 0) == 1 else { return nil }
        return StartedSession(
            user: UserID(try row.decode(UUID.self, at: 3)),
            replaced: try row.decode(UUID?.self, at: 1).map { UserID($0) },
            awaitsSecondFactor: try row.decode(Bool.self, at: 2)
        )
    }
}
