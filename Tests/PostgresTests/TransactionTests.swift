import Foundation
import Testing

@testable import Postgres

@Suite("transactions", .serialized, .enabled(if: TestDatabase.isThere), .database, .timeLimit(.minutes(20)))
struct TransactionTests {
    private struct Refusal: Error {}

    private func count(_ client: PostgresClient, _ name: String) async throws -> Int {
        try await client.query("select count(*) as n from log where name = \(name)").one().decode(Int.self, "n")
    }

    private func withTable<T: Sendable>(
        _ adjust: (inout PostgresConfiguration) -> Void = { _ in },
        _ body: (PostgresClient) async throws -> T
    ) async throws -> T {
        try await TestDatabase.withClient(adjust) { client async throws in
            try await client.withMigrationConnection { connection async throws in
                // Two suites' tests at once would otherwise both find the table missing.
                try await connection.lock(1, within: .seconds(30))
                try await connection.run(
                    """
                    create table if not exists log (name text not null, n bigint, unique (name, n) deferrable initially immediate);
                    create table if not exists late (n bigint unique deferrable initially deferred);
                    """
                )
            }
            return try await body(client)
        }
    }

    @Test("returning commits, throwing rolls back") func commitAndRollback() async throws {
        try await withTable { client async throws in
            let value = try await client.transaction { transaction async throws in
                try await transaction.query("insert into log values ('commit', 1)")
                let inside = try await transaction.query("select * from log where name = 'commit'")
                #expect(inside.count == 1)
                #expect(try await count(client, "commit") == 0)
                return 5
            }
            #expect(value == 5)
            #expect(try await count(client, "commit") == 1)
            await #expect(throws: Refusal.self) {
                try await client.transaction { transaction async throws in
                    try await transaction.query("insert into log values ('rollback', 1)")
                    throw Refusal()
                }
            }
            #expect(try await count(client, "rollback") == 0)
            #expect(client.statistics.leased == 0)
        }
    }

    @Test("several statements and COMMIT in one round trip") func pipelined() async throws {
        try await withTable { client async throws in
            try await client.transaction { transaction async throws in
                let first = try await transaction.pipeline([
                    "insert into log values ('piped', 1) returning n", "insert into log values ('piped', 2)",
                ])
                #expect(first.map(\.count) == [1, 0])
                #expect(first.map(\.affected) == [1, 1])
                let last = try await transaction.commit(after: ["select n from log where name = 'piped'", "select 1"])
                #expect(last.map(\.count) == [2, 1])
                #expect(await failure { try await transaction.query("select 1") } == .unsendable)
            }
            #expect(try await count(client, "piped") == 2)
            try await client.transaction { transaction async throws in
                #expect(try await transaction.commit(after: ["insert into log values ('piped', 3)"]).count == 1)
            }
            #expect(try await count(client, "piped") == 3)
            try await client.transaction { _ in }
        }
    }

    @Test("after a failed statement nothing can be committed, even when the failure was ignored")
    func ignoredFailure() async throws {
        try await withTable { client async throws in
            let outcome = await failure {
                try await client.transaction { transaction async throws in
                    try await transaction.query("insert into log values ('ignored', 1)")
                    _ = await failure { try await transaction.query("select 1 / 0") }
                }
            }
            #expect(outcome?.state == .inFailedTransaction)
            #expect(try await count(client, "ignored") == 0)
            #expect(client.statistics.leased == 0)
        }
    }

    @Test("a statement that fails in front of COMMIT takes the transaction back") func failedCommit() async throws {
        try await withTable({ $0.leasedConnections = 1 }) { client async throws in
            let outcome = await failure {
                try await client.transaction { transaction async throws in
                    try await transaction.query("insert into log values ('hidden', 1)")
                    try await transaction.commit(after: ["insert into log values ('hidden', 2)", "select 1 / 0"])
                }
            }
            #expect(outcome?.state == SQLState("22012"))
            #expect(try await count(client, "hidden") == 0)
            // Its connection is clean for the next one.
            try await client.transaction { transaction in
                try await transaction.query("insert into log values ('hidden', 3)")
            }
            #expect(try await count(client, "hidden") == 1)
            #expect(client.statistics.leased == 0)
        }
    }

    @Test("statements sent together with one that fails are told that the transaction failed") func siblings()
        async throws
    {
        try await withTable { client async throws in
            await #expect(throws: PostgresFailure.self) {
                try await client.transaction { transaction async throws in
                    try await transaction.query("select 1")
                    async let first = failure { try await transaction.query("select 1 / 0") }
                    async let second = failure { try await transaction.query("insert into log values ('siblings', 1)") }
                    #expect(await first?.state == SQLState("22012"))
                    let other = await second
                    #expect(other == nil || other?.state == .inFailedTransaction)
                }
            }
            #expect(try await count(client, "siblings") == 0)
        }
    }

    @Test("all of an atomic batch or nothing") func atomically() async throws {
        try await withTable { client async throws in
            let rows = try await client.atomically([
                "insert into log values ('batch', 1)", "insert into log values ('batch', 2) returning n",
                "select count(*) as n from log where name = 'batch'",
            ])
            #expect(rows.count == 3)
            #expect(try rows[2].one().decode(Int.self, "n") == 2)
            let duplicate = await failure {
                try await client.atomically([
                    "insert into log values ('batch', 3)", "insert into log values ('batch', 1)",
                    "insert into log values ('batch', 4)",
                ])
            }
            #expect(duplicate?.isUniqueViolation(constraint: "log_name_n_key") == true)
            #expect(try await count(client, "batch") == 2)
            let unprepared = await failure {
                try await client.atomically(["insert into log values ('batch', 5)", "select no_such_column"])
            }
            #expect(unprepared?.state == SQLState("42703"))
            #expect(try await count(client, "batch") == 2)
            #expect(try await client.atomically([]).isEmpty)
            #expect(try await client.atomically(["select 1"]).count == 1)
        }
    }

    @Test("an atomic batch whose commit fails has no effect and says so") func atomicCommitFailure() async throws {
        try await withTable { client async throws in
            let outcome = await failure {
                try await client.atomically([
                    "insert into log values ('late', 1)", "insert into late values (1)", "insert into late values (1)",
                ])
            }
            #expect(outcome?.isUniqueViolation(constraint: "late_n_key") == true)
            #expect(try await count(client, "late") == 0)
            let inside = await failure {
                _ = try await client.transaction { transaction async throws in
                    try await transaction.pipeline(["insert into late values (2)", "insert into late values (2)"])
                }
            }
            #expect(inside?.isUniqueViolation(constraint: "late_n_key") == true)
            #expect(client.statistics.leased == 0)
            #expect(client.statistics.reconnects == 0)
        }
    }

    @Test("many atomic batches at once, half of them refused, leave exactly the others") func manyBatches() async throws
    {
        try await withTable { client async throws in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for task in 0..<200 {
                    group.addTask {
                        let outcome = await failure {
                            try await client.atomically([
                                "insert into log values ('many', \(task))",
                                "select 1 / \(task % 2)",
                                "insert into log values ('many', \(task + 1000))",
                            ])
                        }
                        #expect((outcome == nil) == (task % 2 == 1))
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await count(client, "many") == 200)
        }
    }

    @Test("a transaction that finds no connection in time is told so, and the others go on") func exhaustion()
        async throws
    {
        try await withTable({ configuration in
            configuration.leasedConnections = 2
            configuration.leaseTimeout = .milliseconds(200)
        }) { client async throws in
            let release = Latch()
            let failures = try await withThrowingTaskGroup(of: PostgresFailure?.self) { group in
                for task in 0..<6 {
                    group.addTask {
                        await failure {
                            try await client.transaction { transaction async throws in
                                try await transaction.query("insert into log values ('exhausted', \(task))")
                                await release.wait()
                            }
                        }
                    }
                }
                // Six want two connections that nobody gives back: at least four are refused.
                var failures: [PostgresFailure?] = []
                for _ in 0..<4 { if let next = try await group.next() { failures.append(next) } }
                #expect(try await client.query("select 1").count == 1)
                release.open()
                try await group.waitForAll()
                return failures
            }
            #expect(failures.allSatisfy { $0 == .poolExhausted })
            try await client.transaction { transaction in try await transaction.query("select 1") }
            #expect(client.statistics.leased == 0)
        }
    }

    @Test("isolation levels reach the server") func isolation() async throws {
        try await withTable { client async throws in
            let levels: [(Transaction.Isolation, String)] = [
                (.readCommitted, "read committed"), (.repeatableRead, "repeatable read"),
                (.serializable, "serializable"),
            ]
            for (level, name) in levels {
                let actual = try await client.transaction(isolation: level) { transaction async throws in
                    try await transaction.query("show transaction_isolation").one().decode(String.self, at: 0)
                }
                #expect(actual == name)
            }
        }
    }

    @Test("child tasks of one transaction share its connection") func children() async throws {
        try await withTable { client async throws in
            try await client.transaction { transaction async throws in
                let process = "select pg_backend_pid()::bigint" as SQL
                async let first = transaction.query(process).one().decode(Int.self, at: 0)
                async let second = transaction.query(process).one().decode(Int.self, at: 0)
                async let third = transaction.query(process).one().decode(Int.self, at: 0)
                let all = try await [first, second, third]
                #expect(Set(all).count == 1)
            }
            #expect(client.statistics.leased == 0)
        }
    }
}
