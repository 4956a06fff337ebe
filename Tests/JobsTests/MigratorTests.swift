import Postgres
import PostgresStore
import Testing

@Suite("Migrations beside others' work", .enabled(if: TestDatabase.isThere))
struct MigratorTests {
    @Test(
        "a script that finds its table in use steps back, so that others go on, and comes again",
        .timeLimit(.minutes(5))
    )
    func tablesInUse() async throws {
        try await TestDatabase.with(migrated: false) { conninfo in
            try await TestDatabase.withClient(conninfo) { client in
                _ = try await client.query(
                    """
                    create table schema_migrations (
                        number integer primary key, name text not null, applied_at timestamptz not null default now()
                    )
                    """
                )
                let migrating = Task { try await Migrator(client: client).migrate().count }
                try await client.transaction { transaction in
                    _ = try await transaction.query("lock table schema_migrations in share mode")
                    // Three times it has waited and stepped back.
                    for _ in 1...3 {
                        while try await !Self.isWaiting(client) { try await Task.sleep(for: .milliseconds(10)) }
                        while try await Self.isWaiting(client) { try await Task.sleep(for: .milliseconds(10)) }
                    }
                }
                #expect(try await migrating.value == Migrator.migrations.count)
                #expect(try await Migrator(client: client).pending() == 0)
            }
        }
    }

    private static func isWaiting(_ client: PostgresClient) async throws -> Bool {
        try await client.query(
            """
            select exists (select from pg_locks where not granted and relation = 'schema_migrations'::regclass)
            """
        ).one().decode(Bool.self, at: 0)
    }
}
