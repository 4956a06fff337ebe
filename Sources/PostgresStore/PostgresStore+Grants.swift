public import Accounts
public import AuthorizationServer
import Cryptography
import Postgres

import struct Foundation.UUID

extension PostgresStore: GrantStore {
    /// While the session lives.
    public func store(_ code: NewAuthorizationCode) async throws(StoreFailure) {
        let request = code.request
        let stored: Int
        do {
            stored = try await client.query(
                """
                insert into authorization_codes (code_hash, client_id, redirect_uri, user_id, session_id, scope, nonce,
                                                 code_challenge, expires_at)
                select \(code.codeHash.bytes), \(request.client.description), \(request.redirectURI), s.user_id, s.id,
                       \(request.scope), \(nullable: request.nonce), \(request.codeChallenge),
                       now() + make_interval(secs => \(code.lifetime.seconds))
                from sessions s where s.id = \(code.session.uuid) and not s.awaits_second_factor
                """
            ).affected
        } catch {
            // The app was removed: the next request finds that out.
            throw error.isForeignKeyViolation ? .unavailable : translate(error)
        }
        // The session ended since it was read: the next request finds that out.
        guard stored == 1 else { throw .unavailable }
    }

    /// One statement; a second one only for whoever comes too late.
    public func redeem(_ redemption: CodeRedemption) async throws(StoreFailure) -> CodeOutcome {
        let app = redemption.client
        do {
            let rows = try await client.query(
                """
                with redeemed as (
                    update authorization_codes c set redeemed_at = now(), grant_id = \(redemption.grant.uuid)
                    from sessions s, users u left join user_emails e on e.user_id = u.id and e.is_primary
                    where c.code_hash = \(redemption.codeHash.bytes) and c.redeemed_at is null and c.expires_at > now()
                      and c.client_id = \(app.id.description) and c.redirect_uri = \(redemption.redirectURI)
                      and c.code_challenge = \(redemption.codeChallenge)
                      and s.id = c.session_id and u.id = c.user_id and u.disabled_at is null
                    returning c.grant_id as id, c.client_id, c.session_id, c.scope, c.nonce, s.identity_id, s.methods,
                              s.provider, s.authenticated_at, s.user_agent, s.network,
                              now() + make_interval(secs => \(app.lifetimes.absolute.seconds)) as expires_at,
                              \(Self.userColumns)
                ), granted as (
                    -- Nobody has the token of this hash: an app's session is reached by what hangs on it.
                    insert into sessions (id, token_hash, user_id, identity_id, methods, provider, authenticated_at,
                                          idle_timeout, expires_at, user_agent, network, client_id, parent_id, scope,
                                          logout_notice, told_of)
                    select r.id, \(Random.bytes(32)),
                           r.user_id, r.identity_id, r.methods, r.provider, r.authenticated_at,
                           make_interval(secs => \(app.lifetimes.idle.seconds)), r.expires_at,
                           r.user_agent, r.network, r.client_id,
                           case when \(Scope.offlineAccess) = any (r.scope) then null else r.session_id end, r.scope,
                           \(app.backchannelLogout != nil),
                           case when \(app.backchannelLogout != nil) and \(Scope.offlineAccess) = any (r.scope) then r.session_id end
                    from redeemed r
                )\(Self.tokens(of: redemption))
                select \(Self.columnsOfGrant), s.nonce from redeemed s
                """
            )
            if let row = rows.first {
                return .redeemed(
                    try Self.liveGrant(row),
                    nonce: try row.decode(String?.self, at: Self.grantColumnCount)
                )
            }
            return try await usedBefore(redemption)
        } catch let failure as PostgresFailure {
            // The browser's session ended between two steps of the statement: so did the code.
            if failure.isForeignKeyViolation { return .invalid }
            throw translate(failure)
        } catch {
            throw .broken
        }
    }

