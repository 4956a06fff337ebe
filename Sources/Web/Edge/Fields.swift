import HTTPTypes
import Hummingbird
import JSON
import OAuth

/// What a request brought in its body: a form from a page, or a JSON object of strings from a program.
struct Fields: Sendable {
    private let values: [String: String]

    /// A value; nil when it is absent or empty.
    subscript(_ name: String) -> String? { values[name].flatMap { $0.isEmpty ? nil : $0 } }
}

extension Forms {
    /// Reads a page's form, or, below `/v1/`, a JSON object whose values are strings. Everything else is refused.
    func fields(_ request: Request) async throws -> Fields {
        guard request.uri.path.hasPrefix("/v1/") else {
            let form = try await read(request)
            return Fields(Dictionary(form.names.map { ($0, form[$0] ?? "") }, uniquingKeysWith: { first, _ in first }))
        }
        let text = try await text(request)
        guard !text.isEmpty else { return Fields([:]) }
        guard Self.mediaType(request) == "application/json" else { throw Refusal.unsupportedMediaType }
        guard let object = try? JSONValue.parse(Array(text.utf8)).object else { throw Refusal.malformed }
        var values: [String: String] = [:]
        for (name, value) in object.members {
            if value.isNull { continue }
            guard let string = value.string else { throw Refusal.malformed }
            values[name] = string
        }
        return Fields(values)
    }
}

extension Fields {
    init(_ values: [String: String]) { self.values = values }
}
