import Foundation
import Testing

@testable import Postgres

@Suite("migration connections", .serialized, .enabled(if: TestDatabase.isThere), .database, .timeLimit(.minutes(20)))
struct MigrationConnectionTests {
    private struct Refusal: Error {}

    @Test("a script of several statements is one transaction") func script() async throws {
        try await TestDatabase.withClient { client async throws in
            try await client.runScript(
                """
                create table steps (n bigint); -- a comment; with a semicolon
                create function f() returns int language plpgsql as $$ begin perform 1; return 2; end $$;
                insert into steps values (1), (2);
                """
            )
            #expect(try await client.query("select * from steps").count == 2)
            let broken = await failure {
                try await client.runScript("insert into steps values (3); select 1 / 0; insert into steps values (4);")
            }
            #expect(broken?.state == SQLState("22012"))
            #expect(try await client.query("select * from steps").count == 2)
            #expect(await failure { try await client.runScript("select 1\0; drop table steps") } == .unsendable)
            try await client.runScript("")
        }
    }

    @Test("statements that no transaction allows, and values beside them") func outsideTransactions() async throws {
        try await TestDatabase.withClient { client async throws in
            try await client.withMigrationConnection { connection async throws in
                try await connection.run("create table versions (n bigint, name text)")
                try await connection.run("create index concurrently versions_n on versions (n)")
                try await connection.query("insert into versions values (\(1), \("it's"))")
                let row = try await connection.query("select n, name from versions").one()
                #expect(try row.decode(Int.self, "n") == 1)
                #expect(try row.decode(String.self, "name") == "it's")
                // No statement timeout here.
                let timeout = try await connection.query("show statement_timeout").one()
                #expect(try timeout.decode(String.self, at: 0) == "0")
            }
        }
    }

    @Test("only one holds the lock, until its connection closes") func lock() async throws {
        try await TestDatabase.withClient { client async throws in
            let held = Latch()
            let release = Latch()
            let holder = Task {
                try await client.withMigrationConnection { connection async throws in
                    try await connection.lock(42, within: .seconds(5))
                    held.open()
                    await release.wait()
                }
            }
            await held.wait()
            let refused = await failure {
                try await client.withMigrationConnection { connection async throws in
                    try await connection.lock(42, within: .milliseconds(100))
                }
            }
            #expect(refused == .timedOut)
            release.open()
            try await holder.value
            try await client.withMigrationConnection { connection async throws in
                try await connection.lock(42, within: .seconds(5))
            }
        }
    }

    @Test("a script that leaves its transaction open is taken back when the connection closes") func leftOpen()
        async throws
    {
        try await TestDatabase.withClient { client async throws in
            try await client.runScript("create table undone (n bigint)")
            await #expect(throws: Refusal.self) {
                try await client.withMigrationConnection { connection async throws in
                    try await connection.run("begin; insert into undone values (1)")
                    throw Refusal()
                }
            }
            #expect(try await client.query("select * from undone").isEmpty)
        }
    }

    @Test("COPY cannot hang it") func copy() async throws {
        try await TestDatabase.withClient { client async throws in
            let outcome = await failure { try await client.runScript("create table c (n int); copy c from stdin") }
            #expect(outcome == .connectionLost(maybeExecuted: true))
            #expect(await failure { try await client.query("copy (select 1) to stdout") } != nil)
            #expect(try await client.query("select 1").count == 1)
        }
    }

    @Test("cancelling ends a running script") func cancelled() async throws {
        try await TestDatabase.withClient { client async throws in
            let task = Task { try await client.runScript("select pg_sleep(600)") }
            try await eventually { client.statistics.connections == 6 }
            task.cancel()
            #expect(await failure { try await task.value } == .cancelled)
            try await eventually { client.statistics.connections == 5 }
        }
    }
}
