import Glibc

/// A moment as logs write it.
enum Timestamp {
    /// The present.
    static func now() -> String {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return text(seconds: Int64(time.tv_sec), nanoseconds: Int64(time.tv_nsec))
    }

    /// RFC 3339 in UTC with milliseconds: `2026-03-01T09:30:00.042Z`. Years 0 to 9999; beyond, the nearest of them.
    static func text(seconds: Int64, nanoseconds: Int64) -> String {
        let seconds = min(max(seconds, -62_167_219_200), 253_402_300_799)
        let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        let second = seconds - days * 86_400
        let (year, month, day) = date(daysSince1970: days)
        var text = Array("0000-00-00T00:00:00.000Z".utf8)
        write(year, 4, into: &text, at: 0)
        write(month, 2, into: &text, at: 5)
        write(day, 2, into: &text, at: 8)
        write(second / 3600, 2, into: &text, at: 11)
        write(second / 60 % 60, 2, into: &text, at: 14)
        write(second % 60, 2, into: &text, at: 17)
        write(nanoseconds / 1_000_000, 3, into: &text, at: 20)
        return String(decoding: text, as: UTF8.self)
    }

    /// The proleptic Gregorian calendar, counted in eras of 400 years (146 097 days) that begin on 1 March, so that
    /// the leap day is the last of its year.
    private static func date(daysSince1970: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = daysSince1970 + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    /// The last `digits` decimal digits.
    private static func write(_ number: Int64, _ digits: Int, into text: inout [UInt8], at start: Int) {
        var rest = number
        for position in stride(from: start + digits - 1, through: start, by: -1) {
            text[position] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
    }
}
