import Accounts
import Testing

@testable import PolicyLanguage

@Suite("Policy documents")
struct PolicyDocumentTests {
    @Test("a document keeps its text")
    func text() {
        #expect(PolicyDocument(text: "version: 1\n", policy: .standard).text == "version: 1\n")
    }
}
