import Foundation
import Postgres
import TestSupport
import Testing

/// How a callback arrives and what its answer carries (B12 to B14, B19).
@Suite("The callback's delivery", .enabled(if: Stack.isAvailable))
struct CallbackDeliveryTests {
    /// Header fields every answer of a callback has, good or bad.
    private func expectSealed(_ answer: HTTPExchange.Answer, _ comment: Comment) {
        #expect(answer.header("referrer-policy") == "no-referrer", comment)
        #expect(answer.header("cache-control") == "no-store", comment)
        #expect(answer.header("content-security-policy")?.contains("frame-ancestors 'none'") == true, comment)
        #expect(answer.header("x-content-type-options") == "nosniff", comment)
        #expect(!answer.text.contains("<script") && !answer.text.contains("http-equiv=\"refresh\""), comment)
        #expect(answer.text.range(of: #"(src|href|action)="(https?:)?//"#, options: .regularExpression) == nil, comment)
    }

    @Test(
        "B12 M07 the callback's answer leads away at once and gives nothing of its URL to anybody",
        arguments: Persona.providers
    )
    func sealed(_ provider: String) async throws {
        let stack = try await Stack.shared()
        let flow = try await stack.flow(stack.persona(provider))
        let good = try await flow.finish()
        #expect(good.status == 303 && good.destination == "/account" && good.body.isEmpty)
        expectSealed(good, "good")
        let stranger = stack.browser()
        let bad: [(String, HTTPExchange.Answer)] = [
            ("used", try await flow.finish()),
            ("no cookie", try await stranger.get(flow.callback.target)),
            ("no state", try await flow.browser.get(flow.callback.with("state", nil).target)),
            ("nothing", try await flow.browser.get(flow.callback.path)),
            ("error", try await flow.browser.get(flow.callback.path + "?error=access_denied&state=a")),
            (
                "oversize",
                try await flow.browser.get(flow.callback.path + "?code=" + String(repeating: "x", count: 12_000))
            ),
        ]
        for (name, answer) in bad {
            #expect((400..<500).contains(answer.status))
            expectSealed(answer, "\(name)")
            #expect(!answer.text.contains(flow.code) && !answer.text.contains(flow.state), "\(name)")
        }
    }

