import Foundation
import Testing

@testable import Postgres

@Suite("types on their way to Postgres and back", .serialized, .enabled(if: TestDatabase.isThere), .database)
struct TypesTests {
    private static let strings = [
        "", "a", "O'Reilly", "\"; drop table users; --", "$1 $2 \\", "%s%n", "line\nline\r\n\ttab",
        "🏳️‍🌈 e\u{301} \u{202E}",
        "\u{FFFF}\u{10FFFF}\u{1}", String(repeating: "long", count: 50_000),
    ]

    private func roundTrip<T: SQLBindable & SQLDecodable & Equatable>(
        _ values: [T],
        _ client: PostgresClient
    ) async throws {
        for value in values {
            let row = try await client.query("select \(value) as value, \(value) is null as missing").one()
            #expect(try row.decode(T.self, "value") == value)
            #expect(try row.decode(Bool.self, "missing") == false)
            #expect(try row.decode(T?.self, at: 0) == value)
            let missing: T? = nil
            let none = try await client.query("select \(missing) as value, \(missing) is null as missing").one()
            #expect(try none.decode(T?.self, "value") == nil)
            #expect(try none.decode(Bool.self, "missing"))
            #expect(throws: PostgresFailure.self) { try none.decode(T.self, "value") }
        }
    }

    @Test("text, whatever is in it") func text() async throws {
        try await TestDatabase.withClient { client in try await roundTrip(Self.strings, client) }
    }

    @Test("integers to their ends") func integers() async throws {
        try await TestDatabase.withClient { client async throws in
            try await roundTrip([0, 1, -1, Int64.min, Int64.max], client)
            try await roundTrip([0, 1, -1, Int32.min, Int32.max], client)
            try await roundTrip([0, 1, -1, Int.min, Int.max], client)
        }
    }

    @Test("booleans, doubles, UUIDs, bytes, instants") func scalars() async throws {
        try await TestDatabase.withClient { client async throws in
            try await roundTrip([true, false], client)
            try await roundTrip([0, -0.5, .pi, .infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude], client)
            try await roundTrip([UUID(), UUID()], client)
            try await roundTrip([[], [0], [0, 255, 39, 92], Array(0...255)] as [[UInt8]], client)
            try await roundTrip([0, 1, -1, 1_700_000_000_123_456].map(Timestamp.init(microseconds:)), client)
        }
    }

    @Test("arrays") func arrays() async throws {
        try await TestDatabase.withClient { client async throws in
            try await roundTrip([[], [""], ["a", "b,{}\"\\", "NULL"], Self.strings], client)
            try await roundTrip([[], [UUID()], [UUID(), UUID()]], client)
            try await roundTrip([[], [Int64.min, 0, Int64.max]], client)
        }
    }

    @Test("what Postgres sends in other types") func otherTypes() async throws {
        try await TestDatabase.withClient { client async throws in
            try await client.runScript("create type mood as enum ('glad', 'sad'); create domain short as varchar(9)")
            let row = try await client.query(
                """
                select 7::smallint as small, 7::oid as object, 1.5::real as real, 'x'::varchar as varying,
                    'ab'::char(3) as fixed, 'n'::name as name, 'glad'::mood as mood, 'd'::short as domain,
                    '{"a": 1}'::jsonb as jsonb, '{"a":1}'::json as json, null as unknown, 'u' as literal,
                    '2000-01-01 00:00:00+00'::timestamptz as epoch, array['a', null] as holes, 12.5::numeric as number,
                    'infinity'::timestamptz as never
                """
            ).one()
            #expect(try row.decode(Int64.self, "small") == 7)
            #expect(try row.decode(Int32.self, "small") == 7)
            #expect(try row.decode(Int64.self, "object") == 7)
            #expect(try row.decode(Double.self, "real") == 1.5)
            #expect(try row.decode(String.self, "varying") == "x")
            #expect(try row.decode(String.self, "fixed") == "ab ")
            #expect(try row.decode(String.self, "name") == "n")
            #expect(try row.decode(String.self, "mood") == "glad")
            #expect(try row.decode(String.self, "domain") == "d")
            #expect(try row.decode(String.self, "jsonb") == "{\"a\": 1}")
            #expect(try row.decode(String.self, "json") == "{\"a\":1}")
            #expect(try row.decode(String?.self, "unknown") == nil)
            #expect(try row.decode(String.self, "literal") == "u")
            #expect(try row.decode(Timestamp.self, "epoch").microseconds == 946_684_800_000_000)
            #expect(throws: PostgresFailure.self) { try row.decode([String].self, "holes") }
            #expect(throws: PostgresFailure.self) { try row.decode(Double.self, "number") }
            #expect(throws: PostgresFailure.self) { try row.decode(Timestamp.self, "never") }
        }
    }

    @Test("U+0000 in text and an instant out of range are refused, not cut or bent") func refusedValues() async throws {
        try await TestDatabase.withClient { client async throws in
            let zero = await failure { try await client.query("select \("a\0b")") }
            #expect(zero?.state == SQLState("22021"))
            let far = await failure { try await client.query("select \(Timestamp(microseconds: .min))") }
            #expect(far?.state == SQLState("22008"))
            #expect(try await client.query("select 1 as still").one().decode(Int.self, "still") == 1)
        }
    }

    @Test("many rows and columns, in order, with NULLs between") func manyRows() async throws {
        try await TestDatabase.withClient { client async throws in
            let rows = try await client.query(
                "select g as n, case when g % 3 = 0 then null else repeat('x', g % 50) end as t from generate_series(1, 5000) g"
            )
            #expect(rows.count == 5000)
            #expect(rows.affected == 5000)
            for (index, row) in rows.enumerated() {
                let number = index + 1
                guard try row.decode(Int.self, "n") == number,
                    try row.decode(String?.self, "t")
                        == (number % 3 == 0 ? nil : String(repeating: "x", count: number % 50))
                else {
                    Issue.record("row \(number)")
                    return
                }
            }
            #expect(try await client.query("select 1 where false").isEmpty)
        }
    }

    @Test("commands say how many rows they changed") func affected() async throws {
        try await TestDatabase.withClient { client async throws in
            #expect(try await client.query("create table counted (n bigint)").affected == 0)
            #expect(try await client.query("insert into counted select generate_series(1, 7)").affected == 7)
            #expect(try await client.query("update counted set n = n + 1 where n > \(4)").affected == 3)
            #expect(try await client.query("delete from counted returning n").affected == 7)
        }
    }
}
