import Accounts
import AuthorizationServer
import Foundation
import Postgres
import PostgresStore
import TestSupport
import Testing

import struct Logging.Logger

/// What a request costs in Postgres must not grow with the tables: nothing on the way of a request, of its triggers and references,
/// reads a whole table.
@Suite("The cost of statements", .enabled(if: Stack.isAvailable))
struct CostOfStatementsTests {
    /// Every execution but the first five of a statement on a connection may use the plan that knows no values.
    private static let repetitions = 20
    /// What a request reads, it reads each time or, from the sixth time on, by a plan for all values; housekeeping, which a node does
    /// beside it, only now and then, and once before the tables are full.
    private static let manyTimes: Int64 = 10

    /// Tables that grow with people and what they do, and enough of each that a plan without an index would be the worse one.
    private static let rows = """
        set session_replication_role = replica;
        create function pg_temp.made(kind text, number bigint) returns uuid language sql as $$
            select (substr(md5(kind || number), 1, 12) || '7' || substr(md5(kind || number), 14, 3) || '8'
                    || substr(md5(kind || number), 18))::uuid
        $$;
        insert into users (id) select pg_temp.made('user', n) from generate_series(1, 5000) n;
        insert into user_emails (user_id, address, verified_at, is_primary)
        select pg_temp.made('user', n), 'p' || n || '@people.example', now(), true from generate_series(1, 5000) n;
        insert into federated_identities (id, user_id, provider, issuer, subject)
        select pg_temp.made('identity', n), pg_temp.made('user', n), 'google', 'https://accounts.google.com', 'p' || n
        from generate_series(1, 5000) n;
        insert into sessions (id, token_hash, user_id, identity_id, methods, authenticated_at, idle_timeout, expires_at, client_id)
        select pg_temp.made('session', n), sha256(('session ' || n)::bytea), pg_temp.made('user', n), pg_temp.made('identity', n),
               '{fed}', now(), interval '1 day', now() + interval '1 day' - case when n > 4000 then interval '2 days' else '0' end,
               case when n > 3000 then 'app' end
        from generate_series(1, 5000) n;
        insert into authorization_codes (code_hash, client_id, redirect_uri, user_id, session_id, scope, code_challenge, expires_at)
        select sha256(('code ' || n)::bytea), 'app', 'https://app.example/', pg_temp.made('user', n), pg_temp.made('session', n),
               '{openid}', repeat('c', 43), now() + interval '1 day'
        from generate_series(1, 5000) n;
        insert into refresh_tokens (token_hash, session_id)
        select sha256(('old refresh ' || n)::bytea), pg_temp.made('session', n) from generate_series(3001, 8000) n;
        insert into access_tokens (token_hash, session_id, scope, expires_at)
        select sha256(('old access ' || n)::bytea), pg_temp.made('session', n), '{openid}', now() + interval '1 day'
        from generate_series(3001, 8000) n;
        insert into sign_in_transactions (state_hash, browser_hash, provider, issuer, redirect_uri, purpose, return_to, expires_at)
        select sha256(('state ' || n)::bytea), sha256(('browser ' || n)::bytea), 'google', 'i', 'r', 'sign_in', '/',
               now() + interval '1 day'
        from generate_series(1, 5000) n;
        insert into known_devices (user_id, token_hash)
        select pg_temp.made('user', n), sha256(('device ' || n)::bytea) from generate_series(1, 5000) n;
        insert into linking_decisions (id, provider, issuer, subject_hash, facts, policy, rule, outcome, reason, user_id)
        select pg_temp.made('decision', n), 'google', 'i', '\\x00', 'f', 'p', '', 'sign_in', 'r', pg_temp.made('user', n)
        from generate_series(1, 5000) n;
        insert into account_events (id, user_id, kind)
        select pg_temp.made('event', n), pg_temp.made('user', n), 'signed_up' from generate_series(1, 5000) n;
        insert into throttles (key, whole_at, period)
        select sha256(('throttle ' || n)::bytea), now() + interval '1 day', interval '1 day' from generate_series(1, 5000) n;
        insert into proofs (token_hash, purpose, user_id, address, expires_at)
        select sha256(('proof ' || n)::bytea), 'password_reset', pg_temp.made('user', n), 'p@people.example', now() + interval '1 day'
        from generate_series(1, 5000) n;
        analyze;
        """

    /// How often each table of more than a handful of rows was read from its beginning to its end.
    private static func scans(_ stack: Stack) async throws -> [String: Int64] {
        let rows = try await stack.database.query(
            """
            select s.relname::text, coalesce(s.seq_scan, 0) from pg_stat_user_tables s join pg_class c on c.oid = s.relid
            where c.reltuples >= 3000
            """
        )
        var scans: [String: Int64] = [:]
        for row in rows { scans[try row.decode(String.self, at: 0)] = try row.decode(Int64.self, at: 1) }
        return scans
    }

    /// What a connection has counted is known to others at the latest when it has ended.
    private static func connectionsHaveEnded(_ application: String, _ stack: Stack) async throws {
        _ = try await eventually("the end of all connections") { () -> Bool? in
            try await stack.database.query(
                """
                select from pg_stat_activity where datname = current_database() and application_name = \(application)
                """
            ).isEmpty ? true : nil
        }
    }

