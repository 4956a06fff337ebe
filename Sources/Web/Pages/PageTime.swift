/// A moment as a page shows it: in UTC, to the minute, in words that need no knowledge of a locale.
public struct PageTime: Sendable, Hashable {
    /// Seconds since 1970-01-01T00:00:00Z.
    public let unixSeconds: Int64

    /// Creates a moment. Years outside 0001 to 9999 become the nearest second inside, so that every value has a form.
    public init(unixSeconds: Int64) {
        self.unixSeconds = min(max(unixSeconds, -62_135_596_800), 253_402_300_799)
    }

    /// `2026-06-09T14:03:20Z` (RFC 3339), for the `datetime` attribute.
    public var machineForm: String {
        var bytes: [UInt8] = []
        writeMachineForm(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends ``machineForm`` to an answer that is being written.
    func writeMachineForm(to bytes: inout [UInt8]) {
        let (year, month, day) = date
        let (hour, minute, second) = time
        Self.write(year / 100, then: nil, to: &bytes)
        Self.write(year % 100, then: "-", to: &bytes)
        Self.write(month, then: "-", to: &bytes)
        Self.write(day, then: "T", to: &bytes)
        Self.write(hour, then: ":", to: &bytes)
        Self.write(minute, then: ":", to: &bytes)
        Self.write(second, then: "Z", to: &bytes)
    }

    /// Two digits and what follows them.
    private static func write(_ number: Int64, then next: Unicode.Scalar?, to bytes: inout [UInt8]) {
        let zero = UInt8(ascii: "0")
        bytes.append(zero + UInt8(truncatingIfNeeded: number / 10 % 10))
        bytes.append(zero + UInt8(truncatingIfNeeded: number % 10))
        if let next { bytes.append(UInt8(ascii: next)) }
    }

    /// `9 June 2026, 14:03 UTC`.
    public var readableForm: String {
        let (hour, minute, _) = time
        return "\(dayForm), \(Self.padded(hour, to: 2)):\(Self.padded(minute, to: 2)) UTC"
    }

    /// `9 June 2026`.
    public var dayForm: String {
        let (year, month, day) = date
        return "\(day) \(Self.months[Int(month) - 1]) \(year)"
    }

    /// `Tue, 09 Jun 2026 14:03:20 GMT` (RFC 9110 §5.6.7), for fields of HTTP.
    var fieldForm: String {
        let (year, month, day) = date
        let (hour, minute, second) = time
        // 1970-01-01 was a Thursday.
        let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][Int(((dayNumber % 7) + 7) % 7)]
        let clock = [hour, minute, second].map { Self.padded($0, to: 2) }.joined(separator: ":")
        return "\(weekday), \(Self.padded(day, to: 2)) \(Self.months[Int(month) - 1].prefix(3)) "
            + "\(Self.padded(year, to: 4)) \(clock) GMT"
    }

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]

    private var time: (hour: Int64, minute: Int64, second: Int64) {
        let second = unixSeconds - dayNumber * 86_400
        return (second / 3_600, second / 60 % 60, second % 60)
    }

    /// Whole days since the epoch, rounded down, so that moments before 1970 keep a time of day from 0 to 86,399.
    private var dayNumber: Int64 {
        unixSeconds >= 0 ? unixSeconds / 86_400 : (unixSeconds - 86_399) / 86_400
    }

    /// The proleptic Gregorian date. Years are counted from 1 March, which puts the leap day at the end of a year, and
    /// eras are the 400 years (146,097 days) after which the calendar repeats.
    private var date: (year: Int64, month: Int64, day: Int64) {
        let sinceYearZero = dayNumber + 719_468
        let era = sinceYearZero / 146_097
        let dayOfEra = sinceYearZero % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, day)
    }

    private static func padded(_ number: Int64, to width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
