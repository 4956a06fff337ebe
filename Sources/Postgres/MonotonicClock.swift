import Glibc

/// Nanoseconds of the system's monotonic clock, for deadlines inside this process.
struct Instant: Comparable, Sendable {
    var nanoseconds: UInt64

    static var now: Instant {
        var time = timespec()
        // Cannot fail: CLOCK_MONOTONIC exists on every Linux.
        _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Instant(nanoseconds: UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec))
    }

    /// Never.
    static let distantFuture = Instant(nanoseconds: .max)

    static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }

    /// Saturates, so that no configured duration can overflow.
    static func + (left: Instant, right: Duration) -> Instant {
        let (sum, overflow) = left.nanoseconds.addingReportingOverflow(right.nanoseconds)
        return overflow ? .distantFuture : Instant(nanoseconds: sum)
    }

    /// Whole milliseconds from here to a later instant, rounded up, at most an hour.
    func milliseconds(until later: Instant) -> Int32 {
        guard later > self else { return 0 }
        return Int32(min((later.nanoseconds - nanoseconds) / 1_000_000 + 1, 3_600_000))
    }
}

extension Duration {
    /// Whole nanoseconds; 0 when negative, saturated when beyond 584 years.
    var nanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let (whole, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carry) = whole.addingReportingOverflow(UInt64(attoseconds) / 1_000_000_000)
        return overflow || carry ? .max : sum
    }

    /// Whole milliseconds, at least 1, for settings that take 0 as "no limit".
    var settingMilliseconds: UInt64 { min(max(nanoseconds / 1_000_000, 1), UInt64(Int32.max)) }
}
