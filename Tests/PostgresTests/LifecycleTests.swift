import Foundation
import Testing

@testable import Postgres

@Suite("start and end", .serialized, .enabled(if: TestDatabase.isThere), .database, .timeLimit(.minutes(20)))
struct LifecycleTests {
    private func makeClient() throws -> PostgresClient {
        try PostgresClient(configuration: TestDatabase.configuration(TestDatabase.conninfo))
    }

    @Test("what is under way finishes, what comes later is refused") func graceful() async throws {
        let client = try makeClient()
        client.start()
        client.start()
        try await client.ready(within: .seconds(120))
        let held = Latch()
        let release = Latch()
        let transaction = Task {
            try await client.transaction { transaction async throws in
                try await transaction.query("select 1")
                held.open()
                await release.wait()
                return try await transaction.query("select 2 as n").one().decode(Int.self, "n")
            }
        }
        await held.wait()
        let slow = Task { try await client.query("select pg_sleep(5)").count }
        try await eventually { client.statistics.inFlight == 1 }
        let stopping = Task { await client.shutdown(within: .seconds(120)) }
        try await eventually { await failure { try await client.query("select 1") } == .stopped }
        release.open()
        #expect(try await transaction.value == 2)
        #expect(try await slow.value == 1)
        await stopping.value
        #expect(client.statistics.connections == 0)
        #expect(await failure { try await client.query("select 1") } == .stopped)
        await client.shutdown(within: .seconds(1))
    }

    @Test("what does not finish in time is told that the client stopped") func impatient() async throws {
        let client = try makeClient()
        client.start()
        try await client.ready(within: .seconds(120))
        let task = Task { try await client.query("select pg_sleep(600)") }
        try await eventually { client.statistics.inFlight == 1 }
        await client.shutdown(within: .zero)
        #expect(await failure { _ = try await task.value } == .stopped)
    }

    @Test("shut down before it was started") func neverStarted() async throws {
        let client = try makeClient()
        await client.shutdown(within: .seconds(1))
        client.start()
        #expect(await failure { try await client.query("select 1") } == .stopped)
    }

    @Test("run ends with its task") func run() async throws {
        let client = try makeClient()
        let service = Task { await client.run() }
        try await eventually { await failure { try await client.ready(within: .seconds(1)) } == nil }
        service.cancel()
        await service.value
        #expect(await failure { try await client.query("select 1") } == .stopped)
    }

    @Test("a client that is dropped closes its connections") func dropped() async throws {
        try await TestDatabase.withClient { observer async throws in
            func sessions() async throws -> Int {
                try await observer.query(
                    "select count(*) as n from pg_stat_activity where application_name = 'dropped'"
                ).one().decode(Int.self, "n")
            }
            do {
                var configuration = PostgresConfiguration(conninfo: TestDatabase.conninfo)
                configuration.applicationName = "dropped"
                let client = try PostgresClient(configuration: configuration)
                client.start()
                try await client.ready(within: .seconds(120))
                #expect(try await sessions() > 0)
            }
            try await eventually { try await sessions() == 0 }
        }
    }
}
