import Foundation
import TestSupport
import Testing

/// Section E and C01, X-1, X-11: discovery documents that lie.
@Suite("Hostile discovery documents", .serialized, .enabled(if: Stack.isAvailable))
struct DiscoveryAttackTests {
    private static let opened = Task { try await Issuers.open(DiscoveryRow.all.count + DiscoveryRow.good.count + 4) }

    @Test(
        "E01 E03 E09 C01 X-1 X-11 metadata that fails a check is refused, and nothing of it is kept",
        arguments: DiscoveryRow.all
    )
    func refused(_ row: DiscoveryRow) async throws {
        let issuers = try await Self.opened.value
        let stage = issuers.stage
        let issuer = try await issuers.next()
        try await stage.mock.misbehave(.oidc, ["discovery:" + row.misbehaviour])
        let before = try await stage.rows()
        let calls = try await stage.calls(.oidc)
        let start = stage.node.process.outputSize
        let browser = stage.stack.browser()
        let answer = try await browser.post("/sign-in/\(issuer.id)")
        try await stage.expect(Visit(browser: browser, answer: answer), row.refusal, since: start)
        let made = try await stage.calls(.oidc).since(calls)
        #expect(made["discovery"] == 1)
        for endpoint in ["authorize", "token", "keys", "profile", "bait", "unknown"] {
            #expect(made[endpoint] == 0, "\(endpoint)")
        }
        #expect(try await stage.rows() == before)
        // The same issuer, a moment later, behaving: nothing bad was kept.
        try await stage.mock.behave()
        try await stage.control(try await stage.person(.oidc), as: issuer.id)
    }

    @Test(
        "E03 D06 A04 metadata that offers less than it should is not obeyed, and does not stop a sign-in",
        arguments: DiscoveryRow.good
    )
    func unmoved(_ misbehaviour: String) async throws {
        let issuers = try await Self.opened.value
        let stage = issuers.stage
        let issuer = try await issuers.next()
        try await stage.mock.misbehave(.oidc, ["discovery:" + misbehaviour])
        let location = try await stage.stack.browser().begin(issuer.id)
        #expect(location.contains("code_challenge_method=S256") && location.contains("response_type=code&"))
        let before = try await stage.calls(.oidc)
        try await stage.control(try await stage.person(.oidc), as: issuer.id)
        // Asked once, kept for both sign-ins (E04).
        #expect(try await stage.calls(.oidc).since(before)["discovery"] == 0)
    }

