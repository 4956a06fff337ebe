import Accounts

/// A date and time as RFC 3339 section 5.6 writes it.
enum InternetTime {
    /// The instant, to the microsecond; nil for anything else, for a day that is none, and for years before 1970.
    static func read(_ text: String) -> Instant? {
        var rest = Array(text.utf8)[...]
        guard let year = digits(4, &rest), take("-", &rest), let month = digits(2, &rest), take("-", &rest),
            let day = digits(2, &rest), take("T", &rest) || take("t", &rest), let hour = digits(2, &rest),
            take(":", &rest), let minute = digits(2, &rest), take(":", &rest), let second = digits(2, &rest)
        else { return nil }
        guard let fraction = fraction(&rest), let offset = offset(&rest), rest.isEmpty else { return nil }
        // A leap second counts as the second before it, as Postgres would have it.
        guard year >= 1970, (1...12).contains(month), (1...daysIn(month, of: year)).contains(day), hour <= 23,
            minute <= 59, second <= 60
        else { return nil }
        let seconds = days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + min(second, 59) - offset
        guard seconds >= 0 else { return nil }
        return Instant(microseconds: seconds * 1_000_000 + fraction)
    }

    private static func digits(_ count: Int, _ rest: inout ArraySlice<UInt8>) -> Int64? {
        guard rest.count >= count else { return nil }
        var value: Int64 = 0
        for byte in rest.prefix(count) {
            guard (0x30...0x39).contains(byte) else { return nil }
            value = value * 10 + Int64(byte - 0x30)
        }
        rest = rest.dropFirst(count)
        return value
    }

    private static func take(_ character: Unicode.Scalar, _ rest: inout ArraySlice<UInt8>) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// Microseconds; digits beyond the sixth are cut.
    private static func fraction(_ rest: inout ArraySlice<UInt8>) -> Int64? {
        guard take(".", &rest) else { return 0 }
        let written = rest.prefix { (0x30...0x39).contains($0) }
        guard (1...9).contains(written.count) else { return nil }
        rest = rest.dropFirst(written.count)
        var value: Int64 = 0
        for byte in (written.prefix(6) + Array(repeating: 0x30, count: 6)).prefix(6) {
            value = value * 10 + Int64(byte - 0x30)
        }
        return value
    }

    /// Seconds east of UTC.
    private static func offset(_ rest: inout ArraySlice<UInt8>) -> Int64? {
        if take("Z", &rest) || take("z", &rest) { return 0 }
        let sign: Int64
        if take("+", &rest) { sign = 1 } else if take("-", &rest) { sign = -1 } else { return nil }
        guard let hours = digits(2, &rest), take(":", &rest), let minutes = digits(2, &rest), hours <= 23,
            minutes <= 59
        else { return nil }
        return sign * (hours * 3600 + minutes * 60)
    }

    private static func isLeap(_ year: Int64) -> Bool {
        year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
    }

    private static func daysIn(_ month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970-01-01 in the Gregorian calendar.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let past = year - 1
        let leapDays = past / 4 - past / 100 + past / 400 - 477
        let months = (1..<month).reduce(Int64(0)) { $0 + daysIn($1, of: year) }
        return (year - 1970) * 365 + leapDays + months + day - 1
    }
}
