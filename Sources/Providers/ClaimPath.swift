import JSON

/// Where a value is: the name of an answer, then member names. Written `user.data.id`, or as a list when a member name
/// has dots of its own: `[id_token, "https://example.com/roles"]`.
public struct ClaimPath: Sendable, Hashable, CustomStringConvertible {
    /// The claims of the verified ID token.
    static let idToken = "id_token"
    /// The userinfo answer, as it came.
    static let userInfo = "userinfo"
    /// The ID token's claims, completed by userinfo (``IdentityAnswers``).
    static let claims = "claims"

    /// Name of the answer.
    let answer: String
    /// Member names; none for the answer as a whole.
    let members: [String]

    /// Nil when there is no answer or a part is empty.
    init?(_ parts: [String]) {
        guard let answer = parts.first, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
        self.answer = answer
        members = Array(parts.dropFirst())
    }

    /// The path with dots.
    public var description: String { ([answer] + members).joined(separator: ".") }

    /// The value; nil when something on the way is missing or the value is `null`.
    func value(in answers: [String: JSONValue]) -> JSONValue? {
        Self.value(answers[answer], members)
    }

    static func value(_ root: JSONValue?, _ members: [String]) -> JSONValue? {
        var value = root
        for member in members { value = value?[member] }
        return value?.isNull == true ? nil : value
    }
}
