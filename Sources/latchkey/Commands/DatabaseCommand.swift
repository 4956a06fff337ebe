import Accounts
import Cryptography
import Jobs
import Logging
import Postgres
import PostgresStore
import ServiceConfiguration

/// Connects to the database of the configuration for as long as `body` takes; what fails is said in one sentence.
func withStore(_ options: ConfigurationOptions, _ body: (PostgresStore) async throws -> Void) async throws {
    try await withStore(try options.load().configuration, body)
}

/// The same for a command that has read its configuration already, and said its warnings.
func withStore(_ configuration: ServiceConfiguration, _ body: (PostgresStore) async throws -> Void) async throws {
    try await sayingFaults {
        // Nothing but the answer belongs on the terminal: what failed is said in one sentence below.
        let logger = Logger(label: "latchkey.command") { _ in SwiftLogNoOpLogHandler() }
        let client: PostgresClient
        do {
            let conninfo = configuration.database.url.reveal()
            client = try PostgresClient(configuration: PostgresConfiguration(conninfo: conninfo), logger: logger)
        } catch {
            throw StartFault("database.url cannot be used: \(error)")
        }
        client.start()
        do {
            try await client.ready(within: .seconds(5))
            let pending = try await Migrator(client: client).pending()
            guard pending == 0 else {
                throw StartFault("the schema is \(pending) migration(s) behind: run `latchkey migrate` first")
            }
            try await body(PostgresStore(client: client, logger: logger))
            await client.shutdown(within: .seconds(1))
        } catch {
            let reason = client.connectionProblem.map { ": \($0)" } ?? ""
            await client.shutdown(within: .zero)
            switch error {
            case is PostgresFailure: throw StartFault("the database cannot be reached\(reason); check database.url")
            case let failure as JobStoreFailure: throw StartFault("the database refused: \(failure.rawValue)\(reason)")
            case let failure as StoreFailure: throw StartFault("the database refused: \(failure.rawValue)\(reason)")
            default: throw error
            }
        }
    }
}
