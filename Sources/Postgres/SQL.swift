/// One statement and its parameters. The text can only come from literals in the source: every interpolated value
/// becomes a parameter (`$1`, `$2`, …) that is sent beside the text, so no value can ever be read as SQL.
///
/// ```swift
/// let statement: SQL = "select email from users where id = \(id) and active = \(true)"
/// ```
///
/// Interpolating a ``SQL`` inserts that statement's text and parameters, renumbered.
public struct SQL: Sendable {
    /// Where one parameter stands.
    struct Parameter: Sendable {
        let type: SQLType
        /// Offset of `$n` in the text, in UTF-8 bytes.
        let position: Int32
        /// Offset of the value in `values`.
        let offset: Int32
        /// Length of the value in bytes; -1 is NULL.
        let length: Int32
    }

    /// The text with placeholders, in UTF-8: statements are put together from parts for each request, and bytes are what that is
    /// cheapest with.
    private(set) var bytes: [UInt8]
    private(set) var parameters: [Parameter]
    /// All values, one after the other, in binary form.
    private(set) var values: [UInt8]

    /// The text with placeholders: safe to log, it holds no values.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    private init(capacity: Int, parameters count: Int) {
        bytes = []
        bytes.reserveCapacity(capacity)
        parameters = []
        values = []
        if count > 0 {
            parameters.reserveCapacity(count)
            values.reserveCapacity(count * 32)
        }
    }

    /// For texts this module makes itself.
    init(verbatim text: String) {
        bytes = Array(text.utf8)
        parameters = []
        values = []
    }

    /// Appends parts to each other with a separator between them, for lists of conditions or of values.
    public static func concatenating(_ parts: [SQL], separator: StaticString = " ") -> SQL {
        var whole = SQL(capacity: 256, parameters: 4)
        for (index, part) in parts.enumerated() {
            if index > 0 { whole.append(separator) }
            whole.append(part)
        }
        return whole
    }

    private mutating func bind(_ value: some SQLBindable) {
        let position = bytes.count
        let offset = values.count
        let present = value.encode(into: &values)
        placeholder(type: type(of: value).sqlType, at: position, offset: offset, present: present)
    }

    private mutating func placeholder(type: SQLType, at position: Int, offset: Int, present: Bool) {
        parameters.append(
            Parameter(
                type: type,
                position: Int32(clamping: position),
                offset: Int32(clamping: offset),
                length: present ? Int32(clamping: values.count - offset) : -1
            )
        )
        bytes.append(UInt8(ascii: "$"))
        Self.appendDigits(of: parameters.count, to: &bytes)
    }

    private static func appendDigits(of number: Int, to bytes: inout [UInt8]) {
        if number >= 10 { appendDigits(of: number / 10, to: &bytes) }
        bytes.append(UInt8(ascii: "0") + UInt8(number % 10))
    }

    private static func digits(of number: Int) -> Int { number < 10 ? 1 : 1 + digits(of: number / 10) }

    private mutating func append(_ literal: StaticString) {
        literal.withUTF8Buffer { unsafe bytes.append(contentsOf: $0) }
    }

    private mutating func append(_ other: SQL) {
        var copied = 0
        for (index, parameter) in other.parameters.enumerated() {
            let position = Int(parameter.position)
            bytes.append(contentsOf: other.bytes[copied..<position])
            copied = position + 1 + Self.digits(of: index + 1)
            let offset = values.count
            if parameter.length >= 0 {
                let start = Int(parameter.offset)
                values.append(contentsOf: other.values[start..<start + Int(parameter.length)])
            }
            placeholder(type: parameter.type, at: bytes.count, offset: offset, present: parameter.length >= 0)
        }
        bytes.append(contentsOf: other.bytes[copied...])
    }
}

extension SQL: ExpressibleByStringInterpolation {
    /// A statement without parameters.
    public init(stringLiteral value: StaticString) {
        self.init(capacity: value.utf8CodeUnitCount, parameters: 0)
        append(value)
    }

    /// A statement with parameters.
    public init(stringInterpolation: StringInterpolation) { self = stringInterpolation.statement }

    /// Collects literal text and parameters.
    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var statement: SQL

        /// Reserves room.
        public init(literalCapacity: Int, interpolationCount: Int) {
            statement = SQL(capacity: literalCapacity + interpolationCount * 3, parameters: interpolationCount)
        }

        /// Appends text that stands in the source. Only the compiler can make a `StaticString`.
        public mutating func appendLiteral(_ literal: StaticString) { statement.append(literal) }

        /// Binds a value to the next placeholder.
        public mutating func appendInterpolation(_ value: some SQLBindable) { statement.bind(value) }

        /// Binds a value that may be absent. The label says that null is meant: an optional without it is, rightly, a warning.
        public mutating func appendInterpolation(nullable value: (some SQLBindable)?) { statement.bind(value) }

        /// Binds a value or NULL to the next placeholder. (On its own, so that the compiler does not take an optional for
        /// an oversight.)
        public mutating func appendInterpolation<Value: SQLBindable>(_ value: Value?) { statement.bind(value) }

        /// Inserts another statement's text and parameters, renumbered.
        public mutating func appendInterpolation(_ part: SQL) { statement.append(part) }
    }
}

extension SQL: CustomStringConvertible, CustomReflectable {
    /// The text with placeholders, without values.
    public var description: String { text }

    /// A mirror without children, so that `dump` does not print values.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
