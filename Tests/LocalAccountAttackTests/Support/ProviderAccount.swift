import Foundation
import TestSupport

/// Somebody's account at a stand-in.
struct ProviderAccount: Sendable {
    let stack: Stack
    /// As Latchkey calls the provider.
    let provider: String
    let name: String
    let email: String

    /// Opens one. `google` runs the mailboxes of gmail.com.
    static func opened(
        at stack: Stack,
        _ provider: String = "google",
        email: String,
        verified: Bool = true
    ) async throws -> ProviderAccount {
        let name = "p" + LocalPerson.freshNumber()
        try await stack.mock.call(
            "PUT",
            "/people/\(provider == "oidc-example" ? "oidc" : provider)/\(name)",
            #"{"subject":"\#(LocalPerson.freshNumber())","name":"Person","username":"\#(name)","#
                + #""email_verified":\#(verified),"email":"\#(email)"}"#
        )
        return ProviderAccount(stack: stack, provider: provider, name: name, email: email)
    }

    /// Signs in, or links when `path` says so; the callback's answer.
    func signIn(in browser: Browser, at path: String = "/sign-in/") async throws -> HTTPExchange.Answer {
        let answer = try await browser.post(path + provider)
        guard answer.status == 303, let location = answer.header("location"), let url = URLComponents(string: location),
            let port = url.port
        else { throw NeverHappened(description: "a way to \(provider): \(answer.status) \(answer.sentence)") }
        let there = Browser(port: port, origin: "http://127.0.0.1:\(port)")
        let consent = try await there.get(
            url.percentEncodedPath + "?" + (url.percentEncodedQuery ?? ""),
            headers: ["Mock-Person": name]
        )
        guard let back = consent.header("location").flatMap({ URLComponents(string: $0) }) else {
            throw NeverHappened(description: "a way back from \(provider): \(consent.status)")
        }
        return try await browser.get(back.percentEncodedPath + "?" + (back.percentEncodedQuery ?? ""))
    }

    /// A browser of its owner, signed in.
    func signedIn(node: Int = 0) async throws -> Browser {
        let browser = stack.browser(node: node)
        let answer = try await signIn(in: browser)
        guard try await browser.isSignedIn() else {
            throw NeverHappened(description: "a sign-in with \(provider): \(answer.status) \(answer.sentence)")
        }
        return browser
    }
}
