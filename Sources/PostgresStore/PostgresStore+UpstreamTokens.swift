public import Accounts
import Postgres

import struct Foundation.UUID

extension PostgresStore: UpstreamTokenStore {
    /// One round trip.
    public func upstreamTokens(_ lookup: UpstreamTokenLookup) async throws(StoreFailure) -> FoundUpstreamTokens {
        do {
            let rows = try await client.query(
                """
                select f.id, f.issuer, f.subject, t.sealed_access_token, t.sealed_refresh_token, t.scope, t.expires_at, t.version,
                       t.refresh_version, t.failures, coalesce(t.refreshing_until > now(), false), now()
                from \(Self.usableIdentity(lookup))
                left join upstream_tokens t on t.identity_id = f.id
                order by f.id is not distinct from s.identity_id desc, f.last_sign_in_at desc, f.id limit 1
                """
            )
            guard let row = rows.first,
                let key = FederatedIdentityKey(
                    issuer: try row.decode(String.self, at: 1),
                    subject: try row.decode(String.self, at: 2)
                )
            else { return .noIdentity }
            guard let version = try row.decode(Int64?.self, at: 7) else { return .nothingKept }
            return .stored(
                StoredUpstreamTokens(
                    identity: FederatedIdentityID(try row.decode(UUID.self, at: 0)),
                    key: key,
                    accessToken: try row.decode([UInt8]?.self, at: 3),
                    refreshToken: try row.decode([UInt8]?.self, at: 4),
                    scope: try row.decode([String].self, at: 5),
                    expiresAt: try row.decode(Timestamp?.self, at: 6).map { Instant($0) },
                    version: version,
                    refreshVersion: try row.decode(Int64.self, at: 8),
                    failures: try row.decode(Int64.self, at: 9),
                    isBeingRefreshed: try row.decode(Bool.self, at: 10),
                    readAt: Instant(try row.decode(Timestamp.self, at: 11))
                )
            )
        } catch {
            throw translate(error)
        }
    }

    /// Identities `f` that count, of a user `u` who may sign in, under a live session `s`: never of a disabled account, never one
    /// that is blocked or has lapsed.
    private static func usableIdentity(_ lookup: UpstreamTokenLookup) -> SQL {
        """
        federated_identities f
        join users u on u.id = f.user_id and u.id = \(lookup.user.uuid) and u.disabled_at is null
        join sessions s on s.id = \(lookup.session.uuid) and s.user_id = u.id and not s.awaits_second_factor and \(liveness)
          and f.provider = \(lookup.provider.description) and f.issuer = \(lookup.issuer)
          and f.last_sign_in_at > coalesce(now() - make_interval(secs => \(nullable: lookup.lapsesAfter?.seconds)), '-infinity')
          and not exists (
              select from blocked_identities b where b.user_id = u.id and b.issuer = f.issuer and b.subject = f.subject)
        """
    }

    /// Of two who come at once the second waits for the first one's row, reads it again, and finds it taken.
    public func lease(
        _ stored: StoredUpstreamTokens,
        as lease: UpstreamLeaseID,
        for duration: Duration
    ) async throws(StoreFailure) -> Bool {
        try await run(
            """
            update upstream_tokens
            set lease_id = \(lease.uuid), refreshing_until = clock_timestamp() + make_interval(secs => \(duration.seconds))
            where identity_id = \(stored.identity.uuid) and version = \(stored.version)
              and refresh_version = \(stored.refreshVersion) and sealed_refresh_token is not null
              and (refreshing_until is null or refreshing_until < clock_timestamp())
            """
        ).affected == 1
    }

    /// Only while nobody else has it.
    public func extend(
        _ lease: UpstreamLeaseID,
        of stored: StoredUpstreamTokens,
        for duration: Duration
    ) async throws(StoreFailure) {
        _ = try await run(
            """
            update upstream_tokens set refreshing_until = clock_timestamp() + make_interval(secs => \(duration.seconds))
            where identity_id = \(stored.identity.uuid) and lease_id = \(lease.uuid)
            """
        )
    }

