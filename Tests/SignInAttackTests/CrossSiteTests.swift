import Foundation
import Postgres
import TestSupport
import Testing

/// What another site can make a signed-in browser do: nothing (H11, H12, K02, G12).
@Suite("Other sites", .enabled(if: Stack.isAvailable))
struct CrossSiteTests {
    @Test(
        "H11 K02 G12 no request of another site signs out, links or ends a session",
        arguments: SignInStartTests.crossSite
    )
    func forgedRequests(_ headers: [String: String]) async throws {
        let stack = try await Stack.shared()
        let persona = try await stack.persona("google")
        let browser = try await stack.signIn(persona)
        let token = try #require(await browser.session())
        let attempts: [(method: String, path: String)] = [
            ("POST", "/sign-out"), ("POST", "/account/link/github"), ("POST", "/sign-in/github"),
            ("DELETE", "/v1/session"),
            ("POST", "/account/link/nobody"), ("PUT", "/sign-out"), ("PATCH", "/account"), ("DELETE", "/account"),
        ]
        for (method, path) in attempts {
            for type in ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data", "application/json"] {
                let answer = try await browser.send(
                    method,
                    path,
                    headers: headers.merging(["Content-Type": type]) { $1 },
                    body: Array("everywhere=1".utf8)
                )
                #expect(answer.status == 403 && answer.isClearRefusal, "\(method) \(path) \(answer.status)")
                #expect(answer.headerValues("set-cookie").isEmpty && answer.header("location") == nil)
            }
        }
        // A forged page cannot add an Authorization header; one beside a cookie buys nothing.
        let both = try await browser.post("/sign-out", headers: headers.merging(["Authorization": "Bearer x"]) { $1 })
        #expect(both.status == 403)
        #expect(await browser.session() == token)
        #expect(try await browser.user() == stack.owner(persona))
        #expect(try await browser.post("/sign-out").status == 200, "control: our own page")
        #expect(try await browser.user() == nil)
    }

    @Test(
        "K02 opening an address never signs out",
        arguments: ["/sign-out", "/sign-out?everywhere=1", "/logout", "/sign-out/"]
    )
    func signOutByGet(_ path: String) async throws {
        let stack = try await Stack.shared()
        let browser = try await stack.signIn(stack.persona("google"))
        for method in ["GET", "HEAD", "OPTIONS"] {
            let answer = try await browser.send(method, path, headers: ["Sec-Fetch-Site": "cross-site"], body: nil)
            #expect(answer.status == (path == "/logout" ? 404 : 405), "\(method) \(answer.status)")
            #expect(answer.headerValues("set-cookie").isEmpty)
        }
        #expect(try await browser.user() != nil)
    }

    @Test("H11 a method hidden in a header or a parameter does not count")
    func methodOverride() async throws {
        let stack = try await Stack.shared()
        let browser = try await stack.signIn(stack.persona("google"))
        for name in ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"] {
            #expect(try await browser.get("/sign-out", headers: [name: "POST"]).status == 405)
            #expect(try await browser.get("/v1/session", headers: [name: "DELETE"]).status == 200)
            // A session check refuses parameters that it does not know.
            #expect(try await browser.get("/v1/session?_method=DELETE", headers: [name: "DELETE"]).status == 400)
        }
        #expect(try await browser.user() != nil)
    }

    @Test(
        "H12 no other origin may read an answer, by whatever name",
        arguments: [
            "https://evil.example", "null", "http://localhost:8080.evil.example", "http://localhost:8080",
            "http://evil-localhost:8080", "*", "",
        ]
    )
    func crossOriginReads(_ origin: String) async throws {
        let stack = try await Stack.shared()
        let browser = try await stack.signIn(stack.persona("google"))
        for path in ["/v1/session", "/account", "/sign-in", "/healthz", "/callback/google", "/nothing"] {
            for method in ["GET", "OPTIONS"] {
                let answer = try await browser.send(
                    method,
                    path,
                    headers: [
                        "Origin": origin, "Access-Control-Request-Method": "DELETE",
                        "Access-Control-Request-Headers": "authorization",
                    ],
                    body: nil
                )
                #expect(!answer.headers.contains { $0.name.hasPrefix("access-control-") }, "\(method) \(path)")
                #expect(answer.header("cross-origin-resource-policy") == "same-origin")
                if method == "OPTIONS" { #expect([404, 405].contains(answer.status), "\(path) \(answer.status)") }
            }
        }
    }
}
