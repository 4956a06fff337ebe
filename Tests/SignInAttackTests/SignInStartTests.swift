import Foundation
import Postgres
import TestSupport
import Testing

/// Who may begin a sign-in, and where it may end.
@Suite("Beginning a sign-in", .enabled(if: Stack.isAvailable))
struct SignInStartTests {
    /// Requests another site can make a browser send.
    static let crossSite: [[String: String]] = [
        [:],
        ["Origin": "https://evil.example"],
        ["Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"],
        ["Origin": "null"],
        ["Origin": "null", "Sec-Fetch-Site": "cross-site"],
        ["Origin": ""],
        ["Sec-Fetch-Site": "cross-site"],
        ["Sec-Fetch-Site": "same-site"],
        ["Sec-Fetch-Site": "none"],
        ["Sec-Fetch-Site": "SAME-ORIGIN "],
        ["Sec-Fetch-Site": ""],
        ["Origin": "@own", "Sec-Fetch-Site": "cross-site"],
        ["Origin": "@own", "Sec-Fetch-Site": "same-site"],
        ["Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"],
        ["Origin": "http://localhost:8080.evil.example"],
        ["Origin": "http://localhost:80801"],
        ["Origin": "http://localhost"],
        ["Origin": "http://LOCALHOST:8080"],
        ["Origin": "http://localhost:8080/"],
        ["Origin": "https://localhost:8080"],
        ["Origin": "http://localhost:8080 http://evil.example"],
        ["Origin": "http://user@localhost:8080"],
        ["Referer": "http://localhost:8080/sign-in"],
    ]

    @Test("A14 H11 another site cannot begin a sign-in", arguments: crossSite)
    func crossSiteStart(_ headers: [String: String]) async throws {
        let stack = try await Stack.shared()
        let browser = stack.browser()
        let answer = try await browser.post("/sign-in/google", headers: headers)
        #expect(answer.status == 403 && answer.isClearRefusal, "\(headers): \(answer.status)")
        #expect(answer.headerValues("set-cookie").isEmpty && answer.header("location") == nil)
        let json = try await browser.post(
            "/sign-in/google",
            headers: headers.merging(["Accept": "application/json"]) { $1 }
        )
        #expect(Problem(json).code == "cross_site_request")
        #expect(try await browser.begin("google").contains("state="), "control: the same browser from our own page")
    }

    @Test(
        "A14 F-1 opening an address never begins anything",
        arguments: [
            "/sign-in/google", "/sign-out", "/sign-in/google?provider=google", "/sign-in/GOOGLE",
        ]
    )
    func getStartsNothing(_ path: String) async throws {
        let stack = try await Stack.shared()
        let browser = stack.browser()
        for site in ["cross-site", "none", "same-origin"] {
            for destination in ["image", "iframe", "document"] {
                let answer = try await browser.get(
                    path,
                    headers: ["Sec-Fetch-Site": site, "Sec-Fetch-Dest": destination, "Sec-Fetch-Mode": "navigate"]
                )
                #expect(answer.status == 405 && answer.header("allow") == "POST", "\(path) \(answer.status)")
                #expect(answer.headerValues("set-cookie").isEmpty && answer.header("location") == nil)
            }
        }
    }

    @Test("A14 F-1 opening the page that adds a way in asks, and sends nobody to the provider")
    func getOnlyAsks() async throws {
        let stack = try await Stack.shared()
        let nobody = try await stack.browser().get("/account/link/github")
        #expect(nobody.status == 303 && nobody.header("location")?.hasPrefix("/sign-in") == true, "\(nobody.status)")
        let browser = try await stack.signIn(stack.persona("google"))
        let page = try await browser.get("/account/link/github")
        #expect(page.status == 200 && page.header("location") == nil, "\(page.status)")
        #expect(page.headerValues("set-cookie").isEmpty)
    }

    @Test("F-1 no GET changes anything: every path, with a session, leaves all rows as they were")
    func safeMethods() async throws {
        let stack = try await Stack.shared()
        let persona = try await stack.persona("google")
        let browser = try await stack.signIn(persona)
        let user = try #require(try await stack.owner(persona))
        func rows() async throws -> String? {
            try await stack.text(
                """
                select string_agg(t, ' ' order by t) from (
                    select u::text as t from users u where id = \(user)::uuid
                    union all select s::text from sessions s where user_id = \(user)::uuid
                    union all select f::text from federated_identities f where user_id = \(user)::uuid
                    union all select d::text from linking_decisions d where user_id = \(user)::uuid
                    union all select t::text from sign_in_transactions t where user_id = \(user)::uuid
                ) as everything
                """
            )
        }
        let before = try await rows()
        let paths = [
            "/", "/account", "/sign-in", "/sign-in/google", "/account/link/google", "/account/link/github", "/sign-out",
            "/v1/session", "/callback/google", "/callback/google?code=a&state=b", "/healthz", "/readyz", "/robots.txt",
            "/favicon.ico", "/sign-out?everywhere=1", "/account?delete=1",
        ]
        for path in paths {
            for method in ["GET", "HEAD", "OPTIONS"] {
                let answer = try await browser.send(method, path, body: nil)
                #expect(answer.status < 500)
            }
        }
        #expect(try await rows() == before)
        #expect(try await browser.user() == user, "still signed in")
        #expect(try await browser.post("/sign-out").status == 200)
        #expect(try await rows() != before, "control: a POST does change them")
    }

