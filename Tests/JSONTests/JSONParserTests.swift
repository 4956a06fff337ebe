import JSON
import Testing

private func parse(_ text: String, limits: JSONLimits = .standard) throws(JSONFault) -> JSONValue {
    try JSONValue.parse(Array(text.utf8), limits: limits)
}

private func code(_ text: String, limits: JSONLimits = .standard) -> JSONFault.Code? {
    do throws(JSONFault) {
        _ = try parse(text, limits: limits)
        return nil
    } catch {
        return error.code
    }
}

@Suite struct JSONParserTests {
    @Test func readsEveryKindOfValue() throws {
        let value = try parse(#" { "a" : [ null , true , false , -1.5e+3 , "x\n\u00e9\uD83D\uDE00/" ] , "b" : { } } "#)
        #expect(value["a"]?.array?.count == 5)
        #expect(value["a"]?.array?[0].isNull == true)
        #expect(value["a"]?.array?[1].bool == true)
        #expect(value["a"]?.array?[3].number?.double == -1500)
        #expect(value["a"]?.array?[4].string == "x\né😀/")
        #expect(value["b"]?.object?.isEmpty == true)
        #expect(value.object?.names == ["a", "b"])
        #expect(value["c"] == nil)
        #expect(value["a"]?["b"] == nil)
    }

    @Test("L09 duplicate names are refused, also behind escapes and in large objects")
    func duplicateNames() {
        #expect(code(#"{"a":1,"a":1}"#) == .duplicateName)
        #expect(code(#"{"sub":1,"\u0073ub":2}"#) == .duplicateName)
        #expect(code(#"{"x":{"a":1,"b":2,"a":3}}"#) == .duplicateName)
        let many = (0..<100).map { "\"n\($0)\":0" }.joined(separator: ",")
        #expect(code("{\(many)}") == nil)
        #expect(code("{\(many),\"n0\":1}") == .duplicateName)
        #expect(code("{\(many),\"n99\":1}") == .duplicateName)
        #expect(code(#"{"a":{"a":1},"b":{"a":1}}"#) == nil)
    }

    @Test("L09 names are compared by bytes, not by Unicode equivalence")
    func equivalentNames() throws {
        let value = try parse("{\"K\":1,\"\u{212A}\":2,\"\u{E9}\":3,\"e\u{301}\":4}")
        #expect(value.object?.count == 4)
        #expect(value["K"]?.int64 == 1)
        #expect(value["\u{212A}"]?.int64 == 2)
        #expect(try parse("\"\u{E9}\"") != parse("\"e\u{301}\""))
    }

    @Test("L09 depth is limited, and no depth can exhaust the stack")
    func depth() {
        let nested = { (count: Int) in
            String(repeating: "[", count: count) + String(repeating: "]", count: count)
        }
        #expect(code(nested(32)) == nil)
        #expect(code(nested(33)) == .tooDeep)
        #expect(code(nested(3), limits: JSONLimits(bytes: 100, depth: 2)) == .tooDeep)
        #expect(code(#"{"a":[{}]}"#, limits: JSONLimits(bytes: 100, depth: 2)) == .tooDeep)
        #expect(code("1", limits: JSONLimits(bytes: 100, depth: 0)) == nil)
        #expect(JSONLimits(bytes: 1, depth: .max).depth == JSONLimits.deepest)
        #expect(code(nested(100_000), limits: JSONLimits(bytes: .max, depth: .max)) == .tooDeep)
        #expect(code(nested(128), limits: JSONLimits(bytes: .max, depth: .max)) == nil)
    }

    @Test("L09 size is limited in bytes")
    func size() {
        #expect(code("\"é\"", limits: JSONLimits(bytes: 4, depth: 1)) == nil)
        #expect(code("\"é\"", limits: JSONLimits(bytes: 3, depth: 1)) == .tooLarge)
        #expect(code(String(repeating: " ", count: 262_143) + "1") == nil)
        #expect(code(String(repeating: " ", count: 262_144) + "1") == .tooLarge)
        #expect(code("1", limits: JSONLimits(bytes: -5, depth: 1)) == .tooLarge)
    }

    @Test("L09 large integers stay exact")
    func exactIntegers() throws {
        #expect(try parse("9007199254740993").int64 == 9_007_199_254_740_993)
        #expect(try parse("9007199254740993").serialized() == "9007199254740993")
        #expect(try parse("9223372036854775807").int64 == .max)
        #expect(try parse("-9223372036854775808").int64 == .min)
        #expect(try parse("9223372036854775808").int64 == nil)
        #expect(try parse("9223372036854775808").number?.text == "9223372036854775808")
        #expect(try parse("1.0").int64 == nil)
        #expect(try parse("1e2").int64 == nil)
        #expect(try parse("1e2").number?.double == 100)
        #expect(try parse("1e999").number?.double == nil)
        #expect(try parse("\"1\"").int64 == nil)
    }

    @Test(arguments: [
        ("", JSONFault.Code.unexpectedEnd), (" ", .unexpectedEnd), ("[", .unexpectedEnd), ("[1,", .unexpectedEnd),
        ("[1,]", .unexpectedByte), ("{,}", .unexpectedByte), ("{\"a\"}", .unexpectedByte),
        ("{\"a\":1,}", .unexpectedByte),
        ("{a:1}", .unexpectedByte), ("1 2", .trailingBytes), ("{}x", .trailingBytes), ("nul", .unexpectedEnd),
        ("nulL", .unexpectedByte), ("01", .invalidNumber), ("-", .invalidNumber), ("1.", .invalidNumber),
        ("1e", .invalidNumber), (".5", .unexpectedByte), ("+1", .unexpectedByte), ("NaN", .unexpectedByte),
        ("\"", .unexpectedEnd), ("\"\\", .unexpectedEnd), ("\"\\x\"", .invalidEscape), ("\"\\u12\"", .invalidEscape),
        ("\"\\u12", .unexpectedEnd), ("\"\n\"", .controlCharacter), ("\"\\n\u{0}\"", .controlCharacter),
        ("\"\\ud800\"", .loneSurrogate), ("\"\\udc00\"", .loneSurrogate), ("\"\\ud800\\u0041\"", .loneSurrogate),
        ("\"\\ud800\\", .loneSurrogate), ("\u{FEFF}1", .byteOrderMark), ("1\u{A0}", .trailingBytes),
        ("\u{2028}1", .unexpectedByte),
    ])
    func faults(text: String, expected: JSONFault.Code) {
        #expect(code(text) == expected)
    }

    @Test func faultsSayWhereButNotWhat() {
        #expect(throws: JSONFault.self) { try parse(#"{"token":"secret","#) }
        do throws(JSONFault) {
            _ = try parse(#"{"token":"secret" "x"}"#)
        } catch {
            #expect(error.offset == 18)
            #expect("\(error)" == "unexpected_byte at byte 18")
        }
    }

    @Test func everyPrefixOfAValueIsRefusedWithoutATrap() {
        let text = Array(#"{"a":[1.5e-3,"\u00e9\ud83d\ude00é",true,null],"b":{"c":false}}"#.utf8)
        for count in 0..<text.count {
            #expect(throws: JSONFault.self) { try JSONValue.parse(Array(text.prefix(count))) }
        }
    }

    @Test func oneChangedByteNeverTraps() {
        let text = Array(#"{"a":[1.5e-3,"\u00e9\ud83d\ude00é",true,null],"b":{"c":false}}"#.utf8)
        for position in text.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = text
                changed[position] = byte
                guard let value = try? JSONValue.parse(changed) else { continue }
                #expect((try? JSONValue.parse(value.serializedBytes())) == value)
            }
        }
    }
}
