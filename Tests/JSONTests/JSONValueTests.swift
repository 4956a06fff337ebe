import JSON
import Testing

@Suite struct JSONValueTests {
    @Test func keepsTheOrderOfMembers() {
        let value: JSONValue = ["z": 1, "a": [true, "x"], "m": .null]
        #expect(value.serialized() == #"{"z":1,"a":[true,"x"],"m":null}"#)
    }

    @Test func escapesWhatCouldEndItsSurroundings() {
        let value: JSONValue = .string("\"\\\n\u{0}\u{1F}\u{7F}\u{85}</script>\u{2028}\u{2029}é😀&")
        let expected =
            #""\"\\\n\u0000\u001f\u007f\u0085\u003c/script\u003e\u2028\u2029é😀&""#
        #expect(value.serialized() == expected)
    }

    @Test func setsReplacesAndRemovesMembers() {
        var object: JSONObject = ["a": 1, "b": 2, "c": 3]
        object["b"] = "two"
        object["a"] = nil
        object["d"] = .null
        object["missing"] = nil
        #expect(JSONValue.object(object).serialized() == #"{"b":"two","c":3,"d":null}"#)
        #expect(object.count == 3)
        #expect(object["a"] == nil)
        #expect(object["d"] == .some(.null))
    }

    @Test func largeObjectsFindAndRemoveMembers() {
        var object = JSONObject((0..<40).map { ("n\($0)", JSONValue.number(JSONNumber(Int64($0)))) })
        for position in 0..<30 { object["n\(position)"] = nil }
        #expect(object.names == (30..<40).map { "n\($0)" })
        #expect(object["n35"]?.int64 == 35)
        #expect(object["n3"] == nil)
        for position in 0..<30 { object["n\(position)"] = true }
        #expect(object.count == 40)
        #expect(object["n3"]?.bool == true)
        #expect(object["n35"]?.int64 == 35)
    }

    @Test func equalityIgnoresOrderOnly() {
        let value: JSONValue = ["a": 1, "b": [1, 2]]
        #expect(value == ["b": [1, 2], "a": 1])
        #expect(value.hashValue == JSONValue.object(["b": [1, 2], "a": 1]).hashValue)
        #expect(value != ["b": [2, 1], "a": 1])
        #expect(value != ["a": 1])
        #expect(JSONValue.bool(true) != 1)
        #expect(JSONValue.string("1") != 1)
    }

    @Test func aRepeatedNameInALiteralKeepsItsLastValue() {
        #expect(JSONObject([("a", 1), ("b", 2), ("a", 3)]) == ["a": 3, "b": 2])
    }
}
