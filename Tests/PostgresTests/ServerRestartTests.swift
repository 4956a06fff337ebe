import Foundation
import Testing

@testable import Postgres

/// Tests with a server of their own that is stopped, frozen and started again.
@Suite("a server that comes and goes", .serialized, .enabled(if: TestDatabase.isThere), .timeLimit(.minutes(20)))
struct ServerRestartTests {
    private struct Cluster {
        let folder: URL

        init() throws {
            folder = FileManager.default.temporaryDirectory.appending(
                path: "latchkey-test-\(UUID().uuidString.prefix(8))"
            )
            try run("start")
        }

        @discardableResult
        func run(_ words: String...) throws -> String {
            let script = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
                .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
                .appending(path: "dev/postgres")
            let process = Process()
            process.executableURL = script
            process.arguments = [words[0], folder.path] + words.dropFirst()
            let output = Pipe()
            process.standardOutput = output
            try process.run()
            let data = output.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            try #require(process.terminationStatus == 0)
            return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        }

        /// Sends a signal to the server's processes.
        func signal(_ name: String) throws {
            let file = folder.appending(path: "data/postmaster.pid")
            let first = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")[0]
            let pid = try #require(Int(first))
            let children = try String(contentsOfFile: "/proc/\(pid)/task/\(pid)/children", encoding: .utf8)
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/kill")
            process.arguments = ["-\(name)", "\(pid)"] + children.split(separator: " ").map(String.init)
            try process.run()
            process.waitUntilExit()
        }

        func remove() {
            // A test that failed may have left it frozen.
            try? signal("CONT")
            _ = try? run("stop")
            try? FileManager.default.removeItem(at: folder)
        }
    }

    private func withCluster(_ body: (Cluster) async throws -> Void) async throws {
        let cluster = try Cluster()
        defer { cluster.remove() }
        try await body(cluster)
    }

    private static func tryStatement(_ number: Int, _ client: PostgresClient) async -> PostgresFailure? {
        await failure {
            switch number % 4 {
            case 0: try await client.query("select \(number)")
            case 1: _ = try await client.read("select \(number)")
            case 2: try await client.atomically(["select \(number)"])
            default:
                _ = try await client.transaction { transaction in try await transaction.query("select \(number)") }
            }
        }
    }

    @Test("stopped and started again: refused meanwhile, works afterwards, over socket and TCP with a password")
    func restart() async throws {
        try await withCluster { cluster async throws in
            for conninfo in try [cluster.run("url"), cluster.run("url", "tcp")] {
                try await TestDatabase.withClient(of: conninfo) {
                    $0.unavailableAfter = .milliseconds(300)
                } _: { client async throws in
                    try await client.query("create table if not exists survives (n bigint)")
                    try await client.query("insert into survives values (1)")
                    try cluster.run("stop")
                    try await eventually { client.statistics.connections == 0 }
                    #expect(await failure { try await client.query("select 1") } == .unavailable)
                    #expect(await failure { _ = try await client.read("select 1") } == .unavailable)
                    #expect(client.connectionProblem != nil)
                    // A statement that waits when the server comes back is answered.
                    let patient = Task { try await client.ready(within: .seconds(120)) }
                    try cluster.run("start")
                    try await patient.value
                    #expect(try await !client.query("select * from survives").isEmpty)
                    try await eventually { client.statistics.connections == 5 }
                    #expect(client.connectionProblem == nil)
                }
            }
        }
    }

    @Test("a frozen server: everybody is answered by the deadline, and after it thaws all is well") func frozen()
        async throws
    {
        try await withCluster { cluster async throws in
            let conninfo = try cluster.run("url")
            try await TestDatabase.withClient(of: conninfo) { configuration in
                configuration.statementTimeout = .seconds(3)
                configuration.leaseTimeout = .seconds(3)
                configuration.unavailableAfter = .seconds(3)
                configuration.connectTimeout = .seconds(3)
            } _: { client async throws in
                let held = Latch()
                let release = Latch()
                let transaction = Task {
                    try await client.transaction { transaction async throws in
                        try await transaction.query("select 1")
                        held.open()
                        await release.wait()
                        try await transaction.query("select 2")
                    }
                }
                await held.wait()
                try cluster.signal("STOP")
                release.open()
                let failures = await withTaskGroup(of: PostgresFailure?.self) { group in
                    for number in 0..<300 { group.addTask { await Self.tryStatement(number, client) } }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                #expect(failures.allSatisfy { $0 != nil })
                #expect(await failure { try await transaction.value } != nil)
                // The silent connections are given up, and new ones do not come up.
                try await eventually { client.statistics.connections == 0 }
                #expect(await failure { try await client.query("select 1") } == .unavailable)
                try cluster.signal("CONT")
                try await client.ready(within: .seconds(120))
                try await eventually { await failure { _ = try await client.read("select 1") } == nil }
                // The fourth kind is the transaction.
                try await eventually { await Self.tryStatement(3, client) == nil }
                #expect(client.statistics.leased == 0)
            }
        }
    }
}
