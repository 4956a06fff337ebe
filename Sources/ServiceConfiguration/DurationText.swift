/// Lengths of time as configuration writes them: one whole number and `ms`, `s`, `m`, `h` or `d`.
enum DurationText {
    private static let units: [(suffix: String, milliseconds: Int64)] = [
        ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ]

    /// The duration, or nil when the text is not one.
    static func read(_ text: String) -> Duration? {
        for unit in units where text.hasSuffix(unit.suffix) {
            guard let number = decimal(text.dropLast(unit.suffix.utf8.count)) else { continue }
            let (total, overflow) = Int64(number).multipliedReportingOverflow(by: unit.milliseconds)
            return overflow ? nil : .milliseconds(total)
        }
        return nil
    }

    /// The shortest text that reads as this duration, to the millisecond.
    static func write(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
        guard milliseconds != 0 else { return "0s" }
        for unit in units.reversed() where milliseconds % unit.milliseconds == 0 {
            return "\(milliseconds / unit.milliseconds)\(unit.suffix)"
        }
        return "\(milliseconds)ms"
    }
}

extension ValueType where Value == Duration {
    /// A duration inside `range`.
    static func duration(_ range: ClosedRange<Duration>) -> ValueType {
        let bounds = "from \(DurationText.write(range.lowerBound)) to \(DurationText.write(range.upperBound))"
        return .of("duration \(bounds)", write: DurationText.write) { text in
            guard let value = DurationText.read(text), range.contains(value) else { return nil }
            return value
        }
    }
}

extension Duration {
    /// Whole minutes.
    static func minutes(_ count: Int) -> Duration { .seconds(count * 60) }
    /// Whole hours.
    static func hours(_ count: Int) -> Duration { .seconds(count * 3600) }
    /// Days of 24 hours.
    static func days(_ count: Int) -> Duration { .seconds(count * 86_400) }
}