    @Test("Signing in, looking at the session and signing out read no table as a whole")
    func signIn() async throws {
        let stack = try await Stack.start()
        try await stack.database.runScript(Self.rows)
        let before = try await Self.scans(stack)
        #expect(before.count >= 13)
        try await stack.mock.call("PUT", "/auto/google", #"{"mode":"fresh"}"#)
        for _ in 0..<Self.repetitions {
            let browser = stack.browser()
            #expect(try await browser.signIn("google", at: stack.mock).status == 303)
            #expect(try await browser.get("/v1/session").status == 200)
            // Again in the same browser: the session before ends.
            #expect(try await browser.signIn("google", at: stack.mock).status == 303)
            #expect((200..<400).contains(try await browser.post("/sign-out", form: []).status))
        }
        await stack.stop(nodesOnly: true)
        try await Self.connectionsHaveEnded("latchkey", stack)
        let read = try await Self.scans(stack).filter { $0.value - (before[$0.key] ?? 0) >= Self.manyTimes }
        #expect(read == [:])
        await stack.stop()
    }

    @Test("Codes, refreshes, access tokens, their ends, and housekeeping read no table as a whole")
    func tokens() async throws {
        let stack = try await Stack.start(nodes: 0)
        try await stack.database.runScript(Self.rows)
        let before = try await Self.scans(stack)
        let client = try await Self.client("measured", stack)
        let store = PostgresStore(client: client, logger: Logger(label: "test"))
        let app = try Self.app()
        for number in 1...Self.repetitions { try await Self.useCode(number, app, store) }
        for number in 1...Self.repetitions {
            #expect(try await store.end(.ofState("session \(100 + number)")))
            #expect(try await store.removeExpired(limit: 5) == 5)
        }
        await client.shutdown(within: .seconds(120))
        try await Self.connectionsHaveEnded("measured", stack)
        let read = try await Self.scans(stack).filter { $0.value - (before[$0.key] ?? 0) >= Self.manyTimes }
        #expect(read == [:])
        await stack.stop()
    }

    @Test("Plans that were made while nobody had an app's session read one row of them when there are thousands")
    func youngTables() async throws {
        let stack = try await Stack.start(nodes: 0)
        try await stack.database.runScript(
            Self.rows.replacingOccurrences(of: "case when n > 3000 then 'app' end", with: "null")
        )
        let client = try await Self.client("young", stack)
        let store = PostgresStore(client: client, logger: Logger(label: "test"))
        let app = try Self.app()
        // Until there are plans for all values.
        for number in 1...8 { try await Self.useCode(number, app, store) }
        _ = try await stack.database.query("update sessions set client_id = 'app' where expires_at < now()")
        let before = try await Self.readOfAppSessions(stack)
        for number in 9...(8 + Self.repetitions) { try await Self.useCode(number, app, store) }
        await client.shutdown(within: .seconds(120))
        try await Self.connectionsHaveEnded("young", stack)
        #expect(try await Self.readOfAppSessions(stack) - before < 1_000)
        await stack.stop()
    }

    /// One connection of each kind, so that every statement comes to its plan for all values soon.
    private static func client(_ application: String, _ stack: Stack) async throws -> PostgresClient {
        var configuration = PostgresConfiguration.patient(conninfo: stack.conninfo)
        configuration.applicationName = application
        configuration.readConnections = 1
        configuration.statementConnections = 1
        configuration.leasedConnections = 1
        let client = try PostgresClient(configuration: configuration)
        client.start()
        try await client.ready(within: .seconds(120))
        return client
    }

    /// How many entries of the index of apps' sessions have been read.
    private static func readOfAppSessions(_ stack: Stack) async throws -> Int64 {
        try await stack.database.query(
            "select idx_tup_read from pg_stat_user_indexes where indexrelname = 'sessions_client'"
        ).one().decode(Int64.self, at: 0)
    }

    /// Everything that happens to a code, once.
    private static func useCode(_ number: Int, _ app: Client, _ store: PostgresStore) async throws {
        let redemption = CodeRedemption(
            codeHash: .ofState("code \(number)"),
            client: app,
            redirectURI: "https://app.example/",
            codeChallenge: String(repeating: "c", count: 43),
            grant: SessionID(UUID()),
            refreshToken: .ofState("refresh \(number)"),
            accessToken: .ofState("access \(number)")
        )
        guard case .redeemed(let grant, nonce: nil) = try await store.redeem(redemption) else {
            throw NeverHappened(description: "code \(number) to be redeemed")
        }
        #expect(grant.id == redemption.grant)
        #expect(grant.user.email == "p\(number)@people.example")
        #expect(grant.scope == ["openid"])
        let rotation = RefreshRotation(
            token: .ofState("refresh \(number)"),
            client: app,
            successor: .ofState("next refresh \(number)"),
            accessToken: .ofState("next access \(number)"),
            scope: nil
        )
        guard case .rotated(let rotated) = try await store.rotate(rotation) else {
            throw NeverHappened(description: "refresh token \(number) to be rotated")
        }
        #expect(rotated.user == grant.user)
        #expect(rotated.expiresAt == grant.expiresAt)
        guard case .used = try await store.rotate(rotation) else {
            throw NeverHappened(description: "refresh token \(number) to be known as used")
        }
        #expect(try await store.accessToken(.ofState("next access \(number)"))?.scope == ["openid"])
        store.touch(grant.id)
        #expect(try await store.redeem(redemption) == .usedBefore(endedGrant: true))
        #expect(try await store.accessToken(.ofState("access \(number)")) == nil)
        #expect(try await store.redeem(redemption) == .usedBefore(endedGrant: false))
    }

    private static func app() throws -> Client {
        Client(
            id: try #require(ClientID("app")),
            name: "App",
            secretHashes: [],
            redirectURIs: [],
            postLogoutRedirectURIs: [],
            grants: [],
            scopes: ["openid"],
            providers: nil,
            isFirstParty: true,
            accessTokens: .opaque,
            idTokenAlgorithm: .es256,
            lifetimes: .init(accessToken: .seconds(600), idle: .seconds(3600), absolute: .seconds(86_400))
        )
    }
}
