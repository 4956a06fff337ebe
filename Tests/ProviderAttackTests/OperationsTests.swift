import Foundation
import TestSupport
import Testing

/// A node as its operator sees it: health, metrics, logs, the end.
@Suite("A node in operation", .serialized, .enabled(if: Stack.isAvailable))
struct OperationsTests {
    private static let opened = Task { try await Stage.open() }

    @Test("SIGTERM lets a sign-in in progress finish, then the node ends with 0")
    func gracefulEnd() async throws {
        let stage = try await Self.opened.value
        let node = try await Stack.startNode(stage.stack.arguments)
        let person = try await stage.person(.google).misbehaving(["token:slow=1500"])
        try await person.put(at: stage.mock)
        let browser = Browser(port: node.port, origin: Stack.origin)
        let callback = try await stage.mock.authorize(try await browser.begin("google"), as: person.name)
        let before = try await stage.calls(.google)
        async let answer = browser.get(callback)
        // The provider has the code and takes its time.
        _ = try await eventually("the code to be exchanged") { () -> Bool? in
            try await stage.calls(.google).since(before)["token"] == 1 ? true : nil
        }
        node.process.signal(SIGTERM)
        #expect(try await answer.status == 303)
        #expect(try await node.process.ended() == 0)
        // The session is good at any other node.
        #expect(try await browser.copy(port: stage.node.port).get("/v1/session").status == 200)
        await #expect(throws: (any Error).self) {
            try await Browser(port: node.port, origin: Stack.origin).get("/healthz")
        }
    }

    @Test("SIGTERM and SIGINT end an idle node with 0, and a second node goes on", arguments: [SIGTERM, SIGINT])
    func end(_ signal: Int32) async throws {
        let stage = try await Self.opened.value
        let node = try await Stack.startNode(stage.stack.arguments)
        node.process.signal(signal)
        #expect(try await node.process.ended() == 0)
        try await stage.control(try await stage.person(.github))
    }

    @Test("/healthz and /readyz say what they should, in JSON that nobody keeps")
    func health() async throws {
        let stage = try await Self.opened.value
        let browser = stage.stack.browser()
        let healthy = try await browser.get("/healthz")
        #expect(healthy.status == 200 && healthy.text == #"{"status":"ok"}"#)
        let ready = try await browser.get("/readyz")
        let json = try JSONSerialization.jsonObject(with: Data(ready.body)) as? [String: Any]
        #expect(ready.status == 200 && json?["status"] as? String == "ready")
        #expect((json?["checks"] as? [String: Bool])?.values.allSatisfy(\.self) == true)
        for answer in [healthy, ready] {
            #expect(answer.header("content-type") == "application/json" && answer.header("cache-control") == "no-store")
        }
    }

    /// Every family a dashboard may rely on.
    static let families = [
        "latchkey_http_requests_total", "latchkey_http_request_duration_seconds_bucket",
        "latchkey_flow_completions_total",
        "latchkey_flow_failures_total", "latchkey_outbound_requests_total", "latchkey_outbound_duration_seconds_bucket",
        "latchkey_outbound_circuit_state", "process_resident_memory_bytes", "process_cpu_seconds_total",
        "process_open_fds",
    ]

    @Test("M01 /metrics has every family, on its own port only, with bounded labels and nothing of anybody")
    func metrics() async throws {
        let stage = try await Self.opened.value
        let person = try await stage.person(.google)
        try await stage.refuses(person, ["id_token:wrong-nonce"], .idToken("nonce_mismatch"), calls: ["token": 1])
        let browser = stage.stack.browser()
        let location = try await browser.begin("google")
        let state = try #require(location.split(separator: "&").first { $0.hasPrefix("state=") }).dropFirst(6)
        for path in [
            "/nowhere/canary-path", "/callback/google?code=canary-code&state=\(state)",
            "/callback/canary-provider?code=x",
        ] {
            #expect(try await browser.get(path).status >= 400)
        }
        #expect(try await browser.get("/metrics").status == 404)
        let answer = try await Browser(port: stage.node.metricsPort, origin: Stack.origin).get("/metrics")
        #expect(answer.status == 200 && answer.header("content-type")?.hasPrefix("text/plain; version=0.0.4") == true)
        for family in Self.families { #expect(answer.text.contains("\n\(family)"), "\(family)") }
        #expect(
            answer.text.contains(
                #"latchkey_flow_failures_total{code="id_token_refused",flow="sign_in",provider="google",step="verify_id_token"} 1"#
            ),
            "\(answer.text.split(separator: "\n").filter { $0.contains("flow_failures") })"
        )
        #expect(answer.text.contains(#"flow_completions_total{flow="sign_in",outcome="signed_in",provider="google"}"#))
        let secrets =
            await browser.cookies.values + [String(state), person.subject, person.email, "canary", "google-secret"]
        for secret in secrets { #expect(!answer.text.contains(secret), "\(secret)") }
        // A line is a name, labels and a number, so that any Prometheus can read it.
        for line in answer.text.split(separator: "\n") where !line.hasPrefix("#") {
            #expect(line.contains(/^[a-z_]+(\{[^{}]*(\{[a-z]+\}[^{}]*)*\})? [-+0-9.eInfNa]+$/), "\(line)")
        }
    }

    @Test("F10 a sign-in that cannot even begin is counted and logged like one that cannot end")
    func failuresAtTheStart() async throws {
        let stage = try await Self.opened.value
        // A node that has not asked the provider for anything yet.
        let node = try await Stack.startNode(stage.stack.arguments)
        try await stage.mock.misbehave(.oidc, ["discovery:issuer-mismatch"])
        let answer = try await Browser(port: node.port, origin: Stack.origin).post("/sign-in/oidc-example")
        try await stage.mock.behave()
        #expect(answer.status == 502)
        let metrics = try await Browser(port: node.metricsPort, origin: Stack.origin).get("/metrics").text
        #expect(
            metrics.contains(
                #"latchkey_flow_failures_total{code="provider_answer_invalid",flow="sign_in",provider="oidc-example",step="begin_sign_in"} 1"#
            )
        )
        node.process.signal(SIGTERM)
        #expect(try await node.process.ended() == 0)
    }

    @Test("M01 no line of the log holds a code, a state, a token, a cookie or a secret")
    func log() async throws {
        let stage = try await Self.opened.value
        let start = stage.node.process.outputSize
        var secrets: [String] = ["google-secret", "github-secret", "x-secret", "oidc-secret"]
        for provider in Provider.allCases {
            let approach = try await stage.approach(try await stage.person(provider))
            for part in approach.callback.split(separator: "?").last?.split(separator: "&") ?? [] {
                let pair = part.split(separator: "=", maxSplits: 1)
                if ["code", "state"].contains(pair[0]), let value = String(pair[1]).removingPercentEncoding {
                    secrets.append(value)
                }
            }
            #expect(try await approach.deliver().answer.status == 303)
            // Delivered again: refused, and as silent about what it was.
            #expect(try await approach.deliver().answer.status == 400)
            secrets += await approach.browser.cookies.values
        }
        let answer = try await stage.stack.browser().get("/readyz")
        _ = try await stage.stack.browser().get("/nowhere")
        #expect(answer.status == 200 && secrets.count >= 4 + 4 * 4)
        let text = try await eventually("the log of it all") { () -> String? in
            let text = stage.node.process.output(after: start)
            return text.contains("not_found") ? text : nil
        }
        for secret in secrets { #expect(!text.contains(secret)) }
        #expect(LogLine.all(of: stage.node.process, after: start).count { $0["error"] == "unknown_transaction" } == 4)
    }
}
