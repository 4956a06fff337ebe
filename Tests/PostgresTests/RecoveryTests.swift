import Foundation
import Testing

@testable import Postgres

@Suite("lost connections", .serialized, .enabled(if: TestDatabase.isThere), .database, .timeLimit(.minutes(20)))
struct RecoveryTests {
    /// Ends all of the client's sessions, as an administrator or a failover would.
    private func terminateAll(of name: String) async throws {
        try await TestDatabase.withClient({ $0.applicationName = "killer" }) { killer async throws in
            try await killer.query(
                "select pg_terminate_backend(pid) from pg_stat_activity where application_name = \(name)"
            )
        }
    }

    @Test("killed while idle: the next statements find new connections") func killedIdle() async throws {
        try await TestDatabase.withClient({ $0.applicationName = "idle" }) { client async throws in
            try await eventually { client.statistics.connections == 5 }
            try await terminateAll(of: "idle")
            try await eventually { client.statistics.reconnects == 5 }
            #expect(try await client.query("select 1").count == 1)
            #expect(try await client.read("select 1").count == 1)
            try await client.transaction { transaction in try await transaction.query("select 1") }
            #expect(client.connectionProblem == nil)
        }
    }

    @Test("killed under a statement: told that it may have executed") func killedBusy() async throws {
        try await TestDatabase.withClient({ $0.applicationName = "busy" }) { client async throws in
            try await eventually { client.statistics.connections == 5 }
            let task = Task { try await client.query("select pg_sleep(60)") }
            try await eventually { client.statistics.inFlight == 1 }
            try await terminateAll(of: "busy")
            #expect(await failure { _ = try await task.value } == .connectionLost(maybeExecuted: true))
            try await eventually { client.statistics.reconnects == 5 }
            #expect(try await client.query("select 1").count == 1)
        }
    }

    @Test("killed in a transaction: it is lost, the next one works") func killedTransaction() async throws {
        try await TestDatabase.withClient({ $0.applicationName = "transacting" }) { client async throws in
            try await eventually { client.statistics.connections == 5 }
            try await client.runScript("create table half (n bigint)")
            let outcome = await failure {
                try await client.transaction { transaction async throws in
                    try await transaction.query("insert into half values (1)")
                    try await terminateAll(of: "transacting")
                    try await eventually { client.statistics.leased == 0 }
                    try await transaction.query("insert into half values (2)")
                }
            }
            #expect(outcome == .connectionLost(maybeExecuted: false))
            try await eventually { client.statistics.reconnects == 5 }
            #expect(try await client.query("select * from half").isEmpty)
            try await client.transaction { transaction in try await transaction.query("insert into half values (3)") }
        }
    }

    @Test("killed again and again under load: reads are repeated unseen, each write is answered once")
    func killedUnderLoad() async throws {
        try await TestDatabase.withClient({ $0.applicationName = "loaded" }) { client async throws in
            try await client.runScript("create table written (n bigint)")
            let stop = OnceFlag()
            async let reads = withThrowingTaskGroup(of: Int.self) { group in
                for task in 0..<20 {
                    group.addTask {
                        var count = 0
                        while !stop.isSet {
                            let row = try await client.read("select \(task) as n").one()
                            #expect(try row.decode(Int.self, "n") == task)
                            count += 1
                        }
                        return count
                    }
                }
                return try await group.reduce(0, +)
            }
            async let writes = withThrowingTaskGroup(of: (sure: Int, open: Int).self) { group in
                for task in 0..<20 {
                    group.addTask {
                        var sure = 0
                        var open = 0
                        while !stop.isSet {
                            switch await failure({ try await client.query("insert into written values (\(task))") }) {
                            case nil: sure += 1
                            case .connectionLost(maybeExecuted: true): open += 1
                            case .connectionLost(maybeExecuted: false), .unavailable: break
                            case .some(let other): throw other
                            }
                        }
                        return (sure, open)
                    }
                }
                return try await group.reduce(into: (0, 0)) { $0 = ($0.0 + $1.sure, $0.1 + $1.open) }
            }
            for round in 1...5 {
                try await terminateAll(of: "loaded")
                try await eventually { client.statistics.reconnects >= 3 * UInt64(round) }
            }
            stop.set()
            #expect(try await reads > 0)
            let (sure, open) = try await writes
            let stored = try await client.query("select count(*) as n from written").one().decode(Int.self, "n")
            #expect(stored >= sure)
            #expect(stored <= sure + open)
        }
    }

    @Test("without a server statements fail in a second, not more, and it is said why") func nobodyThere() async throws
    {
        var configuration = PostgresConfiguration(conninfo: "host=127.0.0.1 port=1 user=nobody dbname=none")
        configuration.unavailableAfter = .milliseconds(50)
        let client = try PostgresClient(configuration: configuration)
        #expect(await failure { try await client.query("select 1") } == .unavailable)
        client.start()
        #expect(await failure { try await client.query("select 1") } == .unavailable)
        #expect(await failure { _ = try await client.read("select 1") } == .unavailable)
        #expect(await failure { try await client.atomically(["select 1"]) } == .unavailable)
        let inside = await failure {
            _ = try await client.transaction { transaction in try await transaction.query("select 1") }
        }
        #expect(inside == .unavailable)
        #expect(await failure { try await client.runScript("select 1") } == .unavailable)
        #expect(await failure { try await client.ready(within: .milliseconds(50)) } == .unavailable)
        try await eventually { client.connectionProblem?.contains("refused") == true }
        await client.shutdown(within: .seconds(1))
        #expect(await failure { try await client.query("select 1") } == .stopped)
    }

    @Test("a name that nobody knows is unavailable too") func unknownHost() async throws {
        var configuration = PostgresConfiguration(conninfo: "host=no-such-host.invalid user=nobody")
        configuration.unavailableAfter = .milliseconds(50)
        let client = try PostgresClient(configuration: configuration)
        client.start()
        #expect(await failure { try await client.query("select 1") } == .unavailable)
        try await eventually { client.connectionProblem?.contains("no address") == true }
        await client.shutdown(within: .zero)
    }

    @Test("the first of several hosts is dead: the second is used") func secondHost() async throws {
        let administration = try #require(TestDatabase.administration)
        let target = try ConnectionTarget(conninfo: administration)
        let host = try #require(target.hosts.first)
        let port = host.port.isEmpty ? "5432" : host.port
        guard !administration.hasPrefix("postgres") else { return }
        let conninfo = administration + " host=127.0.0.1,\(host.name) port=1,\(port) target_session_attrs=read-write"
        try await TestDatabase.withClient(of: conninfo) { client async throws in
            #expect(try await client.query("select 1").count == 1)
        }
    }
}
