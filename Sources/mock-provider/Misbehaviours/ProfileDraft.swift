import JSON

/// A profile before it is written. X wraps the person in `data`; the others send the person itself.
struct ProfileDraft: Sendable {
    /// The person's members.
    var person: JSONObject
    /// X's `errors`.
    var errors: [JSONValue] = []
    /// X: no `data` at all.
    var withoutData = false
    /// Whether the person is wrapped.
    let isWrapped: Bool
    /// The member that identifies: `sub` or `id`.
    let subjectName: String
    /// This value instead.
    var replacement: JSONValue?
    /// Written before the first member.
    var prefix = ""

    /// The body.
    var json: JSONValue {
        if let replacement { return replacement }
        guard isWrapped else { return .object(person) }
        var body = JSONObject()
        if !withoutData { body["data"] = .object(person) }
        if !errors.isEmpty { body["errors"] = .array(errors) }
        return .object(body)
    }

    /// The response.
    func answer(headers: [(String, String)]) -> Answer {
        var answer = Answer.json(json, headers: headers)
        if !prefix.isEmpty, answer.body.first == UInt8(ascii: "{") {
            answer.body.insert(contentsOf: Array((prefix + ",").utf8), at: 1)
        }
        return answer
    }
}
