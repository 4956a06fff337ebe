import Foundation
import Postgres
import Testing

/// A database of its own for each suite, made in the cluster that `LATCHKEY_TEST_POSTGRES` names.
enum TestDatabase {
    /// The administrative database's connection string.
    static let administration: String? = {
        let value = ProcessInfo.processInfo.environment["LATCHKEY_TEST_POSTGRES"].flatMap { $0.isEmpty ? nil : $0 }
        if value == nil { print("no test database: database tests skipped; set LATCHKEY_TEST_POSTGRES") }
        return value
    }()

    static var isThere: Bool { administration != nil }

    /// The current suite's connection string.
    @TaskLocal static var conninfo = ""

    /// Runs `body` with a client of the current suite's database.
    @discardableResult
    static func withClient<T: Sendable>(
        _ adjust: (inout PostgresConfiguration) -> Void = { _ in },
        _ body: (PostgresClient) async throws -> T
    ) async throws -> T {
        try await withClient(of: conninfo, adjust, body)
    }

    @discardableResult
    static func withClient<T: Sendable>(
        of conninfo: String,
        _ adjust: (inout PostgresConfiguration) -> Void = { _ in },
        _ body: (PostgresClient) async throws -> T
    ) async throws -> T {
        var configuration = configuration(conninfo)
        adjust(&configuration)
        let client = try PostgresClient(configuration: configuration)
        client.start()
        do {
            try await client.ready(within: .seconds(120))
            let value = try await body(client)
            await client.shutdown(within: .seconds(60))
            return value
        } catch {
            await client.shutdown(within: .zero)
            throw error
        }
    }

    /// Limits that no busy machine reaches.
    static func configuration(_ conninfo: String) -> PostgresConfiguration {
        var configuration = PostgresConfiguration(conninfo: conninfo)
        configuration.statementTimeout = .seconds(120)
        configuration.connectTimeout = .seconds(60)
        configuration.unavailableAfter = .seconds(60)
        configuration.leaseTimeout = .seconds(60)
        return configuration
    }

    /// The same cluster, another database.
    static func conninfo(_ administration: String, database: String) -> String {
        if administration.hasPrefix("postgres"), var url = URLComponents(string: administration) {
            url.path = "/" + database
            return url.string ?? administration
        }
        return administration + " dbname=" + database
    }
}

/// Makes the suite's database before its first test and drops it after its last.
struct DatabaseTrait: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable () async throws -> Void
    ) async throws {
        guard let administration = TestDatabase.administration else { return try await function() }
        let name = "latchkey_test_" + UUID().uuidString.prefix(8).lowercased()
        try await TestDatabase.withClient(of: administration) { client async throws in
            try await client.runScript("create database \(name)")
        }
        let result: Result<Void, any Error>
        do {
            let conninfo = TestDatabase.conninfo(administration, database: name)
            try await TestDatabase.$conninfo.withValue(conninfo) { try await function() }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        try await TestDatabase.withClient(of: administration) { client async throws in
            try await client.runScript("drop database \(name) with (force)")
        }
        try result.get()
    }
}

extension Trait where Self == DatabaseTrait {
    /// A database of the suite's own.
    static var database: DatabaseTrait { DatabaseTrait() }
}

/// Waits until a condition holds; the suite's time limit ends it otherwise.
func eventually(_ condition: () async throws -> Bool) async throws {
    while try await !condition() { try await Task.sleep(for: .milliseconds(10)) }
}

/// The failure a statement ends with; nil when it succeeds.
func failure(_ body: () async throws -> Void) async -> PostgresFailure? {
    do {
        try await body()
        return nil
    } catch {
        return error as? PostgresFailure
    }
}