    @Test("E01 through the generic provider file itself: another issuer's document is refused, its own is accepted")
    func genericFile() async throws {
        let stage = try await Stage.open()
        let person = try await stage.person(.oidc)
        try await stage.mock.call("PUT", "/settings/oidc", #"{"issuer":"https://other.example"}"#)
        let start = stage.node.process.outputSize
        let browser = stage.stack.browser()
        let answer = try await browser.post("/sign-in/oidc-example")
        let refusal = Refusal.discovery("issuer_mismatch")
        try await stage.expect(Visit(browser: browser, answer: answer), refusal, since: start)
        try await stage.mock.call("PUT", "/settings/oidc", #"{"issuer":""}"#)
        try await stage.control(person)
        await stage.stack.stop()
    }

    @Test("E02 the document of an issuer with a path is asked for behind that path, and nowhere else")
    func issuerWithPath() async throws {
        let gate = try await Gate()
        let stage = try await Stage.open(settings: [
            "providers.oidc-example.issuer=http://127.0.0.1:\(gate.port)/tenant/one"
        ])
        gate.lead(to: stage.mock.ports.oidc)
        let start = stage.node.process.outputSize
        let browser = stage.stack.browser()
        let answer = try await browser.post("/sign-in/oidc-example")
        let refusal = Refusal.discovery("unexpected_status")
        try await stage.expect(Visit(browser: browser, answer: answer), refusal, since: start)
        let paths = try await stage.mock.seen(.oidc).map(\.path)
        #expect(paths == ["/tenant/one/.well-known/openid-configuration"])
        await stage.stack.stop()
    }

    @Test("E04 E05 one discovery and one key fetch serve any number of simultaneous first sign-ins")
    func singleFlight() async throws {
        let issuers = try await Self.opened.value
        let stage = issuers.stage
        let issuer = try await issuers.next()
        let before = try await stage.calls(.oidc)
        let visits = try await atOnce(16) { _ in
            let person = try await stage.person(.oidc)
            return try await stage.signIn(person, as: issuer.id).answer.status
        }
        #expect(visits == Array(repeating: 303, count: 16))
        let made = try await stage.calls(.oidc).since(before)
        #expect(made["discovery"] == 1)
        #expect(made["keys"] == 1)
        #expect(made["token"] == 16 && made["profile"] == 16)
    }
}

/// One discovery document that has to be refused.
struct DiscoveryRow: Sendable, CustomStringConvertible {
    let ids: String
    let misbehaviour: String
    let refusal: Refusal

    var description: String { "\(ids) \(misbehaviour)" }

    private static let content: [(String, String, String)] = [
        ("E01 X-1", "issuer-mismatch", "issuer_mismatch"),
        ("E01", "issuer-trailing-slash", "issuer_mismatch"),
        ("E01", "issuer-uppercase", "issuer_mismatch"),
        ("E01", "issuer-other-scheme", "issuer_mismatch"),
        ("E01", "issuer-without-scheme", "issuer_mismatch"),
        ("E01", "issuer-template", "issuer_mismatch"),
        ("E01", "missing-issuer", "missing_member"),
        ("E01", "issuer-array", "missing_member"),
        ("E01 L09", "duplicate-issuer", "malformed_body"),
        ("C01 E03", "foreign-token-endpoint", "refused_endpoint"),
        ("C01 E03", "foreign-token-endpoint=https://127.0.0.1.evil.example/token", "refused_endpoint"),
        ("C01 E03", "foreign-token-endpoint=https://127.0.0.1@evil.example/token", "refused_endpoint"),
        ("E03", "foreign-authorization-endpoint", "refused_endpoint"),
        ("E03", "foreign-authorization-endpoint=javascript:alert(1)", "refused_endpoint"),
        ("E03 X-1", "foreign-jwks-uri", "refused_endpoint"),
        ("E03", "foreign-userinfo-endpoint", "refused_endpoint"),
        ("E03 X-11", "metadata-service", "refused_endpoint"),
        ("E03 X-11", "file-scheme", "refused_endpoint"),
        ("E03", "plain-http", "refused_endpoint"),
        ("E03", "missing-token-endpoint", "missing_member"),
        ("E03", "missing-authorization-endpoint", "missing_member"),
        ("E03", "missing-jwks-uri", "missing_member"),
        ("E03", "endpoints-number", "missing_member"),
        ("E09", "array", "malformed_body"),
    ]

    static let all =
        content.map { DiscoveryRow(ids: $0.0, misbehaviour: $0.1, refusal: .discovery($0.2)) }
        + Refusal.documentDelivery(Refusal.discovery).map {
            DiscoveryRow(ids: "E09 \($0.ids)", misbehaviour: $0.misbehaviour, refusal: $0.refusal)
        }

    static let good = [
        "missing-userinfo-endpoint", "no-iss-flag", "iss-announced", "iss-denied", "plain-pkce-only", "no-pkce",
        "only-none",
        "hs256-only", "post-only", "no-code-flow", "no-cache-headers", "cache-control=no-store", "set-cookie",
        "wrong-content-type=application/json;charset=UTF-8",
    ]
}

extension Refusal {
    /// Metadata that cannot be used: nobody was sent anywhere.
    static func discovery(_ detail: String) -> Refusal {
        let unreachable = ["unexpected_status", "transport_broken", "transport_timed_out"].contains(detail)
        return Refusal(
            status: unreachable ? 503 : 502,
            code: unreachable ? "provider_unavailable" : "provider_answer_invalid",
            step: "begin_sign_in",
            detail: "discovery_" + detail,
            retryAfter: unreachable ? "5" : nil
        )
    }

    /// A key set that cannot be used: no token was believed.
    static func keys(_ detail: String) -> Refusal {
        let found = discovery(detail)
        return Refusal(
            status: found.status,
            code: found.code,
            step: "verify_id_token",
            detail: "keys_" + detail,
            retryAfter: found.retryAfter
        )
    }

    /// ``AnswerRow/delivery(_:_:)`` for documents that are fetched: a redirect, like any status but 200, is no document (E09).
    static func documentDelivery(_ refusal: (String) -> Refusal) -> [AnswerRow] {
        AnswerRow.delivery("") { Refusal(status: 502, code: "", step: "", detail: $0) }.map { row in
            let detail =
                switch row.refusal.detail {
                case "redirected", "rate_limited", "provider_unavailable": "unexpected_status"
                case "too_large", "broken": "transport_" + row.refusal.detail
                default: row.refusal.detail
                }
            return AnswerRow(row.ids, row.misbehaviour, refusal(detail))
        }
    }
}

/// Does something several times at once.
func atOnce<Result: Sendable>(
    _ count: Int,
    _ work: @escaping @Sendable (Int) async throws -> Result
) async throws -> [Result] {
    try await withThrowingTaskGroup(of: Result.self) { group in
        for number in 0..<count { group.addTask { try await work(number) } }
        var results: [Result] = []
        for try await result in group { results.append(result) }
        return results
    }
}
