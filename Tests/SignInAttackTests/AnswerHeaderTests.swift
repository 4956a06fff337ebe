import Foundation
import Postgres
import TestSupport
import Testing

/// Cookies and header fields as production has them (H03, M07, M08), and proxies (M09).
@Suite("Cookies and headers behind https", .enabled(if: Stack.isAvailable))
struct AnswerHeaderTests {
    private func browser(_ stack: Stack) -> Browser { Browser(port: stack.nodes[0].port, origin: Stacks.httpsOrigin) }

    @Test("H03 H04 cookies are __Host-, Secure, HttpOnly, SameSite=Lax, of this host and the whole of it")
    func cookies() async throws {
        let stack = try await Stacks.https()
        let browser = try await stack.signIn(stack.persona("google"), in: browser(stack))
        _ = try await browser.post("/sign-out")
        let lines = await browser.setCookies
        #expect(lines.count == 5, "three that are set, two that signing out clears")
        for line in lines {
            let parts = line.split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces) }
            #expect(["", "-flow", "-device"].contains { parts[0].hasPrefix("__Host-latchkey\($0)=") })
            for attribute in ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"] {
                #expect(parts.contains(attribute), "\(line)")
            }
            #expect(!line.lowercased().contains("domain") && !line.contains("Expires"))
            #expect(parts.count == 6)
        }
        // The names without the prefix, which a sibling host could set, are nothing here.
        let other = self.browser(stack)
        let signedIn = try await stack.signIn(stack.persona("google"), in: self.browser(stack))
        let token = try #require(await signedIn.session())
        await other.set(cookie: "latchkey", to: token)
        #expect(try await other.user() == nil)
        await other.set(cookie: "__Host-latchkey", to: token)
        #expect(try await other.user() != nil, "control")
        // Tossed: the same name twice is no cookie at all.
        let twice = "__Host-latchkey=lks_planted; __Host-latchkey=\(token)"
        #expect(try await other.get("/v1/session", headers: ["Cookie": twice]).status == 401)
    }

    /// Every kind of answer there is.
    private func sweep(_ stack: Stack) async throws -> [(String, HTTPExchange.Answer)] {
        let nobody = browser(stack)
        let somebody = try await stack.signIn(stack.persona("google"), in: browser(stack))
        var all: [(String, HTTPExchange.Answer)] = []
        for path in [
            "/", "/account", "/sign-in", "/sign-in/google", "/v1/session", "/callback/google", "/callback/nobody",
            "/healthz",
            "/readyz", "/robots.txt", "/favicon.ico", "/nothing", "/v1/nothing", "/sign-out", "/sign-in?return_to=%zz",
        ] {
            all.append((path, try await nobody.get(path)))
            all.append((path + " signed in", try await somebody.get(path)))
            all.append((path + " json", try await somebody.get(path, headers: ["Accept": "application/json"])))
            all.append((path + " HEAD", try await somebody.send("HEAD", path, body: nil)))
            all.append((path + " POST", try await somebody.post(path, headers: ["Origin": "https://evil.example"])))
            all.append((path + " PUT", try await somebody.send("PUT", path, headers: ["Origin": "@own"], body: [])))
        }
        let page = try await nobody.get("/sign-in").text
        if let range = page.range(of: #"/assets/[^"]+"#, options: .regularExpression) {
            all.append(("stylesheet", try await nobody.get(String(page[range]))))
        }
        all.append(("sign out", try await somebody.post("/sign-out")))
        return all
    }

    @Test("M07 M08 every answer there is carries the whole set of headers; no page can be framed")
    func headers() async throws {
        let stack = try await Stacks.https()
        let answers = try await sweep(stack)
        #expect(answers.contains { $0.0 == "stylesheet" && $0.1.status == 200 })
        for (name, answer) in answers {
            let comment: Comment = "\(name): \(answer.status)"
            #expect((200..<500).contains(answer.status), comment)
            #expect(answer.header("strict-transport-security") == "max-age=31536000", comment)
            #expect(answer.header("x-content-type-options") == "nosniff", comment)
            #expect(answer.header("cross-origin-opener-policy") == "same-origin", comment)
            #expect(answer.header("cross-origin-resource-policy") == "same-origin", comment)
            #expect(answer.header("x-frame-options") == "DENY", comment)
            #expect(answer.header("permissions-policy") != nil, comment)
            #expect(["no-referrer", "same-origin"].contains(answer.header("referrer-policy") ?? ""), comment)
            #expect(answer.header("x-request-id") != nil, comment)
            let policy = answer.header("content-security-policy") ?? ""
            #expect(policy.hasPrefix("default-src 'none'") && policy.contains("frame-ancestors 'none'"), comment)
            // A form's redirects count as its action in some browsers, so that directive has to be wider.
            let directives = policy.split(separator: ";").filter { !$0.contains("form-action") }.joined(separator: ";")
            #expect(!directives.contains("unsafe") && !directives.contains("*"), comment)
            #expect(!policy.contains("script-src") && !directives.contains("http"), comment)
            for header in [
                "content-security-policy", "cache-control", "x-frame-options", "referrer-policy",
                "strict-transport-security",
            ] {
                #expect(answer.headerValues(header).count == 1, "\(name) \(header)")
            }
            #expect(answer.header("server") == nil && answer.header("x-powered-by") == nil, comment)
            if answer.header("content-type")?.hasPrefix("text/html") == true {
                #expect(policy.contains("form-action 'self'") && policy.contains("base-uri 'none'"), comment)
                #expect(answer.header("cache-control") == "no-store", comment)
                #expect(!answer.text.contains("<script") && !answer.text.contains(" style=\""), comment)
                #expect(answer.text.range(of: #" on[a-z]+="#, options: .regularExpression) == nil, comment)
            }
        }
        let plain = try await Stack.shared().browser().get("/sign-in")
        #expect(plain.header("strict-transport-security") == nil, "control: not promised where there is only http")
    }

    private func network(_ persona: Persona, _ stack: Stack) async throws -> String? {
        try await stack.text(
            """
            select s.network from sessions s join federated_identities f on f.id = s.identity_id
            where f.subject = \(persona.subject)
            """
        )
    }

    @Test(
        "M09 O-2 who sends X-Forwarded-For is believed only where it was configured, and only to the nearest unknown hop",
        arguments: [
            ("203.0.113.7", "203.0.113.0/24"), ("198.51.100.1, 203.0.113.7", "203.0.113.0/24"),
            ("203.0.113.7, 127.0.0.1", "203.0.113.0/24"), ("junk, 203.0.113.7", "203.0.113.0/24"),
            ("203.0.113.7, junk", "127.0.0.0/24"), ("2001:db8:1:2::1", "2001:db8:1::/48"), ("", "127.0.0.0/24"),
            ("203.0.113.7:1234", "127.0.0.0/24"), ("203.0.113.7, 203.0.113.300", "127.0.0.0/24"),
        ]
    )
    func trustedProxy(_ header: String, expected: String) async throws {
        let stack = try await Stacks.https()
        let trusted = try await stack.flow(stack.persona("google"), in: browser(stack))
        let headers = ["X-Forwarded-For": header]
        #expect(try await trusted.browser.get(trusted.callback.target, headers: headers).startsSession)
        #expect(try await network(trusted.persona, stack) == expected)

        let plain = try await Stack.shared()
        let flow = try await plain.flow(plain.persona("google"))
        #expect(try await flow.browser.get(flow.callback.target, headers: headers).startsSession)
        #expect(try await network(flow.persona, plain) == "127.0.0.0/24", "by default nobody is believed")
    }

    @Test("M09 forwarded host, scheme and port change nothing, not even from a trusted proxy")
    func forwardedOrigin() async throws {
        let stack = try await Stacks.https()
        let attack = [
            "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http", "X-Forwarded-Port": "80",
            "Forwarded": "for=1.2.3.4;host=evil.example;proto=http", "X-Forwarded-Server": "evil.example",
        ]
        let browser = browser(stack)
        let answer = try await browser.post(
            "/sign-in/google",
            headers: attack.merging(["Origin": "@own", "Sec-Fetch-Site": "same-origin"]) { $1 }
        )
        let location = try #require(answer.header("location"))
        #expect(Query.value("redirect_uri", of: location) == Stacks.httpsOrigin + "/callback/google")
        #expect(answer.headerValues("set-cookie").allSatisfy { $0.contains("; Secure") })
        let forged = attack.merging(["Origin": "http://evil.example"]) { $1 }
        #expect(try await browser.post("/sign-in/google", headers: forged).status == 403)
        for path in ["/sign-in", "/account", "/"] {
            let answer = try await browser.get(path, headers: attack)
            #expect(!answer.text.contains("evil.example") && answer.header("location")?.contains("evil") != true)
        }
    }
}
