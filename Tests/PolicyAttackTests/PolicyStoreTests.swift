import Accounts
import Administration
import Postgres
import PostgresStore
import TestSupport
import Testing

import struct Logging.Logger

@Suite("Versions in the database", .serialized, .enabled(if: Stack.isAvailable))
struct PolicyStoreTests {
    private static func draft(_ text: String) -> PolicyDraft {
        PolicyDraft(
            text: text,
            policyHash: String(repeating: "a", count: 64),
            author: "ada",
            reason: "because",
            source: .command,
            difference: "something"
        )
    }

    @Test("of twenty who apply at once on the same version one wins, and the others are told which is in force")
    func race() async throws {
        let stack = try await Stack.start(nodes: 0)
        let store = PostgresStore(client: stack.database, logger: Logger(label: "test"))
        for base in 0..<3 {
            let results = try await withThrowingTaskGroup(of: PolicyAppend.self) { group in
                for number in 0..<20 {
                    group.addTask { try await store.append(Self.draft("text \(base) \(number)"), after: base) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let won = results.filter { if case .appended = $0 { true } else { false } }
            #expect(won.count == 1)
            #expect(results.count { $0 == .moved(live: base + 1) } == 19)
        }
        let versions = try await store.versions()
        #expect(versions.map(\.number) == [1, 2, 3])
        #expect(PolicyChain.firstBreak(in: versions) == nil)
        await stack.stop()
    }

    @Test("a version cannot be changed, removed or emptied away, not even by the owner of the table")
    func appendOnly() async throws {
        let stack = try await Stack.start(nodes: 0)
        let store = PostgresStore(client: stack.database, logger: Logger(label: "test"))
        _ = try await store.append(Self.draft("one"), after: 0)
        for statement: SQL in [
            "update policy_versions set reason = 'other'", "delete from policy_versions", "truncate policy_versions",
        ] {
            await #expect(throws: PostgresFailure.self) { try await stack.database.query(statement) }
        }
        #expect(try await store.versions().map(\.text) == ["one"])
        // Whoever gets around the trigger is found by the chain.
        _ = try await store.append(Self.draft("two"), after: 1)
        try await stack.database.runScript(
            """
            alter table policy_versions disable trigger all;
            update policy_versions set text = 'three' where number = 1;
            alter table policy_versions enable trigger all
            """
        )
        #expect(PolicyChain.firstBreak(in: try await store.versions())?.number == 1)
        await stack.stop()
    }
}
