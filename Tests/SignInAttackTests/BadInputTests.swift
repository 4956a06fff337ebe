import Foundation
import Postgres
import TestSupport
import Testing

/// Requests no browser sends: each gets a clear answer of the right status, and the node goes on.
@Suite("Bad input", .enabled(if: Stack.isAvailable))
struct BadInputTests {
    private func expectWorking(_ stack: Stack) async throws {
        for node in 0...1 {
            #expect(try await stack.browser(node: node).get("/readyz").status == 200)
            #expect(stack.nodes[node].process.isRunning)
        }
        #expect(try await stack.signIn(stack.persona("google"), node: 1).user() != nil, "control: people still sign in")
    }

    @Test("Every method that a route does not have is a 405 that names those it has")
    func methods() async throws {
        let stack = try await Stack.shared()
        let browser = try await stack.signIn(stack.persona("google"))
        for (path, allowed) in Routes.all {
            for method in Routes.methods where !allowed.contains(method) {
                for accept in ["text/html", "application/json"] {
                    let headers = ["Origin": "@own", "Sec-Fetch-Site": "same-origin", "Accept": accept]
                    let answer = try await browser.send(method, path, headers: headers, body: nil)
                    // An answer to HEAD has no body to be clear in.
                    let isClear = method == "HEAD" || answer.isClearRefusal
                    #expect(answer.status == 405 && isClear, "\(method) \(path): \(answer.status)")
                    #expect(answer.header("allow") == allowed.joined(separator: ", "), "\(method) \(path)")
                }
            }
            for method in allowed where method != "DELETE" && path != "/sign-out" {
                let answer = try await browser.send(
                    method,
                    path,
                    headers: ["Origin": "@own", "Sec-Fetch-Site": "same-origin"],
                    body: nil
                )
                #expect(
                    answer.status < 400 || path == "/callback/google",
                    "control: \(method) \(path) \(answer.status)"
                )
            }
        }
        for (path, status) in [("/nothing", 404), ("/account/x/y/z", 404), ("/v1", 404), ("/callback/google/x", 404)] {
            for method in ["GET", "POST", "DELETE"] {
                let headers = ["Origin": "@own", "Sec-Fetch-Site": "same-origin"]
                #expect(try await browser.send(method, path, headers: headers, body: nil).status == status)
            }
        }
        try await expectWorking(stack)
    }

    @Test(
        "A provider that does not exist is a 404 everywhere, however it is spelt",
        arguments: [
            "nobody", "Google", "GOOGLE", "google%20", "%67oogle", "google%00", "..%2fgoogle", "%2e%2e", "google;x",
            "googl\u{65}%CC%81",
            "'", "%27%20or%201=1", "x", "*", "{provider}", "%7Bprovider%7D", "https:%2f%2fevil.example",
        ]
    )
    func unknownProvider(_ name: String) async throws {
        let stack = try await Stack.shared()
        let browser = try await stack.signIn(stack.persona("google"))
        for (method, path) in [("POST", "/sign-in/"), ("POST", "/account/link/"), ("GET", "/callback/")] {
            let answer = try await browser.send(
                method,
                path + name,
                headers: ["Origin": "@own", "Sec-Fetch-Site": "same-origin", "Accept": "application/json"],
                body: nil
            )
            #expect(
                answer.status == 404 && Problem(answer).code == "unknown_provider",
                "\(path)\(name): \(answer.text)"
            )
        }
    }

    @Test(
        "A path that cannot be read is a 404 for everybody and every method",
        arguments: [
            "/%", "/%zz", "/%ff", "/%00", "/account%", "/account%2f", "/account/%2e%2e/account", "/%61ccount",
            "/%c0%ae", "/v1/%",
        ]
    )
    func badPath(_ path: String) async throws {
        let stack = try await Stack.shared()
        let browser = try await stack.signIn(stack.persona("google"))
        for method in ["GET", "POST", "DELETE"] {
            for accept in ["text/html", "application/json"] {
                let headers = ["Origin": "@own", "Sec-Fetch-Site": "same-origin", "Accept": accept]
                let answer = try await browser.send(method, path, headers: headers, body: nil)
                #expect(answer.status == 404 && answer.isClearRefusal, "\(method) \(answer.status)")
                #expect(!answer.text.contains(path) || path == "/%")
            }
        }
        #expect(try await browser.user() != nil, "control")
    }

    @Test(
        "A query that cannot be read is a 400",
        arguments: [
            "return_to=%", "return_to=%z", "%=a", "a=%f", "a=%ff", "%ff=a", "a=%c0%af", "a=%ed%a0%80", "a=1&a=2",
            "return_to=/a&return_to=/a",
            "%61=1&a=2", "a=%00%", "=%",
        ]
    )
    func badQuery(_ query: String) async throws {
        let stack = try await Stack.shared()
        let browser = stack.browser()
        for path in ["/sign-in", "/callback/google"] {
            let answer = try await browser.get(path + "?" + query)
            #expect(answer.status == 400 && answer.isClearRefusal, "\(path): \(answer.status)")
        }
        #expect(try await browser.get("/sign-in?return_to=/a&x=%41").status == 200, "control")
        // Where no parameter is read, none is misread.
        for path in ["/healthz", "/v1/session", "/account"] {
            #expect(try await browser.get(path + "?" + query).status < 500)
        }
    }

    /// Bodies, content types and the status of the answer.
    static let forms: [(body: String, type: String, status: Int)] = [
        ("a=%", "application/x-www-form-urlencoded", 400), ("a=%zz", "application/x-www-form-urlencoded", 400),
        ("a=%ff", "application/x-www-form-urlencoded", 400), ("a=1&a=2", "application/x-www-form-urlencoded", 400),
        ("return_to=/a&return_to=/b", "application/x-www-form-urlencoded", 400),
        (String(repeating: "a&", count: 30_000), "application/x-www-form-urlencoded", 400),
        ((0..<100).map { "a\($0)=1" }.joined(separator: "&"), "application/x-www-form-urlencoded", 400),
        (#"{"a":1}"#, "application/json", 415), ("a=1", "text/plain", 415),
        ("a=1", "multipart/form-data; boundary=x", 415),
        ("a=1", "application/x-www-form-urlencodedx", 415), ("a=1", ";", 415), ("a=1", "", 415),
        (String(repeating: "a", count: 65_537), "application/x-www-form-urlencoded", 413),
        (String(repeating: "a", count: 1_000_000), "application/x-www-form-urlencoded", 413),
    ]

    @Test("A form that cannot be read is refused before anything is done", arguments: forms.indices)
    func badForms(_ index: Int) async throws {
        let (body, type, status) = Self.forms[index]
        let stack = try await Stack.shared()
        let browser = try await stack.signIn(stack.persona("google"))
        let own = ["Origin": "@own", "Sec-Fetch-Site": "same-origin"]
        for path in ["/sign-in/google", "/account/link/github", "/sign-out"] {
            let answer = try await browser.send(
                "POST",
                path,
                headers: own.merging(["Content-Type": type]) { $1 },
                body: Array(body.utf8)
            )
            #expect(answer.status == status && answer.isClearRefusal, "\(path): \(answer.status)")
            #expect(answer.headerValues("set-cookie").isEmpty)
        }
        #expect(try await browser.user() != nil, "nobody was signed out")
        let good = own.merging(["Content-Type": "Application/X-WWW-Form-Urlencoded ; charset=utf-8"]) { $1 }
        #expect(
            try await browser.send("POST", "/sign-out", headers: good, body: Array("a=1".utf8)).status == 200,
            "control"
        )
    }

    @Test("Bodies in bytes that are no text are refused")
    func binaryForms() async throws {
        let stack = try await Stack.shared()
        let headers = [
            "Origin": "@own", "Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded",
        ]
        for body: [UInt8] in [[0xFF], [0x61, 0x3D, 0xC3], [0xED, 0xA0, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80]] {
            let answer = try await stack.browser().send("POST", "/sign-in/google", headers: headers, body: body)
            #expect(answer.status == 400 && answer.isClearRefusal)
        }
        // NUL is text, and no address to return to.
        for body: [UInt8] in [[0], Array("return_to=/a%00".utf8), Array("return_to=\0".utf8)] {
            let answer = try await stack.browser().send("POST", "/sign-in/google", headers: headers, body: body)
            #expect(answer.status == (body == [0] ? 303 : 400))
        }
    }

    @Test(
        "Cookies that are oversize, doubled, binary or nonsense are no cookies",
        arguments: [
            "latchkey", "latchkey=", "=x", ";;;", "latchkey=@; latchkey=@", "latchkey=\u{FF}\u{FE}", "latchkey=%00",
            "latchkey=\"@\"",
            "latchkey=@ ", "latchkey =@", "LATCHKEY=@", "$Version=1; latchkey=@x", "latchkey=a,latchkey=@",
            "a=" + String(repeating: "b", count: 15_000), String(repeating: "latchkey=a; ", count: 1000),
            String(repeating: ";", count: 10_000),
        ]
    )
    func cookies(_ shape: String) async throws {
        let stack = try await Stack.shared()
        let browser = try await stack.signIn(stack.persona("google"))
        let token = try #require(await browser.session())
        let cookie = shape.replacing("@", with: token)
        let accepted = shape == "latchkey=@ "  // RFC 9110 §5.5: white space around a field's value is no part of it.
        let session = try await browser.get("/v1/session", headers: ["Cookie": cookie])
        #expect(session.status == (accepted ? 200 : 401), "\(session.status)")
        let page = try await browser.get("/account", headers: ["Cookie": cookie])
        #expect(page.status == (accepted ? 200 : 303))
        #expect(try await browser.get("/sign-in", headers: ["Cookie": cookie]).status == 200)
        #expect(try await browser.user() != nil, "control")
    }

    @Test("Oversize addresses and header fields are refused", arguments: [9000, 16_000, 16_500, 40_000, 300_000])
    func oversize(_ size: Int) async throws {
        let stack = try await Stack.shared()
        let long = String(repeating: "a", count: size)
        let heads = [
            "GET /\(long) HTTP/1.1\r\nHost: a", "GET /sign-in?return_to=/\(long) HTTP/1.1\r\nHost: a",
            "GET /callback/google?code=\(long)&state=a HTTP/1.1\r\nHost: a",
            "GET /v1/session HTTP/1.1\r\nHost: a\r\nCookie: a=\(long)",
            "GET /v1/session HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(long)",
            "GET /v1/session HTTP/1.1\r\nHost: \(long)",
            "GET /v1/session HTTP/1.1\r\nHost: a\r\n\(long): a", "\(long) / HTTP/1.1\r\nHost: a",
            "GET /v1/session HTTP/1.1\r\nHost: a\r\n" + (0..<size / 100).map { "X-\($0): a" }.joined(separator: "\r\n"),
        ]
        for head in heads {
            let answer = try await HTTPExchange.send(
                Array((head + "\r\nConnection: close\r\n\r\n").utf8),
                port: stack.nodes[0].port
            )
            #expect((200..<500).contains(answer.status), "\(head.prefix(60)): \(answer.status)")
            #expect(!answer.startsSession)
        }
        try await expectWorking(stack)
    }

    @Test(
        "What is not HTTP/1.1 is refused or answered, and never hurts",
        arguments: [
            "GARBAGE\r\n\r\n", "\r\n\r\n\r\n", "GET\r\n\r\n", "GET /\r\n\r\n", "GET / HTTP/9.9\r\nHost: a\r\n\r\n",
            "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", "GET /\u{0} HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /\u{FF} HTTP/1.1\r\nHost: a\r\n\r\n",
            "FOO / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX: a\u{0}b\r\n\r\n",
            "GET / HTTP/1.1\r\nHo st: a\r\n\r\n",
            "GET / HTTP/1.1\r\n: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n",
            "POST /sign-out HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
            "POST /sign-out HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n",
            "POST /sign-out HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
            "POST /sign-out HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "POST /sign-in/google HTTP/1.1\r\nHost: a\r\nOrigin: http://localhost:8080\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "POST /sign-in/google HTTP/1.1\r\nHost: a\r\nOrigin: http://localhost:8080\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n",
            "POST /sign-in/google HTTP/1.1\r\nHost: a\r\nOrigin: http://localhost:8080\r\nTransfer-Encoding: gzip\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\u{16}\u{3}\u{1}\u{0}",
            "CONNECT evil.example:443 HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET http://evil.example/account HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET account HTTP/1.1\r\nHost: a\r\n\r\n", "GET ?a HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET // HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n", "GET /assets/../templates HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n", "GET /account%00 HTTP/1.1\r\nHost: a\r\n\r\n",
        ]
    )
    func malformed(_ text: String) async throws {
        let stack = try await Stack.shared()
        // Closed by us after a moment where the node waits for more, as with half requests.
        let bytes = Array(text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
        let answer = try await HalfRequest.send(bytes, port: stack.nodes[0].port)
        #expect(answer.status < 500, "\(answer.status) \(answer.text.prefix(100))")
        let lowered = answer.text.lowercased()
        #expect(!lowered.contains("set-cookie: latchkey=") && !lowered.contains("root:"))
        #expect(!lowered.contains("evil.example"))
        if text.contains("chunked\r\n\r\nzz") { #expect(answer.status == 400) }
        #expect(try await stack.browser().get("/readyz").status == 200)
    }

    @Test("HTTP/1.0 is spoken too")
    func oldHTTP() async throws {
        let stack = try await Stack.shared()
        for (head, status) in [
            ("GET /healthz HTTP/1.0\r\n\r\n", 200), ("GET /nothing HTTP/1.0\r\nHost: a\r\n\r\n", 404),
            ("GET /v1/session HTTP/1.0\r\n\r\n", 401), ("POST /sign-in/google HTTP/1.0\r\n\r\n", 403),
        ] {
            let answer = try await HTTPExchange.send(Array(head.utf8), port: stack.nodes[0].port)
            #expect(answer.status == status)
        }
    }

    @Test("Half requests are waited for and forgotten: hundreds of them keep nobody out")
    func halfRequests() async throws {
        let stack = try await Stack.shared()
        let halves = [
            "", "G", "GET /account HTTP/1.1\r\nHost: a", "GET /account HTTP/1.1\r\nHost: a\r\n",
            "POST /sign-in/google HTTP/1.1\r\nHost: a\r\nOrigin: http://localhost:8080\r\nContent-Length: 100\r\n\r\nreturn_to=",
            "POST /sign-out HTTP/1.1\r\nHost: a\r\nOrigin: http://localhost:8080\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        ]
        let port = stack.nodes[0].port
        _ = try await atOnce(Array(0..<180)) { index in
            try await HalfRequest.abandon(Array(halves[index % halves.count].utf8), port: port)
        }
        try await expectWorking(stack)
        #expect(
            !stack.nodes[0].process.output.contains("\"error\":\"internal_error\""),
            "nothing of this was an error of ours"
        )
    }
}
