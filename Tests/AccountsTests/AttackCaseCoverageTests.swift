import Foundation
import Testing

/// Every attack case of linking and of tokens is stood for by a test that says so.
@Suite("Attack cases and their tests")
struct AttackCaseCoverageTests {
    static let cases = (1...20).map { "L-\($0)" } + (1...4).map { "P-\($0)" } + (1...12).map { "X-\($0)" }

    private static let tests = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// Display names of all tests, in Swift and in Python.
    static func names() throws -> [String] {
        let files = try #require(FileManager.default.enumerator(at: tests, includingPropertiesForKeys: nil))
        var names: [String] = []
        for case let file as URL in files where ["swift", "py"].contains(file.pathExtension) {
            let text = try String(contentsOf: file, encoding: .utf8)
            let pattern =
                file.pathExtension == "swift"
                ? /@Test\(\s*"((?:[^"\\]|\\.)*)"/ : /@suite\.check\(\s*"((?:[^"\\]|\\.)*)"/
            names += text.matches(of: pattern).map { String($0.1) }
        }
        return names
    }

    /// The ids that a display name begins with: `L-3` and `G15` of “L-3 G15 an account …”.
    static func ids(of name: String) -> [String] {
        let words = name.split(separator: " ").prefix { $0.wholeMatch(of: /[A-Z]{1,2}-?[0-9]+/) != nil }
        return words.map(String.init)
    }

    @Test("the beginning of a display name is read as it is meant")
    func reading() {
        #expect(Self.ids(of: "L-3 G15 O-5 an account") == ["L-3", "G15", "O-5"])
        #expect(Self.ids(of: "an account L-3") == [])
        #expect(Self.ids(of: "L-3x an account") == [])
    }

    @Test("each of L-1 to L-20, P-1 to P-4 and X-1 to X-12 begins some test's display name", arguments: cases)
    func covered(_ id: String) throws {
        #expect(try Self.names().contains { Self.ids(of: $0).contains(id) }, "no test stands for \(id)")
    }

    @Test("many tests were read")
    func control() throws { #expect(try Self.names().count > 500) }
}
