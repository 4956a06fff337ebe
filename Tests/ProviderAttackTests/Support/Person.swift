import Foundation
import TestSupport

/// The providers of a stack, by Latchkey's names and by the stand-ins'.
enum Provider: String, Sendable, CaseIterable {
    case google
    case github
    case twitter
    case oidc = "oidc-example"

    var id: String { rawValue }

    var standIn: String {
        switch self {
        case .google, .github: rawValue
        case .twitter: "x"
        case .oidc: "oidc"
        }
    }
}

/// Somebody with an account at a stand-in, and the misbehaviours that follow them: other flows are not disturbed.
struct Person: Sendable {
    let provider: Provider
    /// The control API's name for them.
    let name: String
    /// The provider's identifier.
    let subject: String
    let email: String
    /// The name people can change.
    let username: String
    /// The name that is shown.
    let shownName: String
    /// Further members of the control API's person, as JSON, such as `"emails":[]`.
    let more: String
    private(set) var misbehaviours: [String] = []

    init(
        provider: Provider,
        subject: String? = nil,
        email: String? = nil,
        username: String? = nil,
        shownName: String? = nil,
        more: String = ""
    ) {
        let number = UInt64.random(in: 1_000_000_000_000...999_999_999_999_999)
        self.provider = provider
        name = "p\(number)"
        self.subject = subject ?? String(number)
        self.email = email ?? "p\(number)@people.example"
        self.username = username ?? "u\(number)"
        self.shownName = shownName ?? "Person \(number)"
        self.more = more
    }

    func behaving() -> Person { misbehaving([]) }

    func misbehaving(_ misbehaviours: [String]) -> Person {
        var copy = self
        copy.misbehaviours = misbehaviours
        return copy
    }

    func put(at mock: StandIns) async throws {
        let list = misbehaviours.map(Self.quoted).joined(separator: ",")
        try await mock.call(
            "PUT",
            "/people/\(provider.standIn)/\(name)",
            """
            {"subject":\(Self.quoted(subject)),"name":\(Self.quoted(shownName)),"username":"\(username)","email":\(Self.quoted(email)),
             "email_verified":true,"misbehave":[\(list)]\(more.isEmpty ? "" : "," + more)}
            """
        )
    }

    /// Text as a JSON string.
    static func quoted(_ text: String) -> String {
        let bytes = (try? JSONSerialization.data(withJSONObject: text, options: .fragmentsAllowed)) ?? Data()
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension StandIns {
    /// Follows an authorization request as this person, whatever other flows are doing; returns the callback's path and
    /// query.
    func authorize(_ location: String, as person: String) async throws -> String {
        guard let url = URLComponents(string: location), let port = url.port else {
            throw NeverHappened(description: "an authorization request: \(location)")
        }
        let answer = try await Browser(port: port, origin: "http://127.0.0.1:\(port)").get(
            url.percentEncodedPath + "?" + (url.percentEncodedQuery ?? ""),
            headers: ["Mock-Person": person]
        )
        guard let back = answer.header("location"), let callback = URLComponents(string: back) else {
            throw NeverHappened(description: "a redirect back: \(answer.status) \(answer.text.prefix(300))")
        }
        return callback.percentEncodedPath + "?" + (callback.percentEncodedQuery ?? "")
    }

    /// Posts misbehaviours of a stand-in itself, for every flow, until ``behave()``.
    func misbehave(_ provider: Provider, _ misbehaviours: [String]) async throws {
        let list = misbehaviours.map(Person.quoted).joined(separator: ",")
        try await call("PUT", "/misbehave/\(provider.standIn)", "{\"misbehave\":[\(list)]}")
    }

    /// Ends every misbehaviour and override.
    func behave() async throws {
        try await call("DELETE", "/misbehave")
        try await call("DELETE", "/override")
    }
}
