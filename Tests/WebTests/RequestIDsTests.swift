import Testing

@testable import Web

@Suite("Request ids")
struct RequestIDsTests {
    @Test("They are 16 hexadecimal digits and never the same twice")
    func different() {
        let ids = RequestIDs(start: .max - 5)
        let made = (0..<10_000).map { _ in ids.next() }
        #expect(Set(made).count == made.count)
        #expect(made.allSatisfy { $0.utf8.count == 16 && $0.allSatisfy { "0123456789abcdef".contains($0) } })
    }
}
