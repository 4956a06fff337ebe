import Foundation
import Testing

@testable import Postgres

@Suite("decoding never traps") struct RowTests {
    private static let columns = Columns(names: ["a", "b"], types: [.int8, .text])

    /// One row: 7 and NULL.
    private static let row = Rows(
        columns: columns,
        cells: words(16, 8, 24, -1) + [0, 0, 0, 0, 0, 0, 0, 7],
        count: 1,
        affected: 1
    )

    private static func words(_ values: Int32...) -> [UInt8] {
        values.flatMap { value in withUnsafeBytes(of: value) { Array($0) } }
    }

    @Test("by name and by position") func reading() throws {
        let row = try Self.row.one()
        #expect(try row.decode(Int64.self, "a") == 7)
        #expect(try row.decode(Int.self, at: 0) == 7)
        #expect(try row.decode(String?.self, "b") == nil)
        #expect(try row.decode(Int64?.self, "a") == 7)
    }

    @Test("wrong name, position, type, NULL") func mismatches() throws {
        let row = try Self.row.one()
        #expect(throws: PostgresFailure.decoding(column: "c", expected: "present")) { try row.decode(Int.self, "c") }
        #expect(throws: PostgresFailure.decoding(column: "2", expected: "present")) { try row.decode(Int.self, at: 2) }
        #expect(throws: PostgresFailure.decoding(column: "-1", expected: "present")) {
            try row.decode(Int.self, at: -1)
        }
        #expect(throws: PostgresFailure.self) { try row.decode(Int.self, at: .max) }
        #expect(throws: PostgresFailure.self) { try row.decode(Int.self, at: .min) }
        #expect(throws: PostgresFailure.self) { try Self.row[.max].decode(Int.self, at: 0) }
        #expect(throws: PostgresFailure.self) { try Self.row[-1].decode(Int.self, at: 0) }
        #expect(throws: PostgresFailure.decoding(column: "a", expected: "String")) { try row.decode(String.self, "a") }
        #expect(throws: PostgresFailure.decoding(column: "b", expected: "String")) { try row.decode(String.self, "b") }
    }

    @Test("a result with another number of rows than one is an error where one is asked for") func one() {
        #expect(throws: PostgresFailure.self) { try Rows.none.one() }
    }

    @Test("values of a wrong length or form are refused", arguments: [0, 1, 3, 7, 9, 15, 300])
    func garbage(length: Int) {
        let bytes = [UInt8](repeating: 255, count: length)
        #expect(Int64.decode(bytes[...], as: .int8) == nil)
        #expect(Int32.decode(bytes[...], as: .int4) == nil)
        #expect(Double.decode(bytes[...], as: .float8) == nil)
        #expect(UUID.decode(bytes[...], as: .uuid) == nil)
        #expect(Timestamp.decode(bytes[...], as: .timestamptz) == nil)
        #expect([String].decode(bytes[...], as: .textArray) == nil)
        #expect([UUID].decode(bytes[...], as: .uuidArray) == nil)
    }

    @Test("an array whose inner lengths lie is refused, and reserves nothing for them") func lyingArray() {
        var bytes: [UInt8] = []
        _ = ["a", "bc"].encode(into: &bytes)
        #expect([String].decode(bytes[...], as: .textArray) == ["a", "bc"])
        for index in bytes.indices {
            var broken = bytes
            broken[index] = 0xFF
            // Any result will do, as long as there is one.
            _ = [String].decode(broken[...], as: .textArray)
            _ = [String].decode(broken[..<index], as: .textArray)
        }
        var huge: [UInt8] = []
        for word in [1, 0, 25, Int32.max, 1] as [Int32] { word.appendBigEndian(to: &huge) }
        #expect([String].decode(huge[...], as: .textArray) == nil)
    }

    @Test("text that is not UTF-8 is refused") func invalidText() {
        #expect(String.decode([0xC3, 0x28][...], as: .text) == nil)
        #expect(String.decode([0x41][...], as: .jsonb) == nil)
        #expect(String.decode([][...], as: .jsonb) == nil)
    }

    @Test("infinity is no instant, and the ends of the range do not overflow") func timestamps() {
        for value in [Int64.min, .max, .max - 1, .max - 946_684_800_000_000 + 1] {
            var bytes: [UInt8] = []
            value.appendBigEndian(to: &bytes)
            #expect(Timestamp.decode(bytes[...], as: .timestamptz) == nil)
        }
        for value in [Int64.min, .max] {
            var bytes: [UInt8] = []
            #expect(Timestamp(microseconds: value).encode(into: &bytes))
            #expect(bytes.count == 8)
        }
        #expect(Timestamp(microseconds: -1).seconds == -1)
        #expect(Timestamp(microseconds: -1_000_000).seconds == -1)
        #expect(Timestamp(microseconds: 1_999_999).seconds == 1)
        #expect(Timestamp(microseconds: .min).seconds == -9_223_372_036_855)
    }
}
