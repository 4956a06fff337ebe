import JSON

/// A JSON response before it is written.
struct JSONDraft: Sendable {
    var members: JSONObject
    /// Written as a form instead, as GitHub does without `Accept: application/json`.
    var asForm = false
    /// Written before the first member, for names that occur twice.
    var prefix = ""
    /// This value instead of the object.
    var replacement: JSONValue?
    /// Header fields besides the type.
    var headers: [(String, String)] = []

    init(_ members: JSONObject) {
        self.members = members
    }

    /// The response.
    func answer(status: Int = 200) -> Answer {
        if asForm {
            let pairs = members.members.map { ($0.name, $0.value.string ?? $0.value.serialized()) }
            return Answer(
                status: status,
                headers: [("content-type", "application/x-www-form-urlencoded; charset=utf-8")] + headers,
                body: Array(FormFields.encode(pairs).utf8)
            )
        }
        var answer = Answer.json(replacement ?? .object(members), status: status, headers: headers)
        if !prefix.isEmpty, answer.body.first == UInt8(ascii: "{") {
            answer.body.insert(contentsOf: Array((prefix + ",").utf8), at: 1)
        }
        return answer
    }
}
