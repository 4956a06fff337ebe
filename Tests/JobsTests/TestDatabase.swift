import Foundation
import Logging
import Postgres
import PostgresStore

/// A migrated database for one test, made in the cluster that `LATCHKEY_TEST_POSTGRES` names and dropped at its end.
enum TestDatabase {
    private static let administration: String? = {
        let value = ProcessInfo.processInfo.environment["LATCHKEY_TEST_POSTGRES"].flatMap { $0.isEmpty ? nil : $0 }
        if value == nil { print("no test database: database tests skipped; set LATCHKEY_TEST_POSTGRES") }
        return value
    }()

    static var isThere: Bool { administration != nil }

    /// Runs `body` with the connection string of a fresh database.
    /// - Parameter migrated: whether the schema is in it.
    static func with(migrated: Bool = true, _ body: (String) async throws -> Void) async throws {
        guard let administration else { return }
        let name = "latchkey_jobs_" + UUID().uuidString.prefix(8).lowercased()
        try await withClient(administration) { client in
            try await client.withMigrationConnection { try await $0.run("create database \(name)") }
        }
        let conninfo: String
        if administration.hasPrefix("postgres"), var url = URLComponents(string: administration) {
            url.path = "/" + name
            conninfo = url.string ?? administration
        } else {
            conninfo = administration + " dbname=" + name
        }
        let result: Result<Void, any Error>
        do {
            try await withClient(conninfo) { client in
                if migrated { _ = try await Migrator(client: client).migrate() }
            }
            try await body(conninfo)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        try await withClient(administration) { client in
            try await client.withMigrationConnection { try await $0.run("drop database \(name) with (force)") }
        }
        try result.get()
    }

    /// A client of its own, as another node has.
    static func withClient(_ conninfo: String, _ body: (PostgresClient) async throws -> Void) async throws {
        var configuration = PostgresConfiguration(conninfo: conninfo)
        configuration.statementTimeout = .seconds(120)
        configuration.connectTimeout = .seconds(60)
        configuration.unavailableAfter = .seconds(60)
        configuration.leaseTimeout = .seconds(60)
        let client = try PostgresClient(configuration: configuration, logger: JobRunnerTests.quiet)
        client.start()
        do {
            try await client.ready(within: .seconds(120))
            try await body(client)
            await client.shutdown(within: .seconds(60))
        } catch {
            await client.shutdown(within: .zero)
            throw error
        }
    }

    /// The stores over a client of their own.
    static func withStore(_ conninfo: String, _ body: (PostgresStore, PostgresClient) async throws -> Void) async throws
    {
        try await withClient(conninfo) { client in
            try await body(PostgresStore(client: client, logger: JobRunnerTests.quiet), client)
        }
    }
}
