import Foundation
import Testing

@testable import Accounts

/// The generated parts of docs/linking.md, compared byte for byte: a change of policy shows as a change of the document.
/// `LATCHKEY_REGENERATE=1` rewrites them.
@Suite("docs/linking.md")
struct LinkingDocumentTests {
    private static let document = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "docs/linking.md")

    /// What stands between `<!-- NAME:begin -->` and `<!-- NAME:end -->`, for each name.
    static let generated: [(name: String, text: String)] = [
        ("invariants", LinkingInvariant.allCases.map { "\($0.rawValue). \($0.sentence)\n" }.joined()),
        ("impossible", FactContradiction.allCases.map { "- \($0.sentence)\n" }.joined()),
        ("refusals", refusals),
        ("table", LinkingTable(.standard, context: .of()).markdown),
    ]

    private static var refusals: String {
        let rows = RefusalReason.allCases.map { "| `\($0.rawValue)` | \($0.sentence) | `\($0.nextStep.rawValue)` |\n" }
        return "| code | what the person reads | next step |\n|---|---|---|\n" + rows.joined()
    }

    @Test("G21 the document holds what the code does", arguments: generated.map(\.name))
    func upToDate(name: String) throws {
        let text = try #require(Self.generated.first { $0.name == name }).text
        let begin = "<!-- \(name):begin -->\n"
        let end = "<!-- \(name):end -->"
        let current = try String(contentsOf: Self.document, encoding: .utf8)
        let start = try #require(current.range(of: begin))
        let stop = try #require(current.range(of: end, range: start.upperBound..<current.endIndex))
        if ProcessInfo.processInfo.environment["LATCHKEY_REGENERATE"] == "1" {
            Self.regenerate()
        } else {
            #expect(Array(current[start.upperBound..<stop.lowerBound].utf8) == Array(text.utf8))
        }
    }

    /// All parts in one go: the tests run side by side, and each would otherwise undo what another wrote.
    private static func regenerate() { _ = rewritten }

    private static let rewritten: Bool = {
        guard var text = try? String(contentsOf: document, encoding: .utf8) else { return false }
        for (name, part) in generated {
            guard let start = text.range(of: "<!-- \(name):begin -->\n"),
                let stop = text.range(of: "<!-- \(name):end -->", range: start.upperBound..<text.endIndex)
            else { continue }
            text.replaceSubrange(start.upperBound..<stop.lowerBound, with: part)
        }
        return (try? text.write(to: document, atomically: true, encoding: .utf8)) != nil
    }()
}

@Suite("Linking table")
struct LinkingTableTests {
    @Test("every possible case is in a row, and every row it is in is right", arguments: Policies.good)
    func faithful(policy: LinkingPolicy) {
        let table = LinkingTable(policy, context: .of())
        for facts in LinkingFacts.possible {
            let rows = table.rows.filter { $0.contains(facts) }
            let outcome = decideLinking(facts, under: policy, context: .of()).outcome
            #expect(!rows.isEmpty, "\(facts)")
            #expect(rows.allSatisfy { $0.outcome == outcome }, "\(facts)")
        }
    }

    @Test("it stays readable: the standard policy fits on a screen")
    func compact() {
        #expect(LinkingTable(.standard, context: .of()).rows.count <= 40)
    }
}
