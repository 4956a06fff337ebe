import Foundation
import Testing

@testable import Postgres

@Suite(
    "cancellation and deadlines",
    .serialized,
    .enabled(if: TestDatabase.isThere),
    .database,
    .timeLimit(.minutes(20))
)
struct DeadlineTests {
    @Test("a cancelled task goes on at once; the connection is drained and used again") func cancelled() async throws {
        try await TestDatabase.withClient({ $0.statementConnections = 1 }) { client async throws in
            try await TestDatabase.withClient { other async throws in
                try await other.transaction { transaction async throws in
                    try await transaction.query("select pg_advisory_xact_lock(1)")
                    let task = Task { try await client.query("select pg_advisory_lock(1)") }
                    try await eventually { client.statistics.inFlight == 1 }
                    task.cancel()
                    #expect(await failure { _ = try await task.value } == .cancelled)
                    // Still under way when the task is already gone.
                    #expect(client.statistics.inFlight == 1)
                }
            }
            #expect(try await client.query("select 7 as n").one().decode(Int.self, "n") == 7)
            try await eventually { client.statistics.inFlight == 0 }
            #expect(client.statistics.reconnects == 0)
        }
    }

    @Test("cancelled before it begins: nothing is sent") func cancelledBefore() async throws {
        try await TestDatabase.withClient { client async throws in
            let sent = client.statistics.statements
            let latch = Latch()
            let task = Task {
                await latch.wait()
                try await client.query("select 1")
            }
            task.cancel()
            latch.open()
            #expect(await failure { try await task.value } == .cancelled)
            #expect(client.statistics.statements == sent)
        }
    }

    @Test("a cancelled transaction is rolled back and gives its connection back") func cancelledTransaction()
        async throws
    {
        try await TestDatabase.withClient({ $0.leasedConnections = 1 }) { client async throws in
            try await client.runScript("create table kept (n bigint)")
            let latch = Latch()
            let task = Task {
                try await client.transaction { transaction async throws in
                    try await transaction.query("insert into kept values (1)")
                    latch.open()
                    try await transaction.query("select pg_sleep(5)")
                }
            }
            await latch.wait()
            try await eventually { client.statistics.inFlight == 1 }
            task.cancel()
            #expect(await failure { try await task.value } == .cancelled)
            let count = try await client.transaction { transaction async throws in
                try await transaction.query("select count(*) as n from kept").one().decode(Int.self, "n")
            }
            #expect(count == 0)
            #expect(client.statistics.leased == 0)
        }
    }

    @Test("a thousand tasks cancelled at every possible moment leave a working client") func cancelStorm() async throws
    {
        try await TestDatabase.withClient { client async throws in
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<1000 {
                    group.addTask {
                        let task = Task {
                            switch number % 4 {
                            case 0: _ = try await client.query("select \(number)")
                            case 1: _ = try await client.read("select \(number)")
                            case 2: _ = try await client.atomically(["select \(number)", "select 2"])
                            default:
                                try await client.transaction { transaction async throws in
                                    try await transaction.query("select \(number)")
                                    try await transaction.query("select \(number + 1)")
                                }
                            }
                        }
                        for _ in 0..<(number % 13) { await Task.yield() }
                        task.cancel()
                        _ = await task.result
                    }
                }
            }
            try await eventually { client.statistics.inFlight == 0 && client.statistics.leased == 0 }
            #expect(client.statistics.queued == 0)
            for number in 0..<20 {
                #expect(try await client.query("select \(number)").one().decode(Int.self, at: 0) == number)
                #expect(try await client.read("select \(number)").one().decode(Int.self, at: 0) == number)
            }
            #expect(client.statistics.reconnects == 0)
        }
    }

    @Test("a statement's own deadline ends the wait, and nothing else") func ownDeadline() async throws {
        try await TestDatabase.withClient({ $0.statementConnections = 1 }) { client async throws in
            let slow = await failure { try await client.query("select pg_sleep(0.5)", within: .milliseconds(50)) }
            #expect(slow == .timedOut)
            #expect(try await client.query("select 1").count == 1)
            #expect(client.statistics.reconnects == 0)
        }
    }

    @Test("the server ends statements too", arguments: [true, false]) func serverTimeout(reading: Bool) async throws {
        try await TestDatabase.withClient({ $0.statementTimeout = .milliseconds(300) }) { client async throws in
            let statement: SQL = "select pg_sleep(60)"
            let slow = await failure {
                _ =
                    try await
                    (reading
                    ? client.read(statement, within: .seconds(30)) : client.query(statement, within: .seconds(30)))
            }
            #expect(slow?.state == .queryCanceled)
            try await eventually { await failure { try await client.query("select 1", within: .seconds(30)) } == nil }
        }
    }

    @Test("more waiting statements than the limit are refused at once") func queueLimit() async throws {
        try await TestDatabase.withClient({ configuration in
            configuration.statementConnections = 1
            configuration.pipelineDepth = 1
            configuration.queueLimit = 3
        }) { client async throws in
            // Takes the spare connection of the transactions as well.
            let release = Latch()
            let held = Latch()
            async let holder: Void = client.transaction { transaction async throws in
                try await transaction.query("select 1")
                held.open()
                await release.wait()
            }
            await held.wait()
            let sleeper = Task { try await client.query("select pg_sleep(5)") }
            try await eventually { client.statistics.inFlight == 1 }
            let failures = await withTaskGroup(of: PostgresFailure?.self) { group in
                for _ in 0..<10 { group.addTask { await failure { try await client.query("select 1") } } }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(failures.count { $0 == .poolExhausted } == 7)
            #expect(failures.count { $0 == nil } == 3)
            release.open()
            try await holder
            _ = try await sleeper.value
        }
    }
}