    /// A refresh token of another number came with a sign-in, or with somebody else's refresh: it is newer than anything that the old
    /// one gave. An access token of another number came with a sign-in that brought no refresh token: it stays.
    public func end(
        _ lease: UpstreamLeaseID,
        of stored: StoredUpstreamTokens,
        with end: UpstreamRefreshEnd
    ) async throws(StoreFailure) -> Bool {
        let isSame: SQL =
            "identity_id = \(stored.identity.uuid) and refresh_version = \(stored.refreshVersion)"
        switch end {
        case .renewed(let tokens):
            // Also when the lease has run out meanwhile, and when another node has tried the old refresh token then, and was refused:
            // nobody has a newer one than this.
            let isNewest: SQL = "(version = \(stored.version) or refused_at is not null)"
            let isRotated: SQL = tokens.refreshToken == nil ? "false" : "true"
            let isOver: SQL = "(\(isRotated) or lease_id = \(lease.uuid))"
            return try await run(
                """
                update upstream_tokens
                set sealed_refresh_token = coalesce(\(nullable: tokens.refreshToken), sealed_refresh_token),
                    refresh_version = refresh_version + \(isRotated)::int,
                    sealed_access_token = case when \(isNewest) then \(tokens.accessToken) else sealed_access_token end,
                    scope = case when \(isNewest) then \(tokens.scope) else scope end,
                    expires_at = case when \(isNewest)
                        then now() + make_interval(secs => \(Double(tokens.expiresIn ?? tokens.assumedLife))) else expires_at end,
                    stored_at = case when \(isNewest) then now() else stored_at end,
                    version = version + \(isNewest)::int, refused_at = null,
                    lease_id = case when \(isOver) then null else lease_id end,
                    refreshing_until = case when \(isOver) then null else refreshing_until end
                where \(isSame)
                """
            ).affected == 1
        case .refused:
            // Only under the lease: whoever lost it may have been refused because somebody else has used the token.
            let isNewest: SQL = "(version = \(stored.version))"
            return try await run(
                """
                update upstream_tokens
                set sealed_access_token = case when \(isNewest) then null else sealed_access_token end,
                    refused_at = case when \(isNewest) then now() else refused_at end,
                    version = version + \(isNewest)::int, sealed_refresh_token = null, lease_id = null, refreshing_until = null
                where \(isSame) and lease_id = \(lease.uuid)
                """
            ).affected == 1
        case .failed(nil):
            return try await run(
                """
                update upstream_tokens set failures = failures + 1, lease_id = null, refreshing_until = null
                where identity_id = \(stored.identity.uuid) and lease_id = \(lease.uuid)
                """
            ).affected == 1
        case .failed(let rotated?):
            return try await run(
                """
                update upstream_tokens
                set sealed_refresh_token = \(rotated), refresh_version = refresh_version + 1, failures = failures + 1,
                    lease_id = null, refreshing_until = null
                where \(isSame) and refused_at is null
                """
            ).affected == 1
        }
    }

    /// One statement: an account that is being disabled, an identity that is being unlinked, a grant that is being revoked is
    /// either seen here, or its end comes after the hand-out that is written down.
    public func recordHandOut(
        of stored: StoredUpstreamTokens,
        to lookup: UpstreamTokenLookup,
        event: AccountEvent
    ) async throws(StoreFailure) -> Bool {
        try await run(
            Self.insertion(
                of: event,
                from: """
                    select f.user_id from \(Self.usableIdentity(lookup))
                    join upstream_tokens t on t.identity_id = f.id and t.version = \(stored.version)
                    where f.id = \(stored.identity.uuid)
                    """
            )
        ).affected == 1
    }

    /// A relation that stores what a provider gave, for the identity that acted; in the sign-in's own statement.
    static func kept(_ tokens: SealedUpstreamTokens?) -> SQL {
        guard let tokens else { return "kept as (select)" }
        let assumed = Double(tokens.assumedLife)
        let lifetime = tokens.expiresIn.map(Double.init) ?? (tokens.refreshToken == nil ? nil : assumed)
        return """
            kept as (
                insert into upstream_tokens (identity_id, sealed_access_token, sealed_refresh_token, scope, expires_at)
                select identity_id, \(tokens.accessToken), \(nullable: tokens.refreshToken), \(tokens.scope),
                       now() + make_interval(secs => \(nullable: lifetime))
                from acted where identity_id is not null
                on conflict (identity_id) do update
                set sealed_access_token = excluded.sealed_access_token,
                    -- Google gives a refresh token with a consent only: one from before is good for as long as it was, and
                    -- whoever is refreshing with it goes on.
                    sealed_refresh_token = coalesce(excluded.sealed_refresh_token, upstream_tokens.sealed_refresh_token),
                    refresh_version = upstream_tokens.refresh_version + (excluded.sealed_refresh_token is not null)::int,
                    lease_id = case when excluded.sealed_refresh_token is null then upstream_tokens.lease_id end,
                    refreshing_until = case when excluded.sealed_refresh_token is null then upstream_tokens.refreshing_until end,
                    scope = excluded.scope,
                    expires_at = coalesce(excluded.expires_at, case when upstream_tokens.sealed_refresh_token is not null
                        then now() + make_interval(secs => \(assumed)) end),
                    version = upstream_tokens.version + 1, stored_at = now(), refused_at = null
            )
            """
    }
}
