import Foundation
import Testing

@testable import Postgres

@Suite("single statements", .serialized, .enabled(if: TestDatabase.isThere), .database, .timeLimit(.minutes(20)))
struct StatementTests {
    @Test("a thousand tasks at once each get their own answer", arguments: [true, false])
    func concurrency(reading: Bool) async throws {
        try await TestDatabase.withClient { client async throws in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for task in 0..<1000 {
                    group.addTask {
                        for step in 0..<5 {
                            let expected = task * 10 + step
                            let statement: SQL = "select \(expected) as n, \("text \(expected)") as t"
                            let row = try await (reading ? client.read(statement) : client.query(statement)).one()
                            guard try row.decode(Int.self, "n") == expected,
                                try row.decode(String.self, "t") == "text \(expected)"
                            else { return false }
                        }
                        return true
                    }
                }
                for try await isRight in group { #expect(isRight) }
            }
            let statistics = client.statistics
            #expect(statistics.statements >= 5000)
            #expect(statistics.inFlight == 0)
            #expect(statistics.queued == 0)
            #expect(statistics.failures == 0)
            if reading { #expect(statistics.synchronisations < statistics.statements) }
        }
    }

    @Test("an error in the middle of a pipeline is its own statement's only", arguments: [true, false])
    func errorIsolation(reading: Bool) async throws {
        try await TestDatabase.withClient { client async throws in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for task in 0..<500 {
                    group.addTask {
                        // Zero divides for every fifth task.
                        let statement: SQL = "select 100 / \(task % 5) as n"
                        let outcome = await failure {
                            let rows = try await (reading ? client.read(statement) : client.query(statement))
                            guard try rows.one().decode(Int.self, "n") == 100 / max(task % 5, 1) else {
                                throw PostgresFailure.stopped
                            }
                        }
                        return task % 5 == 0 ? outcome?.state == SQLState("22012") : outcome == nil
                    }
                }
                for try await isRight in group { #expect(isRight) }
            }
        }
    }

    @Test("a statement that cannot be prepared fails alone, again and again", arguments: [true, false])
    func preparationError(reading: Bool) async throws {
        try await TestDatabase.withClient { client async throws in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for task in 0..<200 {
                    group.addTask {
                        let good: SQL = "select \(task)"
                        let bad: SQL = "select nothing from nowhere where n = \(task)"
                        let statement = task % 4 == 0 ? bad : good
                        let outcome = await failure {
                            _ = try await (reading ? client.read(statement) : client.query(statement))
                        }
                        return task % 4 == 0 ? outcome?.state == SQLState("42P01") : outcome == nil
                    }
                }
                for try await isRight in group { #expect(isRight) }
            }
        }
    }

    @Test("a violated constraint is named, and the value is not") func constraintName() async throws {
        try await TestDatabase.withClient { client async throws in
            try await client.runScript(
                """
                create table people (email text constraint people_email_key unique,
                    age int constraint people_age_check check (age > 0));
                """
            )
            try await client.query("insert into people values (\("secret@example.com"), \(Int32(3)))")
            let unique = await failure {
                try await client.query("insert into people values (\("secret@example.com"), \(Int32(4)))")
            }
            #expect(unique?.isUniqueViolation(constraint: "people_email_key") == true)
            let check = await failure { try await client.query("insert into people values ('b', \(Int32(-1)))") }
            guard case .server(let error) = check else { return #expect(Bool(false), "\(String(describing: check))") }
            #expect(error.state == .checkViolation)
            #expect(error.constraint == "people_age_check")
            #expect(error.table == "people")
            let cast = await failure { try await client.query("select \("secret@example.com")::uuid") }
            for failure in [unique, check, cast] { #expect(!String(describing: failure).contains("secret")) }
        }
    }

    @Test("a commit that fails after the statement succeeded is a failure") func deferredConstraint() async throws {
        try await TestDatabase.withClient { client async throws in
            try await client.runScript(
                """
                create table parents (id bigint primary key);
                create table children (parent bigint constraint children_parent references parents
                    deferrable initially deferred);
                """
            )
            let refused = await failure { try await client.query("insert into children values (\(1))") }
            #expect(refused?.state == .foreignKeyViolation)
            #expect(try await client.query("select count(*) as n from children").one().decode(Int.self, "n") == 0)
        }
    }

    @Test("values are data whatever they look like") func injection() async throws {
        try await TestDatabase.withClient { client async throws in
            try await client.runScript("create table vault (name text, body text); insert into vault values ('a', 'b')")
            for attempt in [
                "' or '1'='1", "'; drop table vault; --", "\\'; drop table vault; --", "a' union select 'x', 'y", "$1",
                "$$; drop table vault; $$", "%27 or 1=1", "\u{2019} or 1=1", "a/*", "E'\\x27'", "') or true --",
            ] {
                #expect(try await client.query("select * from vault where name = \(attempt)").isEmpty)
                #expect(try await client.query("select \(attempt) as t").one().decode(String.self, "t") == attempt)
                try await client.query("insert into vault values (\(attempt), \([attempt][0]))")
                #expect(try await client.query("delete from vault where body = \(attempt)").affected == 1)
            }
            #expect(try await client.query("select * from vault").count == 1)
            let several = await failure { try await client.query("select 1; drop table vault") }
            #expect(several?.state == SQLState("42601"))
        }
    }

    @Test("reads cannot write") func readOnly() async throws {
        try await TestDatabase.withClient { client async throws in
            try await client.runScript("create table untouched (n bigint)")
            let outcome = await failure { _ = try await client.read("insert into untouched values (1)") }
            #expect(outcome?.state == .readOnlyTransaction)
            #expect(try await client.read("select * from untouched").isEmpty)
        }
    }

    @Test("more statements than the cache holds work, and the server does not keep them all") func eviction()
        async throws
    {
        try await TestDatabase.withClient({ configuration in
            configuration.preparedStatements = 4
            configuration.readConnections = 1
        }) { client async throws in
            for round in 0..<3 {
                for number in 0..<20 {
                    let statement = SQL(verbatim: "select \(number) as n")
                    #expect(try await client.read(statement).one().decode(Int.self, "n") == number, "round \(round)")
                }
            }
            let kept = try await client.read("select count(*) as n from pg_prepared_statements").one()
            #expect(try kept.decode(Int.self, "n") <= 4)
        }
    }

    @Test("a migration that changes a statement's result type goes unnoticed") func changedResultType() async throws {
        try await TestDatabase.withClient { client async throws in
            try await client.runScript("create table changing (a bigint); insert into changing values (1)")
            for _ in 0..<10 {
                #expect(try await client.query("select * from changing").one().decode(Int.self, "a") == 1)
                #expect(try await client.read("select * from changing").one().decode(Int.self, "a") == 1)
            }
            try await client.runScript(
                "alter table changing alter a type text using 'now text', add b bigint default 2"
            )
            for _ in 0..<10 {
                let row = try await client.query("select * from changing").one()
                #expect(try row.decode(String.self, "a") == "now text")
                #expect(try row.decode(Int.self, "b") == 2)
                #expect(try await client.read("select * from changing").one().decode(Int.self, "b") == 2)
            }
        }
    }

    @Test("what cannot be sent fails alone") func unsendable() async throws {
        try await TestDatabase.withClient { client async throws in
            let list = SQL.concatenating((0..<65_536).map { "\($0)" }, separator: ",")
            for statement in ["select 1\0", "select \(list)"] as [SQL] {
                #expect(await failure { try await client.query(statement) } == .unsendable)
                #expect(await failure { try await client.atomically(["select 1", statement]) } == .unsendable)
                let inside = await failure {
                    _ = try await client.transaction { transaction in try await transaction.query(statement) }
                }
                #expect(inside == .unsendable)
            }
            #expect(try await client.query("select 1").count == 1)
            try await client.transaction { transaction in try await transaction.query("select 1") }
        }
    }

    @Test("large values both ways, larger than any socket buffer") func largeValues() async throws {
        try await TestDatabase.withClient { client async throws in
            let big = [UInt8](repeating: 0xAB, count: 8 << 20)
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        try await client.query("select \(big) as b").one().decode([UInt8].self, "b").count
                    }
                }
                for try await count in group { #expect(count == big.count) }
            }
        }
    }
}
