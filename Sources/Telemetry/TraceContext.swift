/// The position of a request in a distributed trace: W3C Trace Context, level 1, header `traceparent`.
public struct TraceContext: Sendable, Hashable {
    /// Identifies the whole trace, 16 bytes, never zero.
    public let traceID: UInt128
    /// Identifies the caller's span, 8 bytes, never zero.
    public let spanID: UInt64
    /// Whether the caller records the trace.
    public let isSampled: Bool

    /// Starts a new trace.
    public init(isSampled: Bool = false) {
        var generator = SystemRandomNumberGenerator()
        traceID = Self.identifier(from: &generator)
        spanID = Self.identifier(from: &generator)
        self.isSampled = isSampled
    }

    /// Reads a `traceparent` value (§3.2). Nil when it is malformed: the receiver then starts a trace of its own.
    ///
    /// Versions above 00 are read as far as 00 is known, as §3.2.4 asks; version ff, zero identifiers and upper-case
    /// digits are malformed.
    public init?(traceparent: String) {
        let bytes = Array(traceparent.utf8)
        let dash = UInt8(ascii: "-")
        guard bytes.count >= 55, bytes.count <= 512, bytes[2] == dash, bytes[35] == dash, bytes[52] == dash,
            let version = Self.number(bytes[0..<2]), version != 0xFF,
            version == 0 ? bytes.count == 55 : (bytes.count == 55 || bytes[55] == dash),
            let traceID = Self.number(bytes[3..<35]), traceID != 0,
            let spanID = Self.number(bytes[36..<52]), spanID != 0,
            let flags = Self.number(bytes[53..<55])
        else { return nil }
        self.init(
            traceID: traceID,
            spanID: UInt64(truncatingIfNeeded: spanID),
            isSampled: flags & 1 == 1
        )
    }

    init(traceID: UInt128, spanID: UInt64, isSampled: Bool) {
        self.traceID = traceID
        self.spanID = spanID
        self.isSampled = isSampled
    }

    /// The same trace with a span of one's own, for calls that are made on behalf of this request.
    public func child() -> TraceContext {
        var generator = SystemRandomNumberGenerator()
        return TraceContext(traceID: traceID, spanID: Self.identifier(from: &generator), isSampled: isSampled)
    }

    /// The value of the header, version 00.
    public var traceparent: String {
        "00-\(traceIDText)-\(spanIDText)-0\(isSampled ? 1 : 0)"
    }

    /// The trace's identifier as it goes into logs, 32 hexadecimal digits.
    public var traceIDText: String { Self.text(traceID, digits: 32) }

    /// The span's identifier as it goes into logs, 16 hexadecimal digits.
    public var spanIDText: String { Self.text(UInt128(spanID), digits: 16) }

    /// Identifiers are labels, not secrets; zero means "none" (§3.2.2.3).
    private static func identifier<Number: FixedWidthInteger & UnsignedInteger>(
        from generator: inout some RandomNumberGenerator
    ) -> Number {
        Number.random(in: 1...Number.max, using: &generator)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> UInt128? {
        var number: UInt128 = 0
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): number = number << 4 | UInt128(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): number = number << 4 | UInt128(digit - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return number
    }

    private static func text(_ number: UInt128, digits: Int) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: digits - text.utf8.count) + text
    }
}
