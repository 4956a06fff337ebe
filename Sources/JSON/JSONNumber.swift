/// A number as it was written. No digit is lost: 9007199254740993 stays itself, which a `Double` could not hold.
///
/// Two numbers are equal when they are written the same way: `1`, `1.0` and `1e0` are three different numbers here.
public struct JSONNumber: Sendable, Hashable {
    /// The digits as they stood in the text (RFC 8259 section 6).
    public let text: String

    /// An integer.
    public init(_ value: Int64) {
        text = String(value)
    }

    /// `text` must already have been checked against the grammar.
    init(checked text: String) {
        self.text = text
    }

    /// The value when it is written as an integer and fits; `nil` for `1.0`, `1e2` and 2^63.
    public var int64: Int64? { Int64(text) }

    /// The nearest `Double`; `nil` when the number is too large for one.
    public var double: Double? {
        guard let value = Double(text), value.isFinite else { return nil }
        return value
    }
}
