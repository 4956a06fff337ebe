/// When a provider says that one may ask again.
public enum RetryAfter {
    /// Seconds to wait, 0 to one day; nil when the answer does not say. Reads `Retry-After` as seconds or as a date
    /// (RFC 9110 §10.2.3), and the epoch times of X (`x-rate-limit-reset`) and GitHub (`x-ratelimit-reset`) when their
    /// allowance is used up. Dates count from the answer's own `Date` header, so that two clocks need not agree.
    public static func seconds(_ response: OutboundResponse) -> Int? {
        if let text = response.header("retry-after") {
            if let seconds = number(text) { return clamp(seconds) }
            if let until = HTTPDate.unixSeconds(text), let now = now(response) { return clamp(until - now) }
        }
        for (reset, remaining) in [
            ("x-rate-limit-reset", "x-rate-limit-remaining"), ("x-ratelimit-reset", "x-ratelimit-remaining"),
        ] {
            guard response.status == 429 || response.header(remaining) == "0" else { continue }
            if let until = response.header(reset).flatMap(number), let now = now(response) { return clamp(until - now) }
        }
        return nil
    }

    private static func now(_ response: OutboundResponse) -> Int64? {
        response.header("date").flatMap(HTTPDate.unixSeconds)
    }

    private static func number(_ text: String) -> Int64? {
        guard (1...12).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int64(text)
    }

    private static func clamp(_ seconds: Int64) -> Int { Int(min(max(seconds, 0), 86_400)) }
}

/// The date format of HTTP headers (RFC 9110 §5.6.7), preferred form only: `Sun, 06 Nov 1994 08:49:37 GMT`.
public enum HTTPDate {
    /// Seconds since 1970, or nil when the text does not have that form.
    public static func unixSeconds(_ text: String) -> Int64? {
        let parts = text.split { $0 == " " || $0 == ":" }.map(String.init)
        guard text.utf8.count == 29, parts.count == 8, parts[7] == "GMT",
            let month = months.firstIndex(of: parts[2]),
            let day = field(parts[1], 1...31), let year = field(parts[3], 1970...9999),
            let hour = field(parts[4], 0...23), let minute = field(parts[5], 0...59),
            let second = field(parts[6], 0...60)
        else { return nil }
        return days(year: year, month: Int64(month) + 1, day: day) * 86_400 + hour * 3600 + minute * 60 + second
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private static func field(_ text: String, _ range: ClosedRange<Int64>) -> Int64? {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = Int64(text), range.contains(value)
        else { return nil }
        return value
    }

    // Days from 1970-01-01 in the proleptic Gregorian calendar, years starting in March.
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}
