import TestSupport
import Testing

/// What a sign-in that must not succeed has to look like from outside.
struct Refusal: Sendable, Hashable {
    let status: Int
    /// `error` of the log line: the stable code.
    let code: String
    let step: String
    let detail: String
    /// Value of `Retry-After`, where the provider said one.
    var retryAfter: String?

    /// The ID token failed a check; nothing was asked with its access token.
    static func idToken(_ detail: String) -> Refusal {
        Refusal(status: 502, code: "id_token_refused", step: "verify_id_token", detail: detail)
    }

    /// The token endpoint's answer cannot be used.
    static func tokenAnswer(_ detail: String) -> Refusal {
        Refusal(status: 502, code: "provider_answer_invalid", step: "exchange_code", detail: detail)
    }

    /// A profile answer cannot be used.
    static func profileAnswer(_ detail: String) -> Refusal {
        Refusal(status: 502, code: "provider_answer_invalid", step: "fetch_profile", detail: detail)
    }

    /// The answers do not make a person.
    static func identity(_ detail: String) -> Refusal {
        Refusal(status: 403, code: "identity_unusable", step: "map_claims", detail: detail)
    }

    /// The provider could not be reached, or says so.
    static func unavailable(_ step: String, _ detail: String, retryAfter: String? = "5") -> Refusal {
        Refusal(status: 503, code: "provider_unavailable", step: step, detail: detail, retryAfter: retryAfter)
    }

    /// The provider's allowance is used up.
    static func busy(_ step: String, retryAfter: String? = "7") -> Refusal {
        Refusal(status: 503, code: "provider_busy", step: step, detail: "rate_limited", retryAfter: retryAfter)
    }
}

extension Stage {
    /// Runs one misbehaving flow and checks everything a refusal promises: the page, the log line, nothing written (D21), no
    /// call beyond `calls`. Then the same person behaves, and is signed in.
    func refuses(
        _ person: Person,
        _ misbehaviours: [String],
        _ refusal: Refusal,
        calls expected: [String: Int],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let person = person.misbehaving(misbehaviours)
        try await person.put(at: mock)
        try await refuses(person.provider, refusal, calls: expected, sourceLocation: sourceLocation) {
            try await approach(person)
        }
        try await control(person, sourceLocation: sourceLocation)
    }

    /// The same for a flow that is ready to be delivered.
    func refuses(
        _ provider: Provider,
        _ refusal: Refusal,
        calls expected: [String: Int],
        sourceLocation: SourceLocation = #_sourceLocation,
        _ flow: () async throws -> Approach
    ) async throws {
        let approach = try await flow()
        var before = try await rows()
        let calls = try await calls(provider)
        let start = node.process.outputSize
        let visit = try await approach.deliver()
        try await expect(visit, refusal, since: start, sourceLocation: sourceLocation)
        let made = try await self.calls(provider).since(calls)
        for (endpoint, count) in expected.merging(
            ["bait": 0, "unknown": 0, "codes_replayed": 0],
            uniquingKeysWith: { a, _ in a }
        ) {
            #expect(made[endpoint] == count, "calls of \(endpoint)", sourceLocation: sourceLocation)
        }
        // The transaction was used up, and that is all that happened.
        before.transactions -= 1
        let after = try await rows()
        #expect(after == before, sourceLocation: sourceLocation)
        let session = try await visit.browser.get("/v1/session")
        #expect(session.status == 401, sourceLocation: sourceLocation)
    }

    /// The page and the log line of a refusal.
    func expect(
        _ visit: Visit,
        _ refusal: Refusal,
        since start: Int,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let answer = visit.answer
        #expect(answer.status == refusal.status, "\(answer.text.suffix(600))", sourceLocation: sourceLocation)
        #expect(answer.isCleanPage, "\(answer.headers) \(answer.text)", sourceLocation: sourceLocation)
        #expect(answer.header("retry-after") == refusal.retryAfter, sourceLocation: sourceLocation)
        // Nothing of a callback's URL travels on in a Referer (B12).
        let policy = refusal.step == "begin_sign_in" ? "same-origin" : "no-referrer"
        #expect(answer.header("referrer-policy") == policy, sourceLocation: sourceLocation)
        #expect(answer.headerValues("set-cookie").isEmpty, sourceLocation: sourceLocation)
        let line = try await line(of: answer, since: start)
        #expect(line["error"] == refusal.code, "\(line.text)", sourceLocation: sourceLocation)
        #expect(line["step"] == refusal.step, "\(line.text)", sourceLocation: sourceLocation)
        #expect(line["detail"] == refusal.detail, "\(line.text)", sourceLocation: sourceLocation)
    }
}

extension HTTPExchange.Answer {
    /// A page for a person: says something, offers a way on, names its request, is kept by nobody, leads nowhere by itself,
    /// and repeats nothing a provider could have put there.
    var isCleanPage: Bool {
        let text = text
        return header("content-type") == "text/html; charset=utf-8" && header("cache-control") == "no-store"
            && header("location") == nil
            && header("content-security-policy")?.hasPrefix("default-src 'none'") == true
            && text.contains("<h1 id=\"heading\">") && text.contains("class=\"button primary\"")
            && header("x-request-id").map { text.contains("<code>\($0)</code>") } == true
            && !["<script", "onerror", "alert(", "evil.example", "eyJ", "169.254"].contains { text.contains($0) }
    }
}
