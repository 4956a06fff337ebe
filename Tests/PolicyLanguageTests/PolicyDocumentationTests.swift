import Foundation
import Testing

@testable import Accounts
@testable import PolicyLanguage

/// What docs/linking.md says about the language. `LATCHKEY_REGENERATE=1` rewrites the generated part.
@Suite("docs/linking.md, the policy's file")
struct PolicyDocumentationTests {
    private static let document = ShippedPolicies.root.appending(path: "docs/linking.md")

    /// The range between two markers, without them.
    private static func part(_ name: String, of text: String) throws -> Range<String.Index> {
        let start = try #require(text.range(of: "<!-- \(name):begin -->\n"))
        let stop = try #require(text.range(of: "<!-- \(name):end -->", range: start.upperBound..<text.endIndex))
        return start.upperBound..<stop.lowerBound
    }

    @Test("the counterexample is the one that the check gives")
    func counterexample() throws {
        var text = try String(contentsOf: Self.document, encoding: .utf8)
        let policy = String(text[try Self.part("counterexample-policy", of: text)])
            .replacing("```yaml\n", with: "").replacing("```\n", with: "")
        var faults = ""
        do throws(PolicyFaults) {
            _ = try PolicyDocument.parse(policy, file: "linking-policy.yaml")
        } catch {
            faults = error.description
        }
        let expected = "```text\n\(faults)\n```\n"
        let range = try Self.part("counterexample", of: text)
        if ProcessInfo.processInfo.environment["LATCHKEY_REGENERATE"] == "1" {
            text.replaceSubrange(range, with: expected)
            try text.write(to: Self.document, atomically: true, encoding: .utf8)
        } else {
            #expect(String(text[range]) == expected)
        }
        let meant = policy.replacing("provider: github,", with: "provider: github, email: [verified, authoritative],")
        #expect(PolicyFaultTests.faults(meant) == [])
    }

    @Test("the example of the language loads")
    func example() throws {
        let text = try String(contentsOf: Self.document, encoding: .utf8)
        let section = try #require(text.range(of: "## The policy's file"))
        let blocks = text[section.upperBound...].split(separator: "```yaml\n").dropFirst()
        let example = try #require(blocks.first?.split(separator: "```").first)
        let document = try PolicyDocument.parse(String(example), file: "docs/linking.md")
        #expect(document.policy.name == "our shop")
        #expect(document.advice.map { "\($0)" } == [])
    }

    @Test("every word of the language is in the document, and every recipe")
    func words() throws {
        let text = try String(contentsOf: Self.document, encoding: .utf8)
        let section = text[try #require(text.range(of: "## The policy's file")).upperBound...]
        let words =
            LinkingFacts.Email.allCases.map(\.rawValue) + LinkingProof.allCases.map(\.rawValue)
            + SignUp.allCases.map(\.rawValue) + RefusalReason.allCases.filter(\.isForRules).map(\.rawValue)
        for word in words { #expect(section.contains("`\(word)`"), "\(word)") }
        for recipe in ShippedPolicies.recipes { #expect(section.contains("providers/recipes/\(recipe).yaml")) }
    }
}
