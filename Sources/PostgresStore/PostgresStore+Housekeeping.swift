public import Accounts
import Postgres

extension PostgresStore {
    /// Removes what is over, in small bites that skip what anybody else holds.
    public func removeExpired(limit: Int) async throws(StoreFailure) -> Int {
        var removed = 0
        for statement in Self.removals(limit: limit) + Self.removals(retention, limit: limit) {
            removed += try await run(statement).affected
        }
        return removed
    }

    private static func removals(limit: Int) -> [SQL] {
        [
            """
            with over as (
                -- In the order of the index: a scan of the table would pass, at every bite, by the rows of all bites before.
                select id, awaits_second_factor from sessions where expires_at < now()
                order by expires_at limit \(limit) for update skip locked
            ), silenced as (
                -- What ends with a session that ran out ended by time as well: no app is told. It is when a second step never came,
                -- because that sign-in ended a session that lived.
                update sessions set logout_notice = false
                where parent_id in (select id from over where not awaits_second_factor)
                  and logout_notice and expires_at >= now()
            )
            delete from sessions where id in (select id from over)
            """,
            """
            delete from sign_in_transactions where state_hash in (
                select state_hash from sign_in_transactions where expires_at < now()
                order by expires_at limit \(limit) for update skip locked
            )
            """,
            """
            delete from parked_callbacks where handle_hash in (
                select handle_hash from parked_callbacks where expires_at < now()
                order by expires_at limit \(limit) for update skip locked
            )
            """,
            """
            delete from pending_registrations where id in (
                select id from pending_registrations where expires_at < now()
                order by expires_at limit \(limit) for update skip locked
            )
            """,
            """
            delete from proofs where token_hash in (
                select token_hash from proofs where expires_at < now()
                order by expires_at limit \(limit) for update skip locked
            )
            """,
            """
            delete from pending_links where id in (
                select id from pending_links where expires_at < now()
                order by expires_at limit \(limit) for update skip locked
            )
            """,
            """
            delete from email_changes where user_id in (
                select user_id from email_changes where expires_at < now()
                order by expires_at limit \(limit) for update skip locked
            )
            """,
            // A code is remembered for a day, so that a late second use still ends what the first one got.
            """
            delete from authorization_codes where code_hash in (
                select code_hash from authorization_codes where expires_at < now() - interval '1 day'
                order by expires_at limit \(limit) for update skip locked
            )
            """,
            """
            delete from access_tokens where token_hash in (
                select token_hash from access_tokens where expires_at < now()
                order by expires_at limit \(limit) for update skip locked
            )
            """,
            """
            delete from pushed_requests where handle_hash in (
                select handle_hash from pushed_requests where expires_at < now()
                order by expires_at limit \(limit) for update skip locked
            )
            """,
            // An hour longer than it could be used: nodes go by clocks of their own.
            """
            delete from client_assertions where id_hash in (
                select id_hash from client_assertions where expires_at < now() - interval '1 hour'
                order by expires_at limit \(limit) for update skip locked
            )
            """,
            """
            delete from exchange_nonces where nonce_hash in (
                select nonce_hash from exchange_nonces where expires_at < now()
                order by expires_at limit \(limit) for update skip locked
            )
            """,
            """
            delete from exchanged_tokens where (issuer, token_hash) in (
                select issuer, token_hash from exchanged_tokens where expires_at < now()
                order by expires_at limit \(limit) for update skip locked
            )
            """,
            // A used refresh token is remembered for a month: after that a copy of it opens nothing, and tells nothing either.
            """
            delete from refresh_tokens where token_hash in (
                select token_hash from refresh_tokens where used_at < now() - interval '30 days'
                order by used_at limit \(limit) for update skip locked
            )
            """,
            """
            delete from throttles where key in (
                select key from throttles where whole_at < now()
                order by whole_at limit \(limit) for update skip locked
            )
            """,
            """
            delete from identity_changes where id in (
                select id from identity_changes where undo_until < now()
                order by undo_until limit \(limit) for update skip locked
            )
            """,
            """
            delete from pending_merges where id in (
                select id from pending_merges where expires_at < now()
                order by expires_at limit \(limit) for update skip locked
            )
            """,
            // As long as a browser keeps the cookie at most (RFC 6265bis §5.6.2).
            """
            delete from known_devices where (user_id, token_hash) in (
                select user_id, token_hash from known_devices where last_seen_at < now() - interval '400 days'
                order by last_seen_at limit \(limit) for update skip locked
            )
            """,
        ]
    }
}
