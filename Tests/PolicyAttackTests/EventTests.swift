import Accounts
import Administration
import Foundation
import Postgres
import PostgresStore
import TestSupport
import Testing

import struct Logging.Logger

/// `GET /admin/v1/events` and `latchkey events`: what apps are told, without gaps.
@Suite("Events for apps", .serialized, .enabled(if: Stack.isAvailable))
struct EventTests {
    private static let shared = Task { try await PolicyStacks.own(nodes: 1) }

    private static func insertion(_ kind: String) -> SQL {
        "insert into app_events (kind, payload) values (\(kind), '{\"n\":1}') returning sequence"
    }

    /// Every event after a place, page by page; kinds, and the last place.
    private func read(_ program: Program, after: Int64, limit: Int = 2) async throws -> (kinds: [String], next: Int64) {
        var (kinds, place): ([String], Int64) = ([], after)
        while true {
            let page = try await program.get("/admin/v1/events?after=\(place)&limit=\(limit)")
            guard page.status == 200, let events = page["events"] as? [[String: Any]], let next = page["next"] as? Int
            else { throw NeverHappened(description: "a page of events: \(page.status) \(page.text)") }
            guard !events.isEmpty else { return (kinds, place) }
            kinds += events.compactMap { $0["kind"] as? String }
            place = Int64(next)
        }
    }

    /// As soon as nothing else in the server keeps them back.
    private func eventuallyRead(_ program: Program, after: Int64, _ kinds: [String]) async throws -> Int64 {
        try await eventually("\(kinds) after \(after)") {
            let found = try await read(program, after: after)
            return found.kinds == kinds ? found.next : nil
        }
    }

    @Test("an event whose transaction commits late is met by a reader who has read later ones, whoever began first")
    func noGaps() async throws {
        let own = try await Self.shared.value
        let (program, database) = (own.program(), own.stack.database)
        _ = try await database.query(Self.insertion("first"))
        let start = try await eventuallyRead(program, after: 0, ["first"])

        // The smaller sequence belongs to the transaction that began later and commits last.
        var place = start
        try await database.transaction { early in
            _ = try await early.query("select pg_current_xact_id()")
            try await database.transaction { late in
                _ = try await late.query(Self.insertion("late"))
                _ = try await early.query(Self.insertion("early"))
                try await early.commit()
                place = try await eventuallyRead(program, after: start, ["early"])
            }
        }
        place = try await eventuallyRead(program, after: place, ["late"])

        // The smaller sequence belongs to the transaction that began first: everything behind it waits.
        let before = place
        try await database.transaction { early in
            _ = try await early.query(Self.insertion("slow"))
            _ = try await database.query(Self.insertion("quick"))
            #expect(try await read(program, after: before).kinds == [])
        }
        place = try await eventuallyRead(program, after: before, ["slow", "quick"])

        // What was rolled back leaves a gap in the sequences, and nobody waits for it.
        _ = try? await database.transaction { given in
            _ = try await given.query(Self.insertion("undone"))
            throw NeverHappened(description: "a commit")
        }
        _ = try await database.query(Self.insertion("last"))
        place = try await eventuallyRead(program, after: place, ["last"])
        #expect(try await read(program, after: start).kinds == ["early", "late", "slow", "quick", "last"])
        #expect(try await read(program, after: place).kinds == [])
    }

    @Test("a place that is not kept is said so; parameters are checked; the command says the same")
    func places() async throws {
        let own = try await Self.shared.value
        let program = own.program()
        let gone = try await program.get("/admin/v1/events?after=999999999")
        #expect(gone.status == 410 && gone.code == "events_gone")
        for query in [
            "after=-1", "after=x", "limit=0", "limit=1001", "since=1", "after=1&after=2", "after=99999999999999999999",
        ] {
            #expect(try await program.get("/admin/v1/events?\(query)").status == 400, "\(query)")
        }
        #expect(try await Program(port: program.port, bearer: nil).get("/admin/v1/events").status == 401)
        let command = try await CommandRun(["events", "--after", "999999999", "--json"], stack: own.stack)
        #expect(command.status == 1 && command.json?["error"] as? String == "events_gone", "\(command.output)")
        let all = try await CommandRun(["events", "--json"], stack: own.stack)
        let events = try #require(all.json?["events"] as? [[String: Any]])
        #expect(all.status == 0 && events.count > 0 && events.allSatisfy { $0["payload"] is [String: Any] })
    }

    @Test("events that came with a copy from another server are read, and what happens here comes after them")
    func restored() async throws {
        let own = try await Self.shared.value
        let (program, database) = (own.program(), own.stack.database)
        _ = try await database.query(Self.insertion("here before"))
        let place = try await eventually("the place before") {
            let found = try await read(program, after: 0)
            return found.kinds.last == "here before" ? found.next : nil
        }
        for number in 0..<3 {
            _ = try await database.query(
                """
                insert into app_events (kind, payload, transaction)
                values (\("restored \(number)"), '{}', (9000000000000 - \(Int64(number)))::text::xid8)
                """
            )
        }
        #expect(
            try await read(program, after: place).kinds == [],
            "the counters of two servers say nothing of each other"
        )
        let store = PostgresStore(client: database, logger: Logger(label: "test"))
        _ = try await store.removeExpired(limit: 100)
        _ = try await database.query(Self.insertion("here after"))
        let kinds = ["restored 0", "restored 1", "restored 2", "here after"]
        _ = try await eventuallyRead(program, after: place, kinds)
    }
}
