/// An instant, as `timestamptz` holds it: microseconds since 1970-01-01 00:00:00 UTC.
public struct Timestamp: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Microseconds since the Unix epoch; negative before it.
    public let microseconds: Int64

    /// An instant by its distance from the Unix epoch in microseconds.
    public init(microseconds: Int64) { self.microseconds = microseconds }

    /// Whole seconds since the Unix epoch, rounded down.
    public var seconds: Int64 {
        let quotient = microseconds / 1_000_000
        return microseconds % 1_000_000 < 0 ? quotient - 1 : quotient
    }

    /// The number of microseconds, for logs.
    public var description: String { "\(microseconds)µs" }

    /// Earlier is less.
    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.microseconds < right.microseconds }

    /// Postgres counts from 2000-01-01 00:00:00 UTC.
    private static let postgresEpoch: Int64 = 946_684_800_000_000
}

extension Timestamp: SQLBindable {
    /// `timestamptz`
    public static var sqlType: SQLType { .timestamptz }

    /// Eight bytes: microseconds since 2000. Postgres refuses an instant beyond its range (SQLSTATE 22008).
    public func encode(into bytes: inout [UInt8]) -> Bool {
        let (shifted, overflow) = microseconds.subtractingReportingOverflow(Self.postgresEpoch)
        // Int64.min and Int64.max would be -infinity and infinity: one off is merely out of range.
        let value = overflow ? Int64.min + 1 : min(max(shifted, Int64.min + 1), Int64.max - 1)
        value.appendBigEndian(to: &bytes)
        return true
    }
}

extension Timestamp: SQLDecodable {
    /// Reads `timestamptz`; refuses `infinity` and `-infinity`, which are no instants.
    public static func decode(_ bytes: ArraySlice<UInt8>, as type: SQLType) -> Timestamp? {
        guard type == .timestamptz, let value = Int64(bigEndianBytes: bytes), value != .min, value != .max else {
            return nil
        }
        let (microseconds, overflow) = value.addingReportingOverflow(postgresEpoch)
        return overflow ? nil : Timestamp(microseconds: microseconds)
    }
}
