import TestSupport
import Testing

/// Malformed headers and bodies: an answer of 4xx, never of 5xx, never none (O-6).
@Suite("Malformed headers", .enabled(if: Stack.isAvailable))
struct HeaderFuzzTests {
    private static let long = String(repeating: "a", count: 6_000)

    private static let authorizations = [
        "", " ", "Bearer", "Bearer ", "Bearer  ", "bearer x", "BEARER lks_",
        "Bearer lks_" + String(repeating: "A", count: 47),
        "Basic", "Basic ====", "Basic \u{E4}", "Digest username=\"", "Bearer \u{FFFD}", "Bearer null", "Bearer a b c",
        "Bearer,Bearer",
        "Bearer \"\"", "Bearer lks_%00", "Bearer \t", ":", "=", "\"", "Bearer " + long, "Negotiate " + long,
        "Bearer {}", "Bearer []",
        "\u{1F511}", "Bearer eyJhbGciOiJub25lIn0.e30.", "lks_", "Bearer lkm_" + String(repeating: "A", count: 47),
    ]

    private static let cookies = [
        "", ";", "=", ";;;===", "latchkey", "latchkey=", "=latchkey", "latchkey==", "latchkey=\"", "latchkey=%00",
        "latchkey=lks_",
        "latchkey=lks_" + String(repeating: "A", count: 47), "latchkey=a; latchkey=b; latchkey=c",
        "latchkey-flow=\u{FFFD}",
        "latchkey-device=" + long, "latchkey=" + long, String(repeating: "latchkey=a;", count: 400),
        "$Version=1; latchkey=x",
        "latchkey=\u{E4}; latchkey-flow=lkf_; latchkey-device=lkd_",
    ]

    private static let others: [[String: String]] = [
        ["Content-Type": ""], ["Content-Type": ";"], ["Content-Type": "application/json; charset=utf-16"],
        ["Content-Type": "multipart/form-data; boundary="], ["Content-Type": long], ["Content-Encoding": "gzip"],
        ["Accept": ""], ["Accept": long], ["Accept": "*/*;q=nan"], ["Accept-Language": long], ["User-Agent": ""],
        ["User-Agent": long], ["User-Agent": "\u{1F511}\u{202E}"], ["X-Forwarded-For": long],
        ["X-Forwarded-For": ",,,"],
        ["X-Request-Id": long], ["traceparent": "00-zz"], ["traceparent": long], ["Origin": "null"], ["Origin": ""],
        ["Origin": "@own", "Sec-Fetch-Site": "none"], ["Sec-Fetch-Site": long], ["Range": "bytes=0-"],
        ["Expect": "200-ok"],
        ["If-None-Match": "*"], ["Referer": "\u{FFFD}"], ["Upgrade": "h2c", "Connection": "Upgrade"],
    ]

    private static let targets: [(method: String, path: String)] = [
        ("GET", "/v1/session"), ("DELETE", "/v1/session"), ("GET", "/account"), ("GET", "/verify?token=x"),
        ("GET", "/account/email/confirm?token=x"), ("GET", "/account/second-factor/qr.svg"),
        ("POST", "/v1/sign-in/password"),
        ("POST", "/sign-in/password"), ("POST", "/v1/account/password"), ("POST", "/account/email"),
        ("POST", "/v1/verify"),
        ("POST", "/sign-in/second-factor"), ("POST", "/v1/account/second-factor"), ("POST", "/reset/confirm"),
    ]

    @Test("O-6 a malformed header is answered with 4xx, never with 5xx", arguments: 0..<3)
    func headers(_ part: Int) async throws {
        let stack = try await Installation.roomy()
        let heads: [[String: String]] =
            [Self.authorizations.map { ["Authorization": $0] }, Self.cookies.map { ["Cookie": $0] }, Self.others][part]
        var refused = 0
        for (method, path) in Self.targets {
            let answers = try await atOnce(heads) { head in
                let isProgram = path.hasPrefix("/v1")
                var headers = [
                    "Origin": "@own", "Sec-Fetch-Site": "same-origin",
                    "Content-Type": isProgram ? "application/json" : "application/x-www-form-urlencoded",
                ]
                headers.merge(head) { $1 }
                let body = method == "POST" ? Array((isProgram ? "{}" : "a=b").utf8) : nil
                return try await stack.browser().send(method, path, headers: headers, body: body)
            }
            for (head, answer) in zip(heads, answers) {
                let isFine = (200..<500).contains(answer.status) && !answer.startsSession
                #expect(
                    isFine,
                    "\(method) \(path) \(head.map { "\($0.key): \($0.value.prefix(60))" }): \(answer.status)"
                )
                // Nobody is signed in by any of them.
                if path.hasPrefix("/v1/") { #expect((400..<500).contains(answer.status) || method == "DELETE") }
                if answer.status >= 400 { refused += 1 }
            }
        }
        #expect(refused > heads.count)
        let person = try await LocalPerson.signedUp(at: stack)
        #expect(try await person.browser.isSignedIn(), "control: well-formed ones work")
        let token = await person.browser.session() ?? ""
        let bearer = try await stack.browser().get("/v1/session", headers: ["Authorization": "bearer \(token)"])
        #expect(bearer.status == 200, "control")
        for node in stack.nodes { #expect(node.process.isRunning) }
    }

    @Test("O-6 a malformed body is answered with 4xx, never with 5xx")
    func bodies() async throws {
        let stack = try await Installation.roomy()
        let json = [
            "", "null", "[]", "0", "\"", "{", "{}}", "{\"email\":1}", "{\"email\":[]}", "{\"email\":null}",
            "{\"email\":{\"a\":1}}",
            "{\"email\":\"\\ud800\"}", "{\"email\":\"a\",\"email\":\"b\"}", "{\"password\":\"\\u0000\"}", "\u{FEFF}{}",
            String(repeating: "[", count: 5_000), "{\"token\":true}", "{\"code\":1e999}", "{\"\":\"\"}",
            "{\"email\":\"a@b.c\"} x",
        ]
        let forms = [
            "", "=", "&", "&&&", "email", "email=%", "email=%zz", "email=%ff", "email=a&email=b", "%00=%00",
            "token=%00", "a=b=c",
            String(repeating: "a&", count: 2_000), "email=" + String(repeating: "%41", count: 2_000), "+=+", "[]=1",
            "token[]=x",
        ]
        for (_, path) in Self.targets.filter({ $0.method == "POST" }) {
            let isProgram = path.hasPrefix("/v1")
            let answers = try await atOnce(isProgram ? json : forms) { body in
                try await stack.browser().send(
                    "POST",
                    path,
                    headers: [
                        "Origin": "@own", "Sec-Fetch-Site": "same-origin",
                        "Content-Type": isProgram ? "application/json" : "application/x-www-form-urlencoded",
                    ],
                    body: Array(body.utf8)
                )
            }
            for (body, answer) in zip(isProgram ? json : forms, answers) {
                #expect(
                    (300..<500).contains(answer.status) && !answer.startsSession,
                    "\(path) \(body.prefix(40)): \(answer.status)"
                )
            }
            let raw = try await stack.browser().send(
                "POST",
                path,
                headers: [
                    "Origin": "@own",
                    "Content-Type": isProgram ? "application/json" : "application/x-www-form-urlencoded",
                ],
                body: [0xFF, 0xFE, 0x00, 0xC0, 0x80]
            )
            #expect((400..<500).contains(raw.status), "\(path)")
        }
    }
}
