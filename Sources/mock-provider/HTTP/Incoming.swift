import HTTPTypes
import JSON

/// One request as a stand-in sees it.
struct Incoming: Sendable {
    /// `GET`, `POST`, ….
    let method: String
    /// Path as it was sent, without the query.
    let path: String
    /// Query as it was sent; empty without one.
    let rawQuery: String
    /// Header fields.
    let headers: HTTPFields
    /// `Host`, for links that have to point back at the caller's view of this server.
    let host: String
    /// Body, complete.
    let body: [UInt8]

    /// Query, decoded.
    var query: FormFields { FormFields(rawQuery) }

    /// Value of a header field.
    func header(_ name: String) -> String? {
        HTTPField.Name(name).flatMap { headers[$0] }
    }

    /// Media type of the body, lower case, without parameters.
    var mediaType: String? {
        header("content-type")?.split(separator: ";").first.map {
            $0.trimmingSpaces().lowercased()
        }
    }

    /// The body's fields, when it says that it is a form.
    var form: FormFields? {
        guard mediaType == "application/x-www-form-urlencoded" else { return nil }
        return FormFields(String(decoding: body, as: UTF8.self))
    }

    /// The body, when it is JSON.
    var json: JSONValue? {
        try? JSONValue.parse(body, limits: JSONLimits(bytes: 64 << 20, depth: 64))
    }

    /// `http://` and the host the caller used.
    var origin: String { "http://\(host)" }

    /// The token of an `Authorization: Bearer` header (RFC 6750 §2.1); GitHub also documents `token`.
    var bearer: String? {
        guard let value = header("authorization") else { return nil }
        let words = value.split(separator: " ", maxSplits: 1)
        guard words.count == 2, ["bearer", "token"].contains(words[0].lowercased()) else { return nil }
        return String(words[1])
    }

    /// Value of a cookie.
    func cookie(_ name: String) -> String? {
        for field in headers[values: .cookie] {
            for piece in field.split(separator: ";") {
                let halves = piece.split(separator: "=", maxSplits: 1)
                guard halves.count == 2, halves[0].trimmingSpaces() == name else { continue }
                return FormFields.decode(Array(halves[1].trimmingSpaces().utf8))
            }
        }
        return nil
    }
}

extension StringProtocol {
    /// Without spaces and tabs at both ends.
    func trimmingSpaces() -> String {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        let start = firstIndex { !isBlank($0) } ?? endIndex
        let end = lastIndex { !isBlank($0) }.map { index(after: $0) } ?? start
        return String(self[start..<end])
    }
}
