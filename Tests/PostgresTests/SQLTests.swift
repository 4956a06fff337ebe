import Foundation
import Testing

@testable import Postgres

@Suite("SQL can only bind") struct SQLTests {
    @Test("every interpolation becomes a placeholder, in order") func placeholders() {
        let name = "x'; drop table users; --"
        let statement: SQL = "select * from users where name = \(name) and age > \(21) or ok = \(true)"
        #expect(statement.text == "select * from users where name = $1 and age > $2 or ok = $3")
        #expect(statement.parameters.map(\.type) == [.text, .int8, .bool])
        #expect(!statement.text.contains("drop"))
    }

    @Test("a literal has no parameters") func literal() {
        let statement: SQL = "select 1"
        #expect(statement.text == "select 1")
        #expect(statement.parameters.isEmpty)
    }

    @Test("values lie in binary form, NULL as length -1, empty as length 0") func encoding() {
        let missing: String? = nil
        let statement: SQL = "\(Int32(258)) \(missing) \("") \("é")"
        #expect(statement.values == [0, 0, 1, 2, 0xC3, 0xA9])
        #expect(statement.parameters.map(\.length) == [4, -1, 0, 2])
        #expect(statement.parameters.map(\.type) == [.int4, .text, .text, .text])
    }

    @Test("inserting a statement renumbers its placeholders") func nesting() {
        let condition: SQL = "b = \("two") and c = \(3)"
        let statement: SQL = "select \(1) where \(condition) and d = \(4.5)"
        #expect(statement.text == "select $1 where b = $2 and c = $3 and d = $4")
        #expect(statement.parameters.map(\.type) == [.int8, .text, .int8, .float8])
        #expect(statement.values.count == 8 + 3 + 8 + 8)
        let twice: SQL = "\(statement); \(statement)"
        #expect(twice.text.hasSuffix("; select $5 where b = $6 and c = $7 and d = $8"))
    }

    @Test("ten and more parameters keep their numbers when nested") func manyPlaceholders() {
        let list = SQL.concatenating((0..<12).map { "\($0)" }, separator: ", ")
        #expect(list.text == "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12")
        let statement: SQL = "select \(0) in (\(list))"
        #expect(statement.text == "select $1 in ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)")
    }

    @Test("printing a statement shows no values") func description() {
        let statement: SQL = "select \("secret-value")"
        var dumped = ""
        dump(statement, to: &dumped)
        for text in ["\(statement)", String(reflecting: statement), dumped] {
            #expect(!text.contains("secret"))
            #expect(!text.contains("115"))
        }
    }

    @Test("two texts with the same parameter types are one prepared statement, other types another") func keys() {
        func key(_ statement: SQL) -> StatementKey { StatementKey(statement) }
        #expect(key("select \(1)") == key("select \(2)"))
        #expect(key("select \("a")") == key("select \("bcd")"))
        #expect(key("select \(1)") != key("select \("1")"))
        #expect(key("select \(1)") != key("select  \(1)"))
    }

    @Test("a text with U+0000 cannot be sent") func zeroByte() {
        let statement: SQL = "select 1\0 and more"
        #expect(!statement.isSendable)
    }

    @Test("listening quotes the channel") func listen() {
        #expect(SQL.listen(to: "a\"; drop table x; --\0b").text == "LISTEN \"a\"\"; drop table x; --b\"")
    }
}