    /// What an app gets with its grant, of what it asked for.
    private static func tokens(of redemption: CodeRedemption) -> SQL {
        var tokens: SQL = ""
        if let refreshToken = redemption.refreshToken {
            tokens = """
                , refreshable as (
                    insert into refresh_tokens (token_hash, session_id) select \(refreshToken.bytes), id from redeemed
                )
                """
        }
        guard let accessToken = redemption.accessToken else { return tokens }
        return """
            \(tokens), accessible as (
                insert into access_tokens (token_hash, session_id, scope, expires_at)
                select \(accessToken.bytes), id, scope,
                       least(expires_at, now() + make_interval(secs => \(redemption.client.lifetimes.accessToken.seconds)))
                from redeemed
            )
            """
    }

    /// A code that comes a second time was seen by two: whatever the first got is taken away (J02). Whoever lost a race has waited
    /// for the winner's commit, so there is something to end.
    private func usedBefore(_ redemption: CodeRedemption) async throws -> CodeOutcome {
        let rows = try await client.query(
            """
            with used as (
                select grant_id from authorization_codes
                where code_hash = \(redemption.codeHash.bytes) and redeemed_at is not null
                  and client_id = \(redemption.client.id.description)
            ), ended as (
                delete from sessions where id in (select grant_id from used) and \(Self.isOfAnApp) returning id
            )
            select (select count(*) from used), (select count(*) from ended)
            """
        )
        guard let row = rows.first, try row.decode(Int64.self, at: 0) > 0 else { return .invalid }
        return .usedBefore(endedGrant: try row.decode(Int64.self, at: 1) > 0)
    }

    /// One statement; a second one only for a token that was used before.
    public func rotate(_ rotation: RefreshRotation) async throws(StoreFailure) -> RefreshOutcome {
        do {
            let rows = try await client.query(
                """
                with used as (
                    update refresh_tokens r set used_at = now(), successor_hash = \(rotation.successor.bytes)
                    from sessions s, users u left join user_emails e on e.user_id = u.id and e.is_primary
                    where r.token_hash = \(rotation.token.bytes) and r.used_at is null and s.id = r.session_id
                      and \(Self.isOf(rotation.client)) and \(Self.liveness)
                    returning s.id, s.client_id, s.scope, s.methods, s.provider, s.authenticated_at, s.expires_at, s.parent_id,
                              \(Self.userColumns)
                ), next as (
                    insert into refresh_tokens (token_hash, session_id) select \(rotation.successor.bytes), id from used
                )\(Self.accessToken(of: rotation)), touched as (
                    -- The browser's session lives as long as an app of ours is used. One of somebody else does not keep it up.
                    update sessions set last_seen_at = now() from used
                    where sessions.id = any (array[used.id, case when \(rotation.client.isFirstParty) then used.parent_id end])
                )
                select \(Self.columnsOfGrant) from used s
                """
            )
            if let row = rows.first { return .rotated(try Self.liveGrant(row)) }
            return try await usedBefore(rotation)
        } catch let failure as PostgresFailure {
            // The grant ended between two steps of the statement.
            if failure.isForeignKeyViolation { return .invalid }
            throw translate(failure)
        } catch {
            throw .broken
        }
    }

    /// With the scope that the app still has: what the operator has taken from it since is in no new token.
    private static func accessToken(of rotation: RefreshRotation) -> SQL {
        guard let accessToken = rotation.accessToken else { return "" }
        return """
            , accessible as (
                insert into access_tokens (token_hash, session_id, scope, expires_at)
                select \(accessToken.bytes), s.id,
                       array(select named from unnest(coalesce(\(nullable: rotation.scope), s.scope))
                             with ordinality part (named, place)
                             where named = any (\(rotation.client.scopes.sorted())) order by place),
                       least(s.expires_at,
                             now() + make_interval(secs => \(rotation.client.lifetimes.accessToken.seconds)))
                from used s
            )
            """
    }

