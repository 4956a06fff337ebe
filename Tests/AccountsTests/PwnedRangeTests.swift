import Cryptography
import Testing

@testable import Accounts

@Suite("Ranges of breached passwords")
struct PwnedRangeTests {
    private static let suffix = Secret("1E4C9B93F3F0682250B6CF8331B7EE68FD8")
    private static let other = "0018A45C4D1DEF81644B54AB7F969B88D65"

    private func contains(_ body: String, _ suffix: Secret = suffix) -> Bool? {
        PwnedRange.contains(body: Array(body.utf8), suffix: suffix)
    }

    @Test("only five digits of the hash are sent")
    func request() throws {
        let range = PwnedRange(try #require(Password("password")))
        #expect(range.prefix == "5BAA6" && range.suffix == Self.suffix)
        #expect(PwnedRange.request(prefix: "5BAA6", base: "https://a.example") == "https://a.example/range/5BAA6")
        #expect(PwnedRange.request(prefix: "5BAA6", base: "https://a.example/x/") == "https://a.example/x/range/5BAA6")
        #expect(!"\(range)".contains("1E4C9"))
        #expect(PwnedRange(try #require(Password("caf\u{E9}"))) == PwnedRange(try #require(Password("cafe\u{301}"))))
    }

    @Test("found, not found, and padding that does not count")
    func answers() {
        let line = Self.suffix.reveal()
        #expect(contains("\(Self.other):3\r\n\(line):9545824\r\n") == true)
        #expect(contains("\(line):1") == true)
        #expect(contains("\(Self.other):3\r\n\(line):0\r\n") == false)
        #expect(contains("\(Self.other):3\n") == false)
        #expect(contains("\(line):0\r\n\(line):2") == true)
    }

    @Test(
        "an answer of another kind is no clean bill",
        arguments: [
            "", "\n", "<html>not found</html>", "\(other)", "\(other):", "\(other):x", "\(other):3:4", "\(other):-1",
            "\(other.dropLast()):3", "\(other)0:3", "\(other.lowercased()):3", "\(other):3\n\n\(other):3",
            "\(other):3\nrate limit exceeded", "\(other) :3", "\(other):9999999999999", "{\"found\":true}",
        ]
    )
    func malformed(body: String) {
        #expect(contains(body) == nil)
    }
}
