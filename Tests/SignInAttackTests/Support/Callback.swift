import Foundation
import TestSupport

/// An authorization response as its URL carries it: raw text, so that a test can change any byte of it.
struct Callback: Sendable {
    /// `/callback/{provider}`
    var path: String
    /// Names and percent-encoded values, in order.
    var pairs: [(name: String, value: String)]
    /// Written behind everything as it is.
    var suffix = ""

    init(path: String, pairs: [(name: String, value: String)]) {
        self.path = path
        self.pairs = pairs
    }

    init(_ target: String) {
        let halves = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = String(halves[0])
        pairs = Query.pairs(halves.count > 1 ? String(halves[1]) : "")
    }

    var target: String { path + "?" + query }
    var query: String { pairs.map { "\($0.name)=\($0.value)" }.joined(separator: "&") + suffix }

    subscript(_ name: String) -> String? { pairs.first { $0.name == name }?.value }

    /// The same with one value replaced or added; nil takes the parameter out.
    func with(_ name: String, _ value: String?) -> Callback {
        var copy = self
        copy.pairs.removeAll { $0.name == name }
        if let value { copy.pairs.append((name, value)) }
        return copy
    }

    /// The same with a second value for a name.
    func doubling(_ name: String, _ value: String? = nil) -> Callback {
        var copy = self
        copy.pairs.append((name, value ?? self[name] ?? ""))
        return copy
    }

    func at(_ path: String) -> Callback {
        var copy = self
        copy.path = path
        return copy
    }
}

/// Queries, undecoded.
enum Query {
    static func pairs(_ query: String) -> [(name: String, value: String)] {
        query.split(separator: "&").map { part in
            let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(halves[0]), halves.count > 1 ? String(halves[1]) : "")
        }
    }

    /// The decoded parameters of a URL.
    static func parameters(of url: String) -> [(name: String, value: String)] {
        let query = url.split(separator: "?", maxSplits: 1).dropFirst().first.map(String.init) ?? ""
        return pairs(query).map { ($0.name.removingPercentEncoding ?? "", $0.value.removingPercentEncoding ?? "") }
    }

    static func value(_ name: String, of url: String) -> String? {
        parameters(of: url).first { $0.name == name }?.value
    }
}

/// A sign-in that went to the provider and came back to the browser, and was not delivered yet.
struct Flow: Sendable {
    let browser: Browser
    let persona: Persona
    /// The authorization request.
    let authorization: String
    let callback: Callback

    var state: String { callback["state"] ?? "" }
    /// The code, decoded.
    var code: String { callback["code"]?.removingPercentEncoding ?? "" }

    /// Delivers the honest answer.
    func finish() async throws -> HTTPExchange.Answer { try await browser.get(callback.target) }
}

extension StandIns {
    /// Follows an authorization request as the browser of this person would; no other flow is disturbed.
    /// - Parameter choice: a person's name, `deny` or `error:<code>`.
    func authorize(_ location: String, as choice: String) async throws -> Callback {
        guard let url = URLComponents(string: location), let port = url.port else {
            throw NeverHappened(description: "an authorization request: \(location)")
        }
        let person = Browser(port: port, origin: "http://127.0.0.1:\(port)")
        let answer = try await person.get(
            url.percentEncodedPath + "?" + (url.percentEncodedQuery ?? ""),
            headers: ["Mock-Person": choice]
        )
        guard let back = answer.header("location"), let parts = URLComponents(string: back) else {
            throw NeverHappened(description: "a redirect back: \(answer.status) \(answer.text.prefix(300))")
        }
        return Callback(parts.percentEncodedPath + "?" + (parts.percentEncodedQuery ?? ""))
    }
}

extension Stack {
    /// Begins a sign-in and consents to it, up to the moment before the callback is delivered.
    func flow(
        _ persona: Persona,
        in browser: Browser? = nil,
        node: Int = 0,
        form: [(String, String)] = [],
        at path: String = "/sign-in/"
    ) async throws -> Flow {
        let browser = browser ?? self.browser(node: node)
        let answer = try await browser.post(path + persona.provider, form: form)
        guard answer.status == 303, let location = answer.header("location"), location.contains("state=") else {
            throw NeverHappened(
                description: "a redirect to \(persona.provider): \(answer.status) \(answer.sentence)"
            )
        }
        let callback = try await mock.authorize(location, as: persona.name)
        return Flow(browser: browser, persona: persona, authorization: location, callback: callback)
    }

    /// A complete sign-in that has to succeed.
    @discardableResult
    func signIn(_ persona: Persona, in browser: Browser? = nil, node: Int = 0) async throws -> Browser {
        let flow = try await flow(persona, in: browser, node: node)
        let answer = try await flow.finish()
        guard [200, 303].contains(answer.status), try await flow.browser.user() != nil else {
            throw NeverHappened(description: "a sign-in: \(answer.status) \(answer.sentence)")
        }
        return flow.browser
    }
}
