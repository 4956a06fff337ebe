import Accounts
import Administration
import Flows
import HTTPTypes
import Hummingbird
import JSON
import OAuth
import PolicyLanguage

/// How the administration interface reads and answers: JSON, and nothing else.
struct AdministrationReplies: Sendable {
    /// Largest body, in bytes: a policy's file in JSON, every byte of it escaped.
    static let maximumBodyBytes = 512 * 1024
    /// Wrong keys of one client, in ten minutes, before it is told to wait.
    static let failuresPerClient = 30

    let answers: Answers
    private let forms: Forms

    init(answers: Answers, timeout: Duration) {
        self.answers = answers
        forms = Forms(maximumBytes: Self.maximumBodyBytes, timeout: timeout)
    }

    /// The administrator whose key came along; ``AdministratorGate`` has seen to it that there is one.
    func author(_ context: RequestScope) throws(Refusal) -> String {
        guard let name = context.administrator else { throw .administratorUnauthenticated }
        return name
    }

    /// The body: a JSON object with none but these members; empty when there is no body.
    func body(_ request: Request, members allowed: Set<String>) async throws -> JSONObject {
        let object = try await object(request)
        for (name, _) in object.members where !allowed.contains(name) {
            throw Refusal.invalidRequest("There is no member \"\(name.prefix(40))\" here.")
        }
        return object
    }

    /// The body: a JSON object of whatever members; empty when there is no body.
    func object(_ request: Request) async throws -> JSONObject {
        let text = try await forms.text(request)
        guard !text.isEmpty else { return JSONObject([]) }
        let type = request.headers[.contentType].map { $0.prefix { $0 != ";" }.lowercased() }
        guard type?.filter({ $0 != " " }) == "application/json" else { throw Refusal.jsonOnly }
        guard let object = try? JSONValue.parse(Array(text.utf8)).object else { throw Refusal.malformed }
        return object
    }

    /// The query, with none but these parameters.
    func parameters(_ request: Request, allowed: Set<String>) throws(Refusal) -> FormParameters {
        let parameters: FormParameters
        do {
            parameters = try FormURLEncoded.parse(request.uri.query ?? "")
        } catch {
            throw .malformed
        }
        for name in parameters.names where !allowed.contains(name) {
            throw .invalidRequest("There is no parameter \"\(name.prefix(40))\" here.")
        }
        return parameters
    }

    /// Runs something on a store; a database that is away is answered with 503.
    func storing<Value: Sendable>(_ call: () async throws(StoreFailure) -> Value) async throws(Refusal) -> Value {
        do {
            return try await call()
        } catch {
            throw Refusal(
                FlowFailure(.apply, .storeUnavailable, detail: error.rawValue, retryAfter: 2),
                providerName: nil
            )
        }
    }

    /// The parameter `limit`.
    func limit(_ parameters: FormParameters, fallback: Int, most: Int) throws(Refusal) -> Int {
        guard let text = parameters["limit"] else { return fallback }
        guard let number = Int(text), (1...most).contains(number) else {
            throw .invalidRequest("limit has to be from 1 to \(most).")
        }
        return number
    }

    /// A member that is a text; nil when it is not there.
    func text(_ name: String, of body: JSONObject) throws(Refusal) -> String? {
        guard let value = body[name], !value.isNull else { return nil }
        guard let text = value.string else { throw .invalidRequest("\(name) has to be a text.") }
        return text
    }

    /// A member that is true or false; false when it is not there.
    func flag(_ name: String, of body: JSONObject) throws(Refusal) -> Bool {
        guard let value = body[name], !value.isNull else { return false }
        guard let flag = value.bool else { throw .invalidRequest("\(name) has to be true or false.") }
        return flag
    }

    /// The policy in the member `text`, checked.
    func document(_ body: JSONObject) throws(Refusal) -> PolicyDocument {
        guard let text = try text("text", of: body) else {
            throw .invalidRequest("text is missing: the policy's file.")
        }
        do {
            return try PolicyDocument.checked(text, file: "text")
        } catch {
            throw Refusal(error)
        }
    }

    /// A JSON answer.
    func json(_ value: JSONValue, status: HTTPResponse.Status = .ok) -> Response {
        answers.json(value.serializedBytes(), status: status)
    }
}

extension Refusal {
    static let jsonOnly = Refusal(415, "unsupported_media_type", "Bodies are read as application/json only.")

    /// Something about the request that its sender can mend.
    static func invalidRequest(_ sentence: String) -> Refusal { Refusal(400, "invalid_request", sentence) }
}