    @Test("B13 a callback is a GET: everything else is refused with Allow", arguments: Persona.providers)
    func methods(_ provider: String) async throws {
        let stack = try await Stack.shared()
        let flow = try await stack.flow(stack.persona(provider))
        for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"] {
            let own = ["Origin": "@own", "Sec-Fetch-Site": "same-origin"]
            let answer = try await flow.browser.send(method, flow.callback.target, headers: own, body: [])
            #expect(answer.status == 405 && answer.header("allow") == "GET", "\(method): \(answer.status)")
            #expect(!answer.startsSession)
            let posted = try await flow.browser.send(
                method,
                flow.callback.path,
                headers: ["Content-Type": "application/x-www-form-urlencoded"],
                body: Array(flow.callback.query.utf8)
            )
            #expect([403, 405].contains(posted.status) && !posted.startsSession, "\(method): \(posted.status)")
        }
        // What looks at links before a person opens them sends HEAD.
        let head = try await flow.browser.send("HEAD", flow.callback.target, body: nil)
        #expect(head.status == 405 && !head.startsSession)
        #expect(try await stack.exchanges(of: flow.code, at: flow.persona.standIn) == 0)
        #expect(try await flow.finish().startsSession, "control")
    }

    @Test("B14 a callback by cross-site POST waits, unread, until its browser comes with its cookie")
    func formPost() async throws {
        let stack = try await Stacks.https()
        func browser() -> Browser { Browser(port: stack.nodes[0].port, origin: Stacks.httpsOrigin) }
        // As a browser posts it for another site: no SameSite cookies.
        func post(_ callback: Callback, _ text: String? = nil) async throws -> HTTPExchange.Answer {
            try await browser().send(
                "POST",
                callback.path,
                headers: [
                    "Origin": "https://id.example.org", "Sec-Fetch-Site": "cross-site",
                    "Content-Type": "application/x-www-form-urlencoded",
                ],
                body: Array((text ?? callback.query).utf8)
            )
        }
        let flow = try await stack.flow(stack.persona("oidc-example"), in: browser())
        #expect(Query.value("response_mode", of: flow.authorization) == "form_post")
        let parked = try await post(flow.callback)
        #expect(parked.status == 303 && parked.headerValues("set-cookie").isEmpty)
        let target = try #require(parked.header("location"))
        #expect(target.hasPrefix("/callback/oidc-example?parked=lkp_") && !target.contains(flow.code))
        #expect(try await stack.exchanges(of: flow.code, at: "oidc") == 0, "nothing was checked or asked yet")
        #expect(try await stack.owner(flow.persona) == nil)
        #expect(try await stack.waits(flow.state))

        // The wrong browser uses the handle up, and has nothing from it.
        let thief = browser()
        _ = try await thief.begin("oidc-example")
        #expect(try await thief.problem(target).code == "unknown_transaction")
        #expect(try await thief.user() == nil)
        #expect(try await flow.browser.problem(target).code == "unknown_transaction", "a handle is good for once")
        #expect(try await stack.waits(flow.state))

        let again = try #require(try await post(flow.callback).header("location"))
        #expect(
            try await flow.browser.problem(again.replacing("oidc-example", with: "google")).code
                == "unknown_transaction"
        )
        let without = browser()
        let third = try #require(try await post(flow.callback).header("location"))
        #expect(try await without.problem(third).code == "missing_browser_cookie")
        let fourth = try #require(try await post(flow.callback).header("location"))
        #expect(try await flow.browser.get(fourth).startsSession, "control: handle and cookie together")
        #expect(try await stack.exchanges(of: flow.code, at: "oidc") == 1)

        for text in ["code=a&code=b&state=c", "%zz", "", String(repeating: "x", count: 16_384)] {
            let target = try #require(try await post(flow.callback, text).header("location"))
            #expect(try await flow.browser.problem(target).status == 400)
        }
        let large = try await post(flow.callback, String(repeating: "x", count: 16_385))
        #expect((400..<500).contains(large.status))
        for handle in ["x", "lkp_", "lkp_" + String(repeating: "A", count: 47), ""] {
            #expect(try await flow.browser.problem("/callback/oidc-example?parked=\(handle)").status == 400)
        }
        // Only this provider's file says so.
        #expect(try await post(flow.callback.at("/callback/google")).status == 403)
    }

    @Test("B14 a parked callback is kept for a minute")
    func parkedExpiry() async throws {
        let stack = try await Stacks.https()
        let browser = Browser(port: stack.nodes[0].port, origin: Stacks.httpsOrigin)
        let flow = try await stack.flow(stack.persona("oidc-example"), in: browser)
        let posted = try await browser.send(
            "POST",
            flow.callback.path,
            headers: ["Content-Type": "application/x-www-form-urlencoded"],
            body: Array(flow.callback.query.utf8)
        )
        let handle = try #require(posted.header("location")?.split(separator: "=").last.map(String.init))
        let left = try await stack.database.query(
            """
            update parked_callbacks set expires_at = now() - interval '1 second'
            where handle_hash = sha256(convert_to(\(handle), 'UTF8')) and expires_at < now() + interval '61 seconds'
            """
        )
        #expect(left.affected == 1)
        #expect(try await browser.problem(posted.header("location") ?? "").code == "unknown_transaction")
        #expect(try await flow.finish().startsSession, "control: by GET, the sign-in still waits")
    }

    @Test("B19 F-5 H02 coming back as somebody else is said, merges nothing and ends the first session")
    func switchedUser() async throws {
        let stack = try await Stack.shared()
        let alice = try await stack.persona("google")
        let bob = try await stack.persona("github")
        let browser = try await stack.signIn(alice)
        let first = try #require(await browser.session())
        let flow = try await stack.flow(bob, in: browser)
        let answer = try await flow.finish()
        #expect(answer.status == 303 && answer.startsSession)
        let said = try await browser.get(try #require(answer.header("location")))
        #expect(said.status == 200 && said.text.contains("another account") && said.header("refresh") == nil)
        let owners = (try await stack.owner(alice), try await stack.owner(bob))
        #expect(owners.0 != nil && owners.1 != nil && owners.0 != owners.1)
        #expect(try await browser.user() == owners.1)
        let old = stack.browser()
        await old.set(cookie: "latchkey", to: first)
        #expect(try await old.user() == nil, "the first session is over")

        // Control: coming back as oneself is silent.
        let again = try await stack.flow(bob, in: browser)
        let silent = try #require(try await again.finish().header("location"))
        #expect(try await browser.get(silent).header("refresh") == "0; url=/account")
    }
}
