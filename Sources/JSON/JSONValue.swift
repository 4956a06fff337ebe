/// A JSON value (RFC 8259) that keeps what was written: the order of members and every digit of a number.
public enum JSONValue: Sendable {
    /// `null`
    case null
    /// `true` or `false`
    case bool(Bool)
    /// A number, exactly as written.
    case number(JSONNumber)
    /// A string.
    case string(String)
    /// An array.
    case array([JSONValue])
    /// An object.
    case object(JSONObject)

    /// Reads one value that must be the whole input.
    ///
    /// Strict RFC 8259: valid UTF-8 without a byte order mark, no duplicate names (compared after unescaping), no lone
    /// surrogates, nothing after the value but white space.
    /// - Throws: the first fault, with its place.
    public static func parse(_ bytes: [UInt8], limits: JSONLimits = .standard) throws(JSONFault) -> JSONValue {
        var parser = JSONParser(bytes, limits: limits)
        return try parser.parse()
    }
}

extension JSONValue {
    /// The text, when this is a string.
    public var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The truth value, when this is `true` or `false`; the string `"true"` is not one.
    public var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The number, when this is one.
    public var number: JSONNumber? {
        if case .number(let value) = self { value } else { nil }
    }

    /// The integer, when this is a number written as an integer that fits.
    public var int64: Int64? { number?.int64 }

    /// The elements, when this is an array.
    public var array: [JSONValue]? {
        if case .array(let value) = self { value } else { nil }
    }

    /// The members, when this is an object.
    public var object: JSONObject? {
        if case .object(let value) = self { value } else { nil }
    }

    /// True only for the JSON `null`.
    public var isNull: Bool {
        if case .null = self { true } else { false }
    }

    /// The member of this name, when this is an object that has it.
    public subscript(_ name: String) -> JSONValue? { object?[name] }
}

extension JSONValue: Hashable {
    /// Equal when both are written with the same content: strings byte by byte, numbers digit by digit, members in
    /// any order.
    public static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.number(let left), .number(let right)): left == right
        case (.string(let left), .string(let right)): ExactString(left) == ExactString(right)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): left == right
        default: false
        }
    }

    /// Hashes the content.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .bool(let value): hasher.combine(value)
        case .number(let value): hasher.combine(value)
        case .string(let value): hasher.combine(ExactString(value))
        case .array(let value): hasher.combine(value)
        case .object(let value): hasher.combine(value)
        }
    }
}
