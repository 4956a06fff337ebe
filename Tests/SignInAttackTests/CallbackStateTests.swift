import Foundation
import Postgres
import TestSupport
import Testing

/// The state: right browser, right provider, in time, once (B01, A07, A08, B09, B15).
@Suite("The callback's state", .enabled(if: Stack.isAvailable))
struct CallbackStateTests {
    @Test("B01 no, an unknown or a foreign state is refused before the code is used", arguments: Persona.providers)
    func badState(_ provider: String) async throws {
        let stack = try await Stack.shared()
        let flow = try await stack.flow(stack.persona(provider))
        let somebodyElse = try await stack.flow(stack.persona(provider))
        let random = String(flow.state.reversed())
        let bad: [String?] = [
            nil, "", "a", random, somebodyElse.state, flow.state + "A", String(flow.state.dropLast()),
            flow.state.uppercased(),
            flow.state + "=", flow.state + "%00", "%20" + flow.state, flow.state + "%20",
            String(repeating: "A", count: 43),
            String(repeating: "x", count: 4096), "'%20or%201=1%20--", "00000000-0000-4000-8000-000000000000", "%C3%A9",
        ]
        for state in bad {
            let refused = try await flow.browser.problem(flow.callback.with("state", state).target)
            #expect(
                refused.status == 400 && refused.code == "unknown_transaction",
                "\(state ?? "none"): \(refused.answer.text)"
            )
            #expect(!refused.answer.startsSession)
        }
        #expect(try await stack.exchanges(of: flow.code, at: flow.persona.standIn) == 0)
        #expect(try await stack.owner(flow.persona) == nil)
        #expect(try await flow.finish().startsSession, "control: the right state, in the same browser")
        #expect(try await stack.exchanges(of: flow.code, at: flow.persona.standIn) == 1)
    }

    @Test("A07 B15 F-3 a callback counts only in the browser that began it", arguments: Persona.providers)
    func otherBrowser(_ provider: String) async throws {
        let stack = try await Stack.shared()
        // B15: the attacker stops before the callback and gives its URL to the victim.
        let attacker = try await stack.flow(stack.persona(provider))
        let victim = stack.browser(node: 1)
        let bare = try await victim.problem(attacker.callback.target)
        #expect(bare.status == 400 && bare.code == "missing_browser_cookie")
        _ = try await victim.begin(provider)
        let own = try #require(await victim.secret())
        let refused = try await victim.problem(attacker.callback.target)
        #expect(refused.status == 400 && refused.code == "unknown_transaction")
        #expect(try await victim.user() == nil && !refused.answer.startsSession)
        #expect(try await stack.exchanges(of: attacker.code, at: attacker.persona.standIn) == 0)
        #expect(try await stack.waits(attacker.state), "a wrong browser spoils nothing")

        // Control: only the cookie decides. With it, the very same request is good.
        await victim.set(cookie: "latchkey-flow", to: await attacker.browser.secret())
        #expect(try await victim.get(attacker.callback.target).startsSession)
        #expect(await victim.secret() != own)
    }

    @Test("A07 two browsers that swap their cookies are both refused, and both succeed when they swap back")
    func swappedCookies() async throws {
        let stack = try await Stack.shared()
        let one = try await stack.flow(stack.persona("google"))
        let two = try await stack.flow(stack.persona("google"), node: 1)
        let secrets = (await one.browser.secret(), await two.browser.secret())
        #expect(secrets.0 != nil && secrets.0 != secrets.1)
        await one.browser.set(cookie: "latchkey-flow", to: secrets.1)
        await two.browser.set(cookie: "latchkey-flow", to: secrets.0)
        for flow in [one, two] {
            #expect(try await flow.browser.problem(flow.callback.target).code == "unknown_transaction")
        }
        await one.browser.set(cookie: "latchkey-flow", to: secrets.0)
        await two.browser.set(cookie: "latchkey-flow", to: secrets.1)
        for flow in [one, two] { #expect(try await flow.finish().startsSession) }
    }

    @Test("A07 many tabs of one browser sign in side by side, each with its own state")
    func tabs() async throws {
        let stack = try await Stack.shared()
        let browser = stack.browser()
        var flows: [Flow] = []
        for provider in Persona.providers + ["google"] {
            flows.append(try await stack.flow(stack.persona(provider), in: browser))
        }
        #expect(Set(flows.map(\.state)).count == flows.count)
        for flow in flows.reversed() {
            #expect(try await flow.finish().startsSession)
            #expect(try await browser.user() == stack.owner(flow.persona))
        }
    }

    @Test(
        "A07 a changed cookie of any shape is no cookie",
        arguments: [
            "", "x", "lkf_", "lkf_AAAA", "lks_@", "@x", "x@", "@@", "\"@\"", "@%20", "@; latchkey-flow=@",
            "other; latchkey-flow=@", "@; Latchkey-Flow=x",
        ]
    )
    func badCookie(_ shape: String) async throws {
        let stack = try await Stack.shared()
        let flow = try await stack.flow(stack.persona("google"))
        let secret = try #require(await flow.browser.secret())
        let cookie = shape.replacing("lks_@", with: "lks_" + secret.dropFirst(4)).replacing("@", with: secret)
        let answer = try await flow.browser.get(
            flow.callback.target,
            headers: ["Cookie": "latchkey-flow=" + cookie, "Accept": "application/json"]
        )
        if shape == "@; Latchkey-Flow=x" {
            // Control: a cookie of another name, even in other case, is not ours and changes nothing.
            #expect(answer.startsSession)
        } else {
            #expect(Problem(answer).code == "missing_browser_cookie" && answer.status == 400, "\(answer.text)")
            #expect(try await flow.finish().startsSession, "control")
        }
    }

    @Test("A08 B01 a sign-in is used up by its first answer, good or bad", arguments: Persona.providers)
    func usedUp(_ provider: String) async throws {
        let stack = try await Stack.shared()
        let flow = try await stack.flow(stack.persona(provider))
        #expect(try await stack.waits(flow.state))
        #expect(try await flow.finish().startsSession)
        #expect(try await !stack.waits(flow.state))
        let sessions = try await self.sessions(of: flow.persona, on: stack)
        for node in 0...1 {
            let again = await flow.browser.copy(port: stack.nodes[node].port)
            let refused = try await again.problem(flow.callback.target)
            #expect(refused.status == 400 && refused.code == "unknown_transaction")
        }
        #expect(try await stack.exchanges(of: flow.code, at: flow.persona.standIn) == 1)
        #expect(try await self.sessions(of: flow.persona, on: stack) == sessions)
        #expect(try await flow.browser.user() != nil, "the first session is untouched by the replays")

        for failure in ["deny", "error:server_error"] {
            let browser = stack.browser()
            let url = try await browser.begin(provider)
            let callback = try await stack.mock.authorize(url, as: failure)
            #expect(try await stack.waits(callback["state"] ?? ""))
            _ = try await browser.problem(callback.target)
            #expect(try await !stack.waits(callback["state"] ?? ""), "used up by \(failure)")
            let honest = try await stack.mock.authorize(url, as: flow.persona.name)
            #expect(try await browser.problem(honest.target).code == "unknown_transaction")
        }
    }

    private func sessions(of persona: Persona, on stack: Stack) async throws -> Int {
        try await stack.count(
            """
            select count(*) from sessions s join federated_identities f on f.user_id = s.user_id
            where f.subject = \(persona.subject)
            """
        )
    }

    @Test("A08 a sign-in ends after at most ten minutes, by the database's clock")
    func expiry() async throws {
        let stack = try await Stack.shared()
        let flow = try await stack.flow(stack.persona("google"))
        let control = try await stack.flow(stack.persona("google"))
        let lifetime = try #require(
            try await stack.text(
                """
                select extract(epoch from expires_at - created_at)::bigint::text from sign_in_transactions
                where state_hash = sha256(convert_to(\(flow.state), 'UTF8'))
                """
            )
        )
        #expect(try #require(Int(lifetime)) <= 600)
        // One is a second late, the other has a second left: nothing else differs.
        for (state, left) in [(flow.state, -1), (control.state, 60)] {
            _ = try await stack.database.query(
                """
                update sign_in_transactions set expires_at = now() + make_interval(secs => \(Double(left)))
                where state_hash = sha256(convert_to(\(state), 'UTF8'))
                """
            )
        }
        let late = try await flow.browser.problem(flow.callback.target)
        #expect(late.status == 400 && late.code == "expired_transaction")
        #expect(try await stack.exchanges(of: flow.code, at: "google") == 0)
        #expect(try await !stack.waits(flow.state), "gone as well")
        #expect(try await flow.browser.problem(flow.callback.target).code == "unknown_transaction")
        #expect(try await control.finish().startsSession, "control")
        let cookie = try #require(await flow.browser.setCookies.first { $0.hasPrefix("latchkey-flow=") })
        #expect(cookie.contains("Max-Age=600"))
    }

    @Test("B16 a victim's code put into the attacker's own sign-in is worth nothing", arguments: Persona.providers)
    func codeInjection(_ provider: String) async throws {
        let stack = try await Stack.shared()
        let victim = try await stack.flow(stack.persona(provider))
        let attacker = try await stack.flow(stack.persona(provider))
        let injected = attacker.callback.with("code", victim.callback["code"])
        let refused = try await attacker.browser.problem(injected.target)
        #expect(refused.status == 400 && refused.code == "code_refused", "\(refused.answer.text)")
        #expect(try await stack.exchanges(of: victim.code, at: victim.persona.standIn) == 1, "PKCE stops it there")
        #expect(try await attacker.browser.user() == nil)
        for persona in [victim.persona, attacker.persona] { #expect(try await stack.owner(persona) == nil) }

        let control = try await stack.flow(victim.persona)
        #expect(try await control.finish().startsSession, "control: the same person's own code")
    }

    @Test(
        "B16 a code that was used already signs nobody in and takes nothing back from its owner",
        arguments: Persona.providers
    )
    func spentCode(_ provider: String) async throws {
        let stack = try await Stack.shared()
        let victim = try await stack.flow(stack.persona(provider))
        #expect(try await victim.finish().startsSession)
        let attacker = try await stack.flow(stack.persona(provider))
        let refused = try await attacker.browser.problem(
            attacker.callback.with("code", victim.callback["code"]).target
        )
        #expect(refused.status == 400 && refused.code == "code_refused")
        #expect(try await attacker.browser.user() == nil)
        #expect(try await victim.browser.user() != nil)
    }
}