    private func usedBefore(_ rotation: RefreshRotation) async throws -> RefreshOutcome {
        let rows = try await client.query(
            """
            select \(Self.grantColumns), r.successor_hash, n.used_at is not null, n.token_hash is null,
                   extract(epoch from clock_timestamp() - r.used_at)::float8
            from refresh_tokens r
            left join refresh_tokens n on n.token_hash = r.successor_hash
            join sessions s on s.id = r.session_id \(Self.grantJoins)
            where r.token_hash = \(rotation.token.bytes) and r.used_at is not null
              and \(Self.isOf(rotation.client)) and \(Self.liveness)
            """
        )
        guard let row = rows.first,
            let successor = TokenHash(stored: try row.decode([UInt8].self, at: Self.grantColumnCount))
        else { return .invalid }
        let column = Self.grantColumnCount
        return .used(
            UsedRefreshToken(
                grant: try Self.liveGrant(row),
                successor: successor,
                isSuccessorUsed: try row.decode(Bool.self, at: column + 1) || row.decode(Bool.self, at: column + 2),
                age: .seconds(try row.decode(Double.self, at: column + 3))
            )
        )
    }

    /// With everything that hangs on it, by cascade.
    public func giveUp(_ grant: SessionID) async throws(StoreFailure) -> Bool {
        do {
            return try await client.transaction { transaction in
                let done = try await transaction.pipeline([
                    "update sessions set logout_notice = false where id = \(grant.uuid) and \(Self.isOfAnApp)",
                    "delete from sessions where id = \(grant.uuid) and \(Self.isOfAnApp)",
                ])
                return done.last?.affected == 1
            }
        } catch let failure as PostgresFailure {
            throw translate(failure)
        } catch {
            throw .broken
        }
    }

    /// With everything that hangs on it, by cascade.
    public func endGrant(_ grant: SessionID, replay: ReplayRecord?) async throws(StoreFailure) -> Bool {
        guard let replay else {
            return try await run("delete from sessions where id = \(grant.uuid) and \(Self.isOfAnApp)").affected
                == 1
        }
        do {
            let rows = try await client.query(
                """
                with ended as (
                    delete from sessions where id = \(grant.uuid) and \(Self.isOfAnApp) returning user_id
                ), noted as (
                    \(Self.insertion(of: replay.event, from: "select user_id from ended"))
                ), told as (
                    \(Self.enqueued(replay.notice, when: "exists (select from ended)"))
                )
                select count(*) from ended
                """
            )
            return try rows.one().decode(Int64.self, at: 0) == 1
        } catch {
            throw translate(error)
        }
    }

    /// The hot path of apps that introspect: one statement for all who ask at the same moment, one round trip.
    public func accessToken(
        _ token: TokenHash,
        then completion: @escaping @Sendable (Result<LiveAccessToken?, StoreFailure>) -> Void
    ) {
        liveAccessTokens.find(token, (), then: completion)
    }

    /// One round trip.
    public func grant(_ id: SessionID) async throws(StoreFailure) -> LiveGrant? {
        try await liveGrant(
            """
            select \(Self.grantColumns) from sessions s \(Self.grantJoins)
            where s.id = \(id.uuid) and \(Self.isOfAnApp) and \(Self.liveness)
            """
        )
    }

    /// One round trip.
    public func grant(refreshToken: TokenHash, includingUsed: Bool) async throws(StoreFailure) -> LiveGrant? {
        try await liveGrant(
            """
            select \(Self.grantColumns)
            from refresh_tokens r join sessions s on s.id = r.session_id \(Self.grantJoins)
            where r.token_hash = \(refreshToken.bytes) and (r.used_at is null or \(includingUsed)) and \(Self.isOfAnApp)
              and \(Self.liveness)
            """
        )
    }

    private func liveGrant(_ statement: SQL) async throws(StoreFailure) -> LiveGrant? {
        do {
            return try await client.read(statement).first.map { (row) throws(PostgresFailure) in try Self.liveGrant(row)
            }
        } catch {
            throw translate(error)
        }
    }

