import Accounts
import Testing
import YAML

@testable import PolicyLanguage

@Suite("Policy documents")
struct PolicyDocumentTests {
    static let small = """
        version: 1
        sign_up: open
        dormant_after: 540d
        rules:
          - name: newcomers
            when: { account: none }
            then: create
          - name: everybody else
            then: refuse

        """

    @Test("a document keeps its text and says what it means")
    func text() throws {
        let document = try PolicyDocument.parse(Self.small, file: "policy.yaml")
        #expect(document.text == Self.small)
        #expect(document.policy.signUp == .open)
        #expect(document.policy.dormantAfter == 540 * 86_400)
        #expect(document.policy.rules.map(\.then) == [.create, .refuse(.refusedByPolicy)])
        #expect(document.policy.rules.map(\.when) == [LinkingCondition(account: [.none]), LinkingCondition()])
        #expect(document.location(ofRule: 1) == SourceLocation(file: "policy.yaml", line: 8, column: 11))
        #expect(document.location(ofRule: 2) == nil)
    }
}
