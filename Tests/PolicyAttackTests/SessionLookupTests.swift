import Accounts
import AuthorizationServer
import Postgres
import TestSupport
import Testing

import struct Foundation.UUID
import struct Logging.Logger

@testable import PostgresStore

/// Checks that share a statement, and uses that share a commit.
@Suite("Session checks at one moment", .enabled(if: Stack.isAvailable))
struct SessionLookupTests {
    private static let lifetime = SessionLifetime(
        idleTimeout: .seconds(3_600),
        absoluteTimeout: .seconds(3_600),
        freshFor: .seconds(60),
        touchInterval: .seconds(60)
    )

    /// Why a session does not count, as a change to it or its user.
    private static let spoilt: [SQL] = [
        "update sessions set expires_at = now() - interval '1 second' where id = ",
        "update sessions set last_seen_at = now() - interval '2 hours' where id = ",
        "update sessions set awaits_second_factor = true where id = ",
        "update users set disabled_at = now() where id in (select user_id from sessions where id = ",
        "delete from sessions where id = ",
    ]

    private struct Rows {
        let database: PostgresClient
        let store: PostgresStore

        init(_ stack: Stack) {
            database = stack.database
            store = PostgresStore(client: stack.database, logger: Logger(label: "test"))
        }

        static func token(of session: UUID) throws -> TokenHash {
            let octets = withUnsafeBytes(of: session.uuid) { Array($0) }
            return try #require(TokenHash(stored: octets + octets))
        }

        func sessions(_ count: Int) async throws -> [UUID] {
            let ids = (0..<count).map { _ in UUID() }
            _ = try await database.query("insert into users (id) select unnest(\(ids))")
            _ = try await database.query(
                """
                insert into sessions (id, token_hash, user_id, methods, idle_timeout, expires_at, last_seen_at)
                select id, uuid_send(id) || uuid_send(id), id, '{}', '1 hour', now() + interval '1 hour',
                       now() - interval '10 minutes'
                from unnest(\(ids)) id
                """
            )
            return ids
        }

        func lastSeen(_ ids: [UUID]) async throws -> Int64 {
            try await database.query(
                "select count(*) from sessions where id = any(\(ids)) and last_seen_at > now() - interval '5 minutes'"
            ).one().decode(Int64.self, at: 0)
        }
    }

    @Test("Everybody gets their own session and nobody another's, however many ask at once, whoever is unknown or over")
    func everybodyTheirOwn() async throws {
        let rows = Rows(try await Stack.shared())
        let ids = try await rows.sessions(300)
        var over: Set<UUID> = []
        for (number, id) in ids.enumerated() where number % 10 < Self.spoilt.count {
            let change = Self.spoilt[number % 10]
            _ = try await rows.database.query(number % 10 == 3 ? "\(change)\(id))" : "\(change)\(id)")
            over.insert(id)
        }
        let strangers = (0..<100).map { _ in UUID() }
        let asked = (ids + ids + strangers).shuffled()
        let found = try await withThrowingTaskGroup(of: (UUID, SessionID?).self) { group in
            for id in asked {
                group.addTask {
                    (id, try await rows.store.session(try Rows.token(of: id), lifetime: Self.lifetime)?.id)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(found.count == 700)
        for (id, session) in found {
            let isLive = ids.contains(id) && !over.contains(id)
            #expect(session == (isLive ? SessionID(id) : nil))
        }
        #expect(over.count == 150, "control: as many are over as live on")
    }

    @Test("J09 every app gets its own access tokens' answers, however many ask at once, and none for what is over")
    func accessTokens() async throws {
        let rows = Rows(try await Stack.shared())
        let parents = try await rows.sessions(240)
        let tokens = parents.map { _ in UUID() }
        _ = try await rows.database.query(
            """
            with given as (select * from unnest(\(parents), \(tokens)) as given (parent, id)), grants as (
              insert into sessions (id, token_hash, user_id, parent_id, client_id, scope, methods, idle_timeout, expires_at)
              select id, uuid_send(id) || uuid_send(id), parent, parent, 'shop', '{openid}', '{}', '1 hour',
                     now() + interval '1 hour'
              from given
              returning id
            )
            insert into access_tokens (token_hash, session_id, scope, expires_at)
            select uuid_send(id) || uuid_send(id), id, array[id::text], now() + interval '1 minute' from grants
            """
        )
        let ways: [(SQL, [UUID], SQL)] = [
            ("update access_tokens set expires_at = now() - interval '1 second' where session_id = ", tokens, ""),
            ("delete from access_tokens where session_id = ", tokens, ""),
            ("update sessions set expires_at = now() - interval '1 second' where id = ", tokens, ""),
            ("update sessions set expires_at = now() - interval '1 second' where id = ", parents, ""),
            ("update sessions set last_seen_at = now() - interval '2 hours' where id = ", parents, ""),
            ("update users set disabled_at = now() where id = ", parents, ""),
            ("update users set disabled_at = now() where id in (select user_id from sessions where id = ", tokens, ")"),
            ("delete from sessions where id = ", parents, ""),
        ]
        var over: Set<UUID> = []
        for (number, token) in tokens.enumerated() where number % 12 < ways.count {
            let (change, ids, end) = ways[number % 12]
            _ = try await rows.database.query("\(change)\(ids[number])\(end)")
            over.insert(token)
        }
        let found = try await withThrowingTaskGroup(of: (UUID, LiveAccessToken?).self) { group in
            for token in (tokens + tokens + parents).shuffled() {
                group.addTask { (token, try await rows.store.accessToken(try Rows.token(of: token))) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(found.count == 720)
        for (token, answer) in found {
            let isLive = tokens.contains(token) && !over.contains(token)
            #expect(answer?.grant.id == (isLive ? SessionID(token) : nil))
            if let answer { #expect(answer.scope.map { $0.lowercased() } == [token.uuidString.lowercased()]) }
        }
        #expect(over.count == 160, "control: some live on")
    }

    @Test("Uses are written down together, and one session that somebody holds does not keep the others")
    func uses() async throws {
        let rows = Rows(try await Stack.shared())
        let ids = try await rows.sessions(50)
        let held = ids[7]
        try await rows.database.transaction { transaction in
            _ = try await transaction.query("select 1 from sessions where id = \(held) for update")
            for id in ids { rows.store.touch(SessionID(id)) }
            _ = try await eventually("the uses that nobody holds are written") {
                try await rows.lastSeen(ids) == 49 ? true : nil
            }
        }
        #expect(try await rows.lastSeen([held]) == 0)
        rows.store.touch(SessionID(held))
        _ = try await eventually("a use noted later is written") { try await rows.lastSeen([held]) == 1 ? true : nil }
    }

    @Test("Without a database every check is answered, and lets nobody in")
    func away() async throws {
        let client = try PostgresClient(configuration: PostgresConfiguration(conninfo: "host=/nowhere"))
        let store = PostgresStore(client: client, logger: Logger(label: "test"))
        for _ in 0..<200 {
            await #expect(throws: StoreFailure.unavailable) {
                try await store.session(try Rows.token(of: UUID()), lifetime: Self.lifetime)
            }
        }
    }
}
