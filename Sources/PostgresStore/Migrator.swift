public import Postgres

/// Brings the schema up to date: numbered scripts, forward only, each in one transaction, one node at a time.
public struct Migrator: Sendable {
    /// One numbered script.
    public struct Migration: Sendable {
        /// 1, 2, 3 …
        public let number: Int
        /// What it is for.
        public let name: String
        let script: String
    }

    /// All scripts of this release, in order.
    public static let migrations: [Migration] = [
        Migration(
            number: 1,
            name: "accounts_and_sessions",
            script: String(decoding: PackageResources._001_accounts_and_sessions_sql, as: UTF8.self)
        ),
        Migration(
            number: 2,
            name: "jobs",
            script: String(decoding: PackageResources._002_jobs_sql, as: UTF8.self)
        ),
        Migration(
            number: 3,
            name: "local_accounts",
            script: String(decoding: PackageResources._003_local_accounts_sql, as: UTF8.self)
        ),
        Migration(
            number: 4,
            name: "linking",
            script: String(decoding: PackageResources._004_linking_sql, as: UTF8.self)
        ),
        Migration(
            number: 5,
            name: "policy_versions",
            script: String(decoding: PackageResources._005_policy_versions_sql, as: UTF8.self)
        ),
        Migration(
            number: 6,
            name: "linking_outcomes",
            script: String(decoding: PackageResources._006_linking_outcomes_sql, as: UTF8.self)
        ),
        Migration(
            number: 7,
            name: "account_changes",
            script: String(decoding: PackageResources._007_account_changes_sql, as: UTF8.self)
        ),
        Migration(
            number: 8,
            name: "signing_keys",
            script: String(decoding: PackageResources._008_signing_keys_sql, as: UTF8.self)
        ),
        Migration(
            number: 9,
            name: "authorization_server",
            script: String(decoding: PackageResources._009_authorization_server_sql, as: UTF8.self)
        ),
        Migration(
            number: 10,
            name: "retention",
            script: String(decoding: PackageResources._010_retention_sql, as: UTF8.self)
        ),
        Migration(
            number: 11,
            name: "devices",
            script: String(decoding: PackageResources._011_devices_sql, as: UTF8.self)
        ),
        Migration(
            number: 12,
            name: "token_exchange",
            script: String(decoding: PackageResources._012_token_exchange_sql, as: UTF8.self)
        ),
        Migration(
            number: 13,
            name: "upstream_tokens",
            script: String(decoding: PackageResources._013_upstream_tokens_sql, as: UTF8.self)
        ),
        Migration(
            number: 14,
            name: "backchannel_logout",
            script: String(decoding: PackageResources._014_backchannel_logout_sql, as: UTF8.self)
        ),
        Migration(
            number: 15,
            name: "clients",
            script: String(decoding: PackageResources._015_clients_sql, as: UTF8.self)
        ),
        Migration(
            number: 17,
            name: "client_assertions",
            script: String(decoding: PackageResources._017_client_assertions_sql, as: UTF8.self)
        ),
        Migration(
            number: 18,
            name: "cost_of_statements",
            script: String(decoding: PackageResources._018_cost_of_statements_sql, as: UTF8.self)
        ),
        Migration(
            number: 19,
            name: "session_limit",
            script: String(decoding: PackageResources._019_session_limit_sql, as: UTF8.self)
        ),
    ]

    private let client: PostgresClient

    /// Creates a migrator.
    public init(client: PostgresClient) {
        self.client = client
    }

    /// Applies what is missing; returns what was applied. Nodes that start together wait for each other.
    /// - Parameter progress: called before each script.
    public func migrate(progress: @Sendable (Migration) -> Void = { _ in }) async throws -> [Migration] {
        return try await client.withMigrationConnection { connection in
            try await connection.lock(Self.lockKey, within: Self.patience + .seconds(60))
            try await connection.run(
                """
                create table if not exists schema_migrations (
                    number     integer primary key,
                    name       text not null,
                    applied_at timestamptz not null default now()
                )
                """
            )
            let rows = try await connection.query("select number from schema_migrations")
            var applied: Set<Int> = []
            for row in rows { applied.insert(Int(try row.decode(Int32.self, at: 0))) }
            var done: [Migration] = []
            for migration in Self.migrations where !applied.contains(migration.number) {
                progress(migration)
                try await Self.apply(migration, on: connection)
                done.append(migration)
            }
            return done
        }
    }

    /// Applies one script, as a whole or not at all. Whoever waits for a table that others use makes everybody after him wait as well,
    /// every session check among them: so it gives up soon, lets the others go on, and tries again.
    private static func apply(_ migration: Migration, on connection: MigrationConnection) async throws {
        let deadline = ContinuousClock.now + patience
        while true {
            do throws(PostgresFailure) {
                return try await connection.run(
                    """
                    begin; set local lock_timeout = '\(lockTimeoutMilliseconds)ms'; \(migration.script); insert into schema_migrations (number, name)
                    values (\(migration.number), '\(migration.name)'); commit
                    """
                )
            } catch {
                guard error.state == .lockNotAvailable || error.state == .deadlockDetected,
                    ContinuousClock.now < deadline
                else { throw error }
                try await connection.run("rollback")
                try await Task.sleep(for: .milliseconds(.random(in: 1_000...2_000)))
            }
        }
    }

    /// How long a script that finds its tables in use is tried for. A back-up holds them for as long as it runs.
    private static let patience = Duration.seconds(120)
    /// How long it waits for each of them, in milliseconds: as long as that, for those it holds already, everybody else waits too,
    /// once in a second or two.
    private static let lockTimeoutMilliseconds = 300

    /// How many scripts of this release are not applied yet; the schema of a newer release counts as up to date, because
    /// migrations are safe under the previous release.
    public func pending() async throws(PostgresFailure) -> Int {
        let table = try await client.query("select to_regclass('schema_migrations') is not null")
        guard try table.one().decode(Bool.self, at: 0) else { return Self.migrations.count }
        let rows = try await client.query("select number from schema_migrations")
        var applied: Set<Int> = []
        for row in rows { applied.insert(Int(try row.decode(Int32.self, at: 0))) }
        return Self.migrations.filter { !applied.contains($0.number) }.count
    }

    private static let lockKey: Int64 = 0x6C61_7463_686B_6579
}
