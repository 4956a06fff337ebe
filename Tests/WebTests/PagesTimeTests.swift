import Foundation
import Testing

@testable import Web

@Suite("Pages: times")
struct PagesTimeTests {
    @Test(
        "known moments",
        arguments: [
            (0, "1970-01-01T00:00:00Z", "1 January 1970, 00:00 UTC"),
            (-1, "1969-12-31T23:59:59Z", "31 December 1969, 23:59 UTC"),
            (951_782_399, "2000-02-28T23:59:59Z", "28 February 2000, 23:59 UTC"),
            (951_782_400, "2000-02-29T00:00:00Z", "29 February 2000, 00:00 UTC"),
            (4_107_542_400, "2100-03-01T00:00:00Z", "1 March 2100, 00:00 UTC"),
            (1_781_000_000, "2026-06-09T10:13:20Z", "9 June 2026, 10:13 UTC"),
            (Int64.max, "9999-12-31T23:59:59Z", "31 December 9999, 23:59 UTC"),
            (Int64.min, "0001-01-01T00:00:00Z", "1 January 1, 00:00 UTC"),
        ] as [(Int64, String, String)]
    )
    func known(seconds: Int64, machine: String, readable: String) {
        let time = PageTime(unixSeconds: seconds)
        #expect(time.machineForm == machine)
        #expect(time.readableForm == readable)
    }

    @Test("a moment a day over 260 years agrees with the system's calendar")
    func agreement() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
        for day in stride(from: Int64(-40_000), to: 55_000, by: 17) {
            let seconds = day * 86_400 + 3_661
            let parts = calendar.dateComponents(
                [.year, .month, .day],
                from: Date(timeIntervalSince1970: TimeInterval(seconds))
            )
            let form = PageTime(unixSeconds: seconds).machineForm
            let expected = String(format: "%04d-%02d-%02d", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
            #expect(form == "\(expected)T01:01:01Z")
        }
    }

    @Test("pages carry both forms")
    func onPage() throws {
        let html = try PagesSamples.pages().render(PagesSamples.account())
        #expect(html.contains("<time datetime=\"2026-06-09T10:13:20Z\">9 June 2026, 10:13 UTC</time>"))
    }
}
