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
                       t.failures, coalesce(t.refreshing_until > now(), false), now()
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
                    failures: try row.decode(Int64.self, at: 8),
                    isBeingRefreshed: try row.decode(Bool.self, at: 9),
                    readAt: Instant(try row.decode(Timestamp.self, at: 10))
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
              and sealed_refresh_token = \(nullable: stored.refreshToken)
              and (refreshing_until is null or refreshing_until < clock_timestamp())
            """
        ).affected == 1
    }

    /// A refresh token that is another by now came with a sign-in: it is newer than anything that the old one gave.
    public func end(
        _ lease: UpstreamLeaseID,
        of stored: StoredUpstreamTokens,
        with end: UpstreamRefreshEnd
    ) async throws(StoreFailure) {
        let isSame: SQL = """
            identity_id = \(stored.identity.uuid) and sealed_refresh_token = \(nullable: stored.refreshToken)
            """
        switch end {
        case .renewed(let tokens):
            // Also when the lease has run out meanwhile: nobody has a newer token than this one.
            _ = try await run(
                """
                update upstream_tokens
                set sealed_access_token = \(tokens.accessToken),
                    sealed_refresh_token = coalesce(\(nullable: tokens.refreshToken), sealed_refresh_token),
                    scope = \(tokens.scope), expires_at = now() + make_interval(secs => \(nullable: tokens.lifetime)),
                    version = version + 1, stored_at = now(), lease_id = null, refreshing_until = null, refused_at = null
                where \(isSame)
                """
            )
        case .refused:
            // Only under the lease: whoever lost it may have been refused because somebody else has used the token.
            _ = try await run(
                """
                update upstream_tokens
                set sealed_access_token = null, sealed_refresh_token = null, refused_at = now(), version = version + 1,
                    lease_id = null, refreshing_until = null
                where \(isSame) and lease_id = \(lease.uuid)
                """
            )
        case .failed:
            _ = try await run(
                """
                update upstream_tokens set failures = failures + 1, lease_id = null, refreshing_until = null
                where identity_id = \(stored.identity.uuid) and lease_id = \(lease.uuid)
                """
            )
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
        return """
            kept as (
                insert into upstream_tokens (identity_id, sealed_access_token, sealed_refresh_token, scope, expires_at)
                select identity_id, \(tokens.accessToken), \(nullable: tokens.refreshToken), \(tokens.scope),
                       now() + make_interval(secs => \(nullable: tokens.lifetime))
                from acted where identity_id is not null
                on conflict (identity_id) do update
                set sealed_access_token = excluded.sealed_access_token,
                    -- Google gives a refresh token with a consent only: one from before is good for as long as it was.
                    sealed_refresh_token = coalesce(excluded.sealed_refresh_token, upstream_tokens.sealed_refresh_token),
                    scope = excluded.scope, expires_at = excluded.expires_at, version = upstream_tokens.version + 1,
                    stored_at = now(), lease_id = null, refreshing_until = null, refused_at = null
            )
            """
    }
}

extension SealedUpstreamTokens {
    /// As `make_interval(secs => …)` takes it.
    fileprivate var lifetime: Double? { expiresIn.map(Double.init) }
}
