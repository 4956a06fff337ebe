import Foundation
import Postgres
import TestSupport
import Testing

/// The database goes away while people sign in: clear answers meanwhile, and no node has to be started again afterwards.
@Suite("A database that goes away", .serialized, .enabled(if: Stack.isAvailable))
struct DatabaseLossTests {
    @Test("F10 every connection is killed again and again: 503 or success, never 500, nothing half-written")
    func killedConnections() async throws {
        let stage = try await Stage.open()
        let live = try await stage.control(try await stage.person(.google)).browser
        let before = try await stage.rows()
        let over = Tally()
        let seen = Tally()
        let signedIn = Tally()
        @Sendable func note(_ answer: HTTPExchange.Answer) -> Int {
            seen.note(answer.status)
            if answer.status == 503 { #expect(answer.header("retry-after") != nil) }
            return answer.status
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for provider in [Provider.google, .github, .twitter] {
                group.addTask {
                    while over.total == 0 {
                        let person = try await stage.person(provider)
                        let browser = stage.stack.browser()
                        let begun = try await browser.post("/sign-in/\(provider.id)")
                        guard note(begun) == 303, let location = begun.header("location") else { continue }
                        let answer = try await browser.get(try await stage.mock.authorize(location, as: person.name))
                        if note(answer) == 303 { signedIn.note(303) }
                    }
                }
            }
            group.addTask {
                let browser = await live.copy(port: stage.node.port)
                while over.total == 0 { _ = note(try await browser.get("/v1/session")) }
            }
            var configuration = PostgresConfiguration(conninfo: stage.stack.conninfo)
            configuration.applicationName = "killer"
            let killer = try PostgresClient(configuration: configuration)
            killer.start()
            var killed: Int64 = 0
            for _ in 0..<8 {
                killed += try await killer.query(
                    """
                    select count(pg_terminate_backend(pid)) from pg_stat_activity
                    where datname = current_database() and application_name = 'latchkey'
                    """
                ).one().decode(Int64.self, at: 0)
                // Between two rounds somebody has to get through, or there is nothing to interrupt.
                let count = signedIn.total
                _ = try await eventually("a sign-in between two rounds") { signedIn.total > count ? true : nil }
            }
            #expect(killed >= 8)
            over.note(0)
            try await group.waitForAll()
            await killer.shutdown(within: .seconds(1))
        }
        let statuses = seen.all
        #expect(Set(statuses.keys).isSubset(of: [200, 303, 503]), "\(statuses)")
        #expect((statuses[200] ?? 0) > 0 && signedIn.total > 0)
        // Everybody who was written down was written down whole, and nobody was lost.
        let after = try await stage.rows()
        #expect(after.users - before.users == after.identities - before.identities)
        #expect(after.users - before.users == after.sessions - before.sessions)
        #expect(after.users - before.users == after.decisions - before.decisions)
        #expect(after.users - before.users >= Int64(signedIn.total))
        #expect(try await live.get("/v1/session").status == 200)
        for provider in Provider.allCases { try await stage.control(try await stage.person(provider)) }
        #expect(stage.node.process.isRunning)
        await stage.stack.stop()
    }

    @Test("F10 the server is stopped and started: 503 with Retry-After meanwhile, everything as before afterwards")
    func stoppedServer() async throws {
        let cluster = try Cluster()
        do {
            try await withStoppedServer(cluster)
        } catch {
            await cluster.remove()
            throw error
        }
        await cluster.remove()
    }

    private func withStoppedServer(_ cluster: Cluster) async throws {
        let stage = try await Stage.open(settings: [
            "database.url=" + (try await cluster.start()), "database.connect_timeout=1s",
        ])
        let person = try await stage.person(.google)
        let live = try await stage.control(person).browser
        let approach = try await stage.approach(try await stage.person(.github))
        try await cluster.stop()
        for (target, expected) in [
            ("/v1/session", 503), ("/account", 503), ("/readyz", 503), ("/healthz", 200), ("/sign-in", 200),
        ] {
            let answer = try await live.get(target)
            #expect(answer.status == expected, "\(target): \(answer.text)")
            if expected == 503 { #expect(answer.header("retry-after") != nil, "\(target)") }
        }
        let start = stage.node.process.outputSize
        let begun = try await live.post("/sign-in/google")
        #expect(begun.status == 503 && begun.isCleanPage && begun.header("retry-after") != nil, "\(begun.text)")
        #expect(try await stage.line(of: begun, since: start)["error"] == "store_unavailable")
        let calls = try await stage.calls(.github)
        let callback = try await approach.browser.get(approach.callback)
        #expect(
            callback.status == 503 && callback.isCleanPage && callback.header("retry-after") != nil,
            "\(callback.text)"
        )
        // Nothing was asked of the provider, so the code is still good when the database is back.
        #expect(try await stage.calls(.github).since(calls)["token"] == 0)
        let many = try await atOnce(24) { _ in try await live.get("/v1/session").status }
        #expect(many == Array(repeating: 503, count: 24))

        _ = try await cluster.start()
        _ = try await eventually("the node to be ready again") { () -> Bool? in
            try await live.get("/readyz").status == 200 ? true : nil
        }
        #expect(try await live.get("/v1/session").status == 200)
        #expect(try await approach.deliver().answer.status == 303)
        for provider in Provider.allCases { try await stage.control(try await stage.person(provider)) }
        #expect(stage.node.process.isRunning)
        await stage.stack.stop()
    }
}

/// A Postgres server that this test alone uses.
struct Cluster {
    private let directory: String

    init() throws {
        directory =
            FileManager.default.temporaryDirectory.appendingPathComponent("cluster-\(UInt64.random(in: .min ... .max))")
            .path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        // The server's own user has to get there.
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: directory)
    }

    /// Starts it; returns its conninfo.
    func start() async throws -> String {
        _ = try await Command.run("/bin/bash", [Stack.root + "/dev/postgres", "start", directory])
        return try await Command.run("/bin/bash", [Stack.root + "/dev/postgres", "url", directory]).output
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    func stop() async throws {
        _ = try await Command.run("/bin/bash", [Stack.root + "/dev/postgres", "stop", directory])
    }

    func remove() async {
        try? await stop()
        try? FileManager.default.removeItem(atPath: directory)
    }
}
