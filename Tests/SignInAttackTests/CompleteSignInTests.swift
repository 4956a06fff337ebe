import Foundation
import TestSupport
import Testing

@Suite("A complete sign-in", .enabled(if: Stack.isAvailable))
struct CompleteSignInTests {
    @Test(
        "Each provider signs a new person in, and the session says who it is",
        arguments: ["google", "github", "twitter"]
    )
    func signsIn(_ provider: String) async throws {
        let stack = try await Stack.shared()
        let standIn = provider == "twitter" ? "x" : provider
        try await stack.mock.call("PUT", "/auto/\(standIn)", #"{"mode":"fresh"}"#)
        let browser = stack.browser()
        let answer = try await browser.signIn(provider, at: stack.mock)
        #expect(answer.status == 303)
    }
}
