import Foundation
import TestSupport

/// Somebody with an account at a stand-in, known to nobody else: tests that run side by side never meet.
struct Persona: Sendable {
    /// Provider as Latchkey calls it.
    let provider: String
    /// The stand-in as its control API calls it.
    let standIn: String
    /// Name at the control API.
    let name: String
    /// Identifier at the provider.
    let subject: String
    /// Address, if any.
    let email: String?

    /// Every provider of the stack.
    static let providers = ["google", "github", "twitter", "oidc-example"]

    static func standIn(for provider: String) -> String {
        switch provider {
        case "twitter": "x"
        case "oidc-example": "oidc"
        default: provider
        }
    }

    /// Digits that nobody had before; GitHub's identifiers are numbers.
    static func freshSubject() -> String { String(UInt64.random(in: 1_000_000_000_000...999_999_999_999_999)) }

    /// An address that nobody had before.
    static func freshAddress(_ domain: String = "people.example") -> String { "p\(freshSubject())@\(domain)" }
}

extension Stack {
    /// Opens an account at a stand-in.
    /// - Parameters:
    ///   - verified: the JSON text of `email_verified`; `"absent"` in quotes leaves it out.
    ///   - more: JSON members to add, such as `"hd":"example.com"`.
    func persona(
        _ provider: String,
        email: String? = Persona.freshAddress(),
        verified: String = "true",
        subject: String = Persona.freshSubject(),
        named name: String? = nil,
        more: String = ""
    ) async throws -> Persona {
        let standIn = Persona.standIn(for: provider)
        let name = name ?? "p" + Persona.freshSubject()
        var json =
            #"{"subject":"\#(subject)","name":"Person \#(name)","username":"\#(name)","email_verified":\#(verified)"#
        json += #","email":"# + (email.map { "\"\($0)\"" } ?? "null")
        if !more.isEmpty { json += "," + more }
        try await mock.call("PUT", "/people/\(standIn)/\(name)", json + "}")
        return Persona(provider: provider, standIn: standIn, name: name, subject: subject, email: email)
    }

    /// A person whose provider runs their mailbox, so that a sign-in may link silently.
    func authoritative(email: String = Persona.freshAddress("gmail.com")) async throws -> Persona {
        try await persona("google", email: email)
    }
}
