import Foundation

/// A browser as far as sign-in needs one: a cookie jar for one origin, the headers real ones add, redirects followed only
/// on request. An actor, so that one jar is never used by two requests at once; `Browser` per person.
public actor Browser {
    /// Where it goes.
    public nonisolated let port: Int
    /// Cookies by name.
    public private(set) var cookies: [String: String] = [:]
    private let origin: String
    /// All values of `Set-Cookie` seen, for assertions on attributes.
    public private(set) var setCookies: [String] = []

    /// A fresh browser for a node.
    public init(port: Int, origin: String) {
        self.port = port
        self.origin = origin
    }

    /// Puts a cookie into the jar.
    public func set(cookie name: String, to value: String?) { cookies[name] = value }

    /// A copy with the same cookies that talks to another node.
    public func copy(port: Int) async -> Browser {
        let other = Browser(port: port, origin: origin)
        for (name, value) in cookies { await other.set(cookie: name, to: value) }
        return other
    }

    /// GET of a path with query.
    public func get(_ target: String, headers: [String: String] = [:]) async throws -> HTTPExchange.Answer {
        try await send("GET", target, headers: headers, body: nil)
    }

    /// POST of a form, as a page of the same origin would send it.
    public func post(
        _ target: String,
        form: [(String, String)] = [],
        headers: [String: String] = ["Origin": "@own", "Sec-Fetch-Site": "same-origin"]
    ) async throws -> HTTPExchange.Answer {
        let body = form.map { "\(Self.encode($0.0))=\(Self.encode($0.1))" }.joined(separator: "&")
        var headers = headers
        headers["Content-Type"] = headers["Content-Type"] ?? "application/x-www-form-urlencoded"
        return try await send("POST", target, headers: headers, body: Array(body.utf8))
    }

    /// Any request; cookies are sent and kept.
    public func send(
        _ method: String,
        _ target: String,
        headers: [String: String] = [:],
        body: [UInt8]?
    ) async throws -> HTTPExchange.Answer {
        var head = "\(method) \(target) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n"
        if headers["Accept"] == nil { head += "Accept: text/html,*/*\r\n" }
        for (name, value) in headers { head += "\(name): \(value == "@own" ? origin : value)\r\n" }
        if !cookies.isEmpty, headers["Cookie"] == nil {
            head += "Cookie: " + cookies.map { "\($0.key)=\($0.value)" }.joined(separator: "; ") + "\r\n"
        }
        if let body { head += "Content-Length: \(body.count)\r\n" }
        let request = Array((head + "\r\n").utf8) + (body ?? [])
        let answer: HTTPExchange.Answer
        if target.hasPrefix("/callback/") {
            await Turnstile.callbacks.enter()
            defer { Turnstile.callbacks.leave() }
            answer = try await HTTPExchange.send(request, port: port)
        } else {
            answer = try await HTTPExchange.send(request, port: port)
        }
        for line in answer.headerValues("set-cookie") {
            setCookies.append(line)
            let pair = line.prefix { $0 != ";" }
            guard let equals = pair.firstIndex(of: "=") else { continue }
            let name = String(pair[..<equals])
            let value = String(pair[pair.index(after: equals)...])
            cookies[name] = value.isEmpty || line.contains("Max-Age=0") ? nil : value
        }
        return answer
    }

    /// RFC 3986 percent-encoding of everything but unreserved characters.
    public static func encode(_ text: String) -> String {
        var allowed = CharacterSet.alphanumerics
        allowed.insert(charactersIn: "-._~")
        return text.addingPercentEncoding(withAllowedCharacters: allowed) ?? ""
    }
}

extension Browser {
    /// Presses a provider's button; returns the authorization request's URL.
    public func begin(_ provider: String, form: [(String, String)] = []) async throws -> String {
        let answer = try await post("/sign-in/\(provider)", form: form)
        guard answer.status == 303, let location = answer.header("location") else {
            throw NeverHappened(description: "a redirect to \(provider): \(answer.status) \(answer.text.prefix(300))")
        }
        return location
    }

    /// Signs in completely; returns the callback's answer.
    public func signIn(_ provider: String, at mock: StandIns) async throws -> HTTPExchange.Answer {
        try await get(try await mock.authorize(try await begin(provider)))
    }
}

extension HTTPExchange.Answer {
    /// Where a callback leads in the end: through `/signed-in`, which makes the navigation our own.
    public var destination: String? {
        guard let location = header("location"), let parts = URLComponents(string: location), parts.path == "/signed-in"
        else { return nil }
        return parts.queryItems?.first { $0.name == "to" }?.value
    }

    /// What a page of a failure says to the person: what a failed test should show.
    public var sentence: String {
        guard let start = text.range(of: "<p class=\"sentence\">"),
            let end = text[start.upperBound...].range(of: "</p>")
        else { return String(text.prefix(600)) }
        return String(text[start.upperBound..<end.lowerBound])
    }
}