    /// One statement: of many simultaneous callers exactly one succeeds.
    public func spendAssertion(_ id: TokenHash, until: Instant) async throws(StoreFailure) -> Bool {
        try await run(
            """
            insert into client_assertions (id_hash, expires_at)
            values (\(id.bytes), to_timestamp(\(Double(until.seconds))::float8))
            on conflict (id_hash) do nothing
            """
        ).affected == 1
    }

    /// One round trip.
    public func now() async throws(StoreFailure) -> Instant {
        do {
            return Instant(try await client.read("select now()").one().decode(Timestamp.self, at: 0))
        } catch {
            throw translate(error)
        }
    }

    // MARK: rows

    /// Whether a session is an app's. Never `client_id is not null`, nor `client_id = …`, beside the session's id: while a table is
    /// young its statistics say that apps have no sessions, and Postgres reads the whole index of apps' sessions for one row.
    static let isOfAnApp: SQL = "coalesce(client_id, '') <> ''"

    /// Whether session `s` is this app's.
    private static func isOf(_ client: Client) -> SQL { "coalesce(s.client_id, '') = \(client.id.description)" }

    /// Whether session `s` of user `u` is live, and the browser's session that it stands under: nothing brings that back, and while
    /// a second step is still to come it opens nothing.
    static let liveness: SQL = """
        s.expires_at > now() and s.last_seen_at + s.idle_timeout > now() and not s.awaits_second_factor
        and u.id = s.user_id and u.disabled_at is null
        and (s.parent_id is null or exists (
            select from sessions p
            where p.id = s.parent_id and p.expires_at > now() and p.last_seen_at + p.idle_timeout > now()
              and not p.awaits_second_factor))
        """

    static let grantJoins: SQL = """
        join users u on u.id = s.user_id
        left join user_emails e on e.user_id = s.user_id and e.is_primary
        """

    static let grantColumns: SQL = """
        s.id, s.client_id, s.scope, s.methods, s.provider, s.authenticated_at, s.expires_at, now(),
        u.id, u.display_name, u.roles, e.address, e.verified_at is not null,
        u.public_metadata
        """
    private static let grantColumnCount = 14

    /// Of user `u` and address `e`, named for ``columnsOfGrant``.
    private static let userColumns: SQL = """
        u.id as user_id, u.display_name, u.roles, e.address, e.verified_at is not null as is_verified, u.public_metadata
        """

    /// The same as ``grantColumns`` of a relation `s` that has the user's columns as well.
    private static let columnsOfGrant: SQL = """
        s.id, s.client_id, s.scope, s.methods, s.provider, s.authenticated_at, s.expires_at, now(),
        s.user_id, s.display_name, s.roles, s.address, s.is_verified, s.public_metadata
        """

    /// Reads ``grantColumns``.
    /// - Parameter first: where they begin in the row.
    static func liveGrant(_ row: Row, from first: Int = 0) throws(PostgresFailure) -> LiveGrant {
        LiveGrant(
            id: SessionID(try row.decode(UUID.self, at: first + 0)),
            client: try row.decode(String.self, at: first + 1),
            user: User(
                id: UserID(try row.decode(UUID.self, at: first + 8)),
                displayName: try row.decode(String?.self, at: first + 9),
                roles: try row.decode([String].self, at: first + 10),
                email: try row.decode(String?.self, at: first + 11),
                emailVerified: try row.decode(Bool.self, at: first + 12),
                publicMetadata: try row.decode(String.self, at: first + 13)
            ),
            scope: try row.decode([String].self, at: first + 2),
            methods: try row.decode([String].self, at: first + 3),
            provider: try row.decode(String?.self, at: first + 4),
            authenticatedAt: try row.decode(Timestamp?.self, at: first + 5).map { Instant($0) },
            expiresAt: Instant(try row.decode(Timestamp.self, at: first + 6)),
            readAt: Instant(try row.decode(Timestamp.self, at: first + 7))
        )
    }
}

extension PostgresFailure {
    /// 23503: what a row refers to is gone.
    fileprivate var isForeignKeyViolation: Bool {
        if case .server(let error) = self { error.state.code == "23503" } else { false }
    }
}
