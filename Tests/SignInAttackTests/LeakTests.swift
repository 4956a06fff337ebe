import Foundation
import TestSupport
import Testing

/// What leaves a node by its log and its error pages (M01, M03, F-4).
@Suite("Leaks", .enabled(if: Stack.isAvailable))
struct LeakTests {
    /// Values that must not be written anywhere, with what they are.
    private actor Canaries {
        var values: [String: String] = [:]
        func note(_ flow: Flow) async {
            values[flow.state] = "state"
            values[flow.code] = "code"
            if let nonce = Query.value("nonce", of: flow.authorization) { values[nonce] = "nonce" }
            if let challenge = Query.value("code_challenge", of: flow.authorization) { values[challenge] = "challenge" }
            if let secret = await flow.browser.secret() { values[secret] = "browser secret" }
            if let session = await flow.browser.session() { values[session] = "session token" }
            if let email = flow.persona.email { values[email] = "address" }
        }
        func note(_ value: String, _ kind: String) { values[value] = kind }
    }

    @Test("M01 O-3 no code, state, nonce, token, secret or address is in any output, whatever went wrong")
    func canaries() async throws {
        let stack = try await Stack.shared()
        let seen = Canaries()
        for (index, provider) in (Persona.providers + Persona.providers).enumerated() {
            let persona = try await stack.persona(provider)
            for way in Self.ways {
                let flow = try await stack.flow(persona, node: index % 2)
                await seen.note(flow)
                for callback in way(flow.callback) {
                    _ = try await flow.browser.get(callback.target)
                    await seen.note(flow)
                }
            }
            let misbehaving = try await stack.persona(
                provider,
                email: Persona.freshAddress(),
                more: #""misbehave":["\#(Self.misbehaviour(provider))"]"#
            )
            let flow = try await stack.flow(misbehaving, node: index % 2)
            #expect(try await !flow.finish().startsSession)
            await seen.note(flow)
        }
        let bearer = "lks_" + String(repeating: "canary", count: 8)
        await seen.note(bearer, "bearer")
        let browser = stack.browser()
        _ = try await browser.get("/v1/session", headers: ["Authorization": "Bearer \(bearer)"])
        _ = try await browser.get("/nothing/\(bearer)?token=\(bearer)", headers: ["Referer": "https://a/?\(bearer)"])
        _ = try await browser.post(
            "/sign-in/google",
            form: [("return_to", "https://\(bearer)"), ("login_hint", bearer)]
        )
        _ = try await browser.post("/sign-in/\(bearer)")
        _ = try await browser.send(bearer, "/", body: nil)
        _ = try await browser.get(
            "/sign-in?return_to=%zz\(bearer)",
            headers: ["User-Agent": bearer, "X-Request-Id": bearer]
        )
        let marker = try await browser.get("/healthz").header("x-request-id") ?? "none"
        let end = try await browser.get("/nothing").header("x-request-id") ?? "none"
        _ = try await eventually("the log line of the last request") { NodeOutput(stack).contains(end) ? true : nil }

        let output = NodeOutput(stack)
        #expect(
            output.contains("\"status\"") && output.contains("exchange_code"),
            "control: there is a log, of failures too"
        )
        #expect(output.contains(end) && marker != "none")
        let values = await seen.values
        #expect(values.count > 100)
        for (value, kind) in values where value.utf8.count > 7 {
            #expect(!output.contains(value), "\(kind) in the log")
            #expect(!output.contains(Browser.encode(value)), "\(kind) in the log, encoded")
        }
        for secret in ["google-secret", "github-secret", "x-secret", "oidc-secret", "code_verifier=", "Basic ", "eyJ"] {
            #expect(!output.contains(secret), "\(secret)")
        }
    }

    /// Ends of a callback, each reaching another step.
    private static let ways: [@Sendable (Callback) -> [Callback]] = [
        { [$0, $0] },
        { [$0.with("state", nil), $0.with("iss", "evil"), $0] },
        { [$0.with("code", "wrong-code-" + Persona.freshSubject())] },
        { [$0.doubling("code"), $0.with("error", "access_denied")] },
        {
            [$0.at("/callback/nobody"), $0.at($0.path == "/callback/google" ? "/callback/github" : "/callback/google")]
        },
        { [$0.with("x", "%zz"), $0.with("x", String(repeating: "y", count: 17_000)), $0] },
    ]

    private static func misbehaviour(_ provider: String) -> String {
        switch provider {
        case "google", "oidc-example": "id_token:wrong-nonce"
        default: "userinfo:malformed-json"
        }
    }

    @Test(
        "M03 every failure has a request id that its log line has too, and none of the sender's words",
        arguments: [true, false]
    )
    func correlation(_ wantsPage: Bool) async throws {
        let stack = try await Stack.shared()
        let accept = ["Accept": wantsPage ? "text/html" : "application/json"]
        let word = "zz" + Persona.freshSubject()
        let own = accept.merging(["Origin": "@own", "Sec-Fetch-Site": "same-origin", "User-Agent": word]) { $1 }
        let flow = try await stack.flow(stack.persona("google"))
        let misbehaving = try await stack.flow(
            stack.persona("oidc-example", more: #""misbehave":["id_token:expired"]"#)
        )
        let denied = try await stack.flow(stack.persona("google"))
        let browser = flow.browser
        let failures: [(String, HTTPExchange.Answer)] = [
            ("not_found", try await browser.get("/\(word)", headers: own)),
            ("method_not_allowed", try await browser.send("PUT", "/account?\(word)", headers: own, body: [])),
            (
                "too_large",
                try await browser.post("/sign-out", form: [(word, String(repeating: "x", count: 70_000))], headers: own)
            ),
            ("malformed_request", try await browser.get("/sign-in?\(word)=%zz", headers: own)),
            (
                "cross_site_request",
                try await browser.post("/sign-out", headers: accept.merging(["Origin": word]) { $1 })
            ),
            (
                "unsupported_media_type",
                try await browser.post(
                    "/sign-out",
                    form: [("a", word)],
                    headers: own.merging(["Content-Type": word]) { $1 }
                )
            ),
            (
                "unauthenticated",
                try await browser.get("/v1/session", headers: own.merging(["Authorization": word]) { $1 })
            ),
            ("unknown_provider", try await browser.post("/sign-in/\(word)", headers: own)),
            ("unknown_provider", try await browser.get("/callback/\(word)?code=a", headers: own)),
            (
                "return_address_refused",
                try await browser.post("/sign-in/google", form: [("return_to", word)], headers: own)
            ),
            ("malformed_callback", try await browser.get("/callback/google?\(word)=%zz", headers: own)),
            ("unknown_transaction", try await browser.get("/callback/google?code=\(word)&state=\(word)", headers: own)),
            ("missing_browser_cookie", try await stack.browser().get(flow.callback.target, headers: own)),
            ("code_refused", try await browser.get(flow.callback.with("code", word).target, headers: own)),
            ("id_token_refused", try await misbehaving.browser.get(misbehaving.callback.target, headers: own)),
            (
                "provider_error",
                try await denied.browser.get(
                    denied.callback.with("code", nil).with("error", word).with("error_description", word).target,
                    headers: own
                )
            ),
            ("sign_in_required", try await browser.post("/account/link/google", headers: own)),
        ]
        for (code, answer) in failures {
            #expect((400..<600).contains(answer.status) && answer.status != 500, "\(code): \(answer.status)")
            let id = try #require(answer.header("x-request-id"), "\(code)")
            #expect(answer.text.contains(id), "\(code): the id is in the answer")
            #expect(!answer.text.contains(word) && !answer.headers.contains { $0.value.contains(word) }, "\(code)")
            let isAPI = answer.header("content-type") == "application/problem+json"
            #expect(isAPI == (!wantsPage || code == "unauthenticated"), "\(code)")
            if isAPI {
                #expect(Problem(answer).code == code && Problem(answer).requestID == id)
            } else {
                #expect(answer.text.contains("href=\"/"), "\(code): a way forward")
            }
            let line = try await eventually("the log line of \(code)") {
                NodeOutput(stack).lines(with: id).first { $0.contains("\"status\"") }
            }
            #expect(line.contains("\"\(code)\"") && line.contains("\(answer.status)"), "\(line)")
            #expect(!line.contains(word), "\(line)")
        }
    }
}
