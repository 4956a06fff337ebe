/// Recursive descent over bytes. Recursion is bounded by ``JSONLimits/depth``, so no input can exhaust the stack.
struct JSONParser {
    let bytes: [UInt8]
    let limits: JSONLimits
    var offset = 0

    init(_ bytes: [UInt8], limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    mutating func parse() throws(JSONFault) -> JSONValue {
        guard bytes.count <= limits.bytes else { throw JSONFault(.tooLarge, at: limits.bytes) }
        guard !bytes.starts(with: [0xEF, 0xBB, 0xBF]) else { throw JSONFault(.byteOrderMark, at: 0) }
        skipWhiteSpace()
        let value = try value(depth: 0)
        skipWhiteSpace()
        guard offset == bytes.count else { throw JSONFault(.trailingBytes, at: offset) }
        return value
    }

    private mutating func value(depth: Int) throws(JSONFault) -> JSONValue {
        switch try current() {
        case UInt8(ascii: "{"): return .object(try object(depth: depth + 1))
        case UInt8(ascii: "["): return .array(try array(depth: depth + 1))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
        default: throw JSONFault(.unexpectedByte, at: offset)
        }
    }

    private mutating func object(depth: Int) throws(JSONFault) -> JSONObject {
        try open(depth: depth)
        var object = JSONObject()
        if try take(UInt8(ascii: "}")) { return object }
        while true {
            let start = offset
            guard try current() == UInt8(ascii: "\"") else { throw JSONFault(.unexpectedByte, at: offset) }
            let name = try string()
            skipWhiteSpace()
            guard try take(UInt8(ascii: ":")) else { throw JSONFault(.unexpectedByte, at: offset) }
            skipWhiteSpace()
            let value = try value(depth: depth)
            guard object.insert(name, value) else { throw JSONFault(.duplicateName, at: start) }
            if try closes(UInt8(ascii: "}")) { return object }
        }
    }

    private mutating func array(depth: Int) throws(JSONFault) -> [JSONValue] {
        try open(depth: depth)
        var elements: [JSONValue] = []
        if try take(UInt8(ascii: "]")) { return elements }
        while true {
            elements.append(try value(depth: depth))
            if try closes(UInt8(ascii: "]")) { return elements }
        }
    }

    private mutating func open(depth: Int) throws(JSONFault) {
        guard depth <= limits.depth else { throw JSONFault(.tooDeep, at: offset) }
        offset += 1
        skipWhiteSpace()
    }

    /// After an element: true at the closing bracket, false after a comma, which must be followed by another element.
    private mutating func closes(_ bracket: UInt8) throws(JSONFault) -> Bool {
        skipWhiteSpace()
        if try take(bracket) { return true }
        guard try take(UInt8(ascii: ",")) else { throw JSONFault(.unexpectedByte, at: offset) }
        skipWhiteSpace()
        return false
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONFault) -> JSONValue {
        for expected in word.description.utf8 {
            guard try take(expected) else { throw JSONFault(.unexpectedByte, at: offset) }
        }
        return value
    }

    private mutating func number() throws(JSONFault) -> JSONNumber {
        let start = offset
        if bytes[offset] == UInt8(ascii: "-") { offset += 1 }
        let integer = offset
        let digits = skipDigits()
        guard digits > 0, digits == 1 || bytes[integer] != UInt8(ascii: "0") else {
            throw JSONFault(.invalidNumber, at: start)
        }
        if offset < bytes.count, bytes[offset] == UInt8(ascii: ".") {
            offset += 1
            guard skipDigits() > 0 else { throw JSONFault(.invalidNumber, at: start) }
        }
        if offset < bytes.count, bytes[offset] | 0x20 == UInt8(ascii: "e") {
            offset += 1
            if offset < bytes.count, bytes[offset] == UInt8(ascii: "+") || bytes[offset] == UInt8(ascii: "-") {
                offset += 1
            }
            guard skipDigits() > 0 else { throw JSONFault(.invalidNumber, at: start) }
        }
        return JSONNumber(checked: String(decoding: bytes[start..<offset], as: UTF8.self))
    }

    private mutating func skipDigits() -> Int {
        let start = offset
        while offset < bytes.count, bytes[offset] >= UInt8(ascii: "0"), bytes[offset] <= UInt8(ascii: "9") {
            offset += 1
        }
        return offset - start
    }

    private mutating func skipWhiteSpace() {
        while offset < bytes.count {
            switch bytes[offset] {
            case 0x20, 0x09, 0x0A, 0x0D: offset += 1
            default: return
            }
        }
    }

    private func current() throws(JSONFault) -> UInt8 {
        guard offset < bytes.count else { throw JSONFault(.unexpectedEnd, at: offset) }
        return bytes[offset]
    }

    private mutating func take(_ byte: UInt8) throws(JSONFault) -> Bool {
        guard try current() == byte else { return false }
        offset += 1
        return true
    }
}