    /// Addresses that lead elsewhere, or that some browser or proxy reads so.
    static let elsewhere = [
        "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "\\/evil.example",
        "/\\/evil.example",
        "https://evil.example", "https:evil.example", "http:/evil.example", "HTTPS://evil.example", "evil.example",
        "javascript:alert(1)", "data:text/html,x", "/%2f%2fevil.example", "/%2F/evil.example", "%2f%2fevil.example",
        "/%5cevil.example", "/%5Cevil.example", "/%252f%252fevil.example", "/a/..//evil.example", "/..//evil.example",
        "/./%2fevil.example", "/a//evil.example", "/\tevil.example", "/\n/evil.example", "/\r\nSet-Cookie: a=b",
        "/%0d%0aSet-Cookie:%20a=b", "/%0aa", "/%00", "/\u{0}", " /account", "/account ", "/ /evil.example",
        "http://localhost:8080@evil.example/", "http://localhost:8080.evil.example/", "http://localhost:8080/account",
        "//localhost:8080/account", "/\u{2025}/evil.example", "/\u{FF0F}evil.example", "\u{FF0F}\u{FF0F}evil.example",
        "/evil\u{3002}example", "/account#//evil.example", "/.", "/..", "/a/%2e%2e/b", "/%2e", "?next=//evil.example",
        "a",
        "/" + String(repeating: "a", count: 4096), "https://app.example.test/welcome",
        "https://app.example.test/welcome?from=latchkey",
    ]

    @Test("A13 F-8 an address to return to is a path of this service or refused", arguments: elsewhere)
    func openRedirect(_ address: String) async throws {
        let stack = try await Stack.shared()
        let browser = stack.browser()
        let answer = try await browser.post("/sign-in/google", form: [("return_to", address)])
        #expect(answer.status == 400 && answer.isClearRefusal, "\(answer.status)")
        #expect(answer.header("location") == nil && answer.headerValues("set-cookie").isEmpty)
        let page = try await browser.get("/sign-in?return_to=" + Browser.encode(address))
        #expect(page.status == 200 || page.status == 400)
        #expect(
            !page.text.contains("evil.example") && !page.text.contains("return_to"),
            "the page does not carry it on"
        )
        // The stop behind the callback takes an address as well, from anybody.
        for suffix in ["", "&switched=1"] {
            let stop = try await browser.get("/signed-in?to=" + Browser.encode(address) + suffix)
            #expect(stop.status == 200 && stop.header("location") == nil)
            #expect(stop.header("refresh") == (suffix.isEmpty ? "0; url=/account" : nil))
            #expect(!stop.text.contains("evil.example"))
            #expect(suffix.isEmpty || stop.text.contains("href=\"/account\""))
        }
    }

    @Test(
        "A13 a path of this service is where the sign-in ends, unchanged",
        arguments: [
            "/account", "/", "/a/b?c=d&e=%20f", "/account?next=//evil.example", "/a.b/..c",
            "/\(String(repeating: "a", count: 4095))",
        ]
    )
    func returnPath(_ address: String) async throws {
        let stack = try await Stack.shared()
        let flow = try await stack.flow(stack.persona("google"), form: [("return_to", address)])
        let answer = try await flow.finish()
        #expect(answer.status == 303 && answer.startsSession)
        #expect(answer.destination == address)
    }

    @Test("A13 an address of another origin has to be registered, character by character")
    func registeredAddress() async throws {
        let stack = try await Stacks.https()
        let registered = "https://app.example.test/welcome?from=latchkey"
        func browser() -> Browser { Browser(port: stack.nodes[0].port, origin: Stacks.httpsOrigin) }
        let flow = try await stack.flow(stack.persona("google"), in: browser(), form: [("return_to", registered)])
        #expect(try await flow.finish().destination == registered, "control")
        let near = [
            registered + "&x=1", registered + "#a", "https://app.example.test/welcome", registered + "/",
            registered.replacing("https:", with: "HTTPS:"), registered.replacing("app.", with: "APP."),
            registered.replacing("app.example.test", with: "app.example.test:443"),
            registered.replacing("https://", with: "https://a@"),
            registered.replacing("/welcome", with: "/x/../welcome"),
            registered.replacing("from", with: "%66rom"), "http" + registered.dropFirst(5),
        ]
        for address in near {
            let answer = try await browser().post("/sign-in/google", form: [("return_to", address)])
            #expect(answer.status == 400, "\(address)")
        }
    }

    @Test("A18 F-5 an authorization URL opened in a second browser signs nobody in there and spoils nothing here")
    func startInAnotherBrowser() async throws {
        let stack = try await Stack.shared()
        let flow = try await stack.flow(stack.persona("github"))
        let second = stack.browser(node: 1)
        // The victim opens the attacker's authorization URL, consents, and comes back.
        let persona = try await stack.persona("github")
        let callback = try await stack.mock.authorize(flow.authorization, as: persona.name)
        let without = try await second.problem(callback.target)
        #expect(without.status == 400 && without.code == "missing_browser_cookie")
        _ = try await second.begin("github")
        let with = try await second.problem(callback.target)
        #expect(with.status == 400 && with.code == "unknown_transaction")
        #expect(try await second.user() == nil)
        #expect(try await stack.owner(persona) == nil, "nobody was created")
        #expect(try await stack.exchanges(of: callback["code"] ?? "", at: "github") == 0)
        #expect(try await flow.finish().startsSession, "control: the browser that began it goes on")
    }
}
