import Foundation
import Postgres
import TestSupport
import Testing

extension OneAtATime {
    /// Adding a way in from the account page: whose, how fresh, in which browser (A15, G11 to G13, F-3, L-16).
    @Suite("Adding a way to sign in")
    struct AccountLinkingTests {
        private struct Signed {
            let persona: Persona
            let browser: Browser
            let user: String
        }

        private func somebody(_ stack: Stack, node: Int = 0) async throws -> Signed {
            let persona = try await stack.persona("google")
            let browser = try await stack.signIn(persona, node: node)
            return Signed(persona: persona, browser: browser, user: try #require(try await stack.owner(persona)))
        }

        private func sessionRow(_ browser: Browser, _ change: SQL, _ stack: Stack) async throws {
            let token = try #require(await browser.session())
            let rows = try await stack.database.query(
                "\(change) where token_hash = sha256(convert_to(\(token), 'UTF8'))"
            )
            #expect(rows.affected == 1)
        }

        @Test(
            "A15 a fresh session adds a way in; its token changes, its id and user do not",
            arguments: [
                "github", "twitter", "oidc-example",
            ]
        )
        func fresh(_ provider: String) async throws {
            let stack = try await Stacks.quiet()
            let me = try await somebody(stack)
            let token = try #require(await me.browser.session())
            let id = try await stack.text(
                "select id::text from sessions where token_hash = sha256(convert_to(\(token), 'UTF8'))"
            )
            // Unverified and without an address: equality of addresses decides nothing here.
            let other = try await stack.persona(provider, email: nil)
            let flow = try await stack.flow(other, in: me.browser, at: "/account/link/")
            let answer = try await flow.finish()
            #expect(
                answer.status == 303 && answer.destination == "/account?done=identity_linked" && answer.startsSession
            )
            #expect(try await stack.owner(other) == me.user)
            let rotated = try #require(await me.browser.session())
            #expect(rotated != token)
            #expect(
                try await stack.text(
                    "select id::text from sessions where token_hash = sha256(convert_to(\(rotated), 'UTF8'))"
                ) == id
            )
            #expect(try await stack.signIn(other).user() == me.user, "either way leads to the same account")
            let decision = try #require(try await stack.decisions(about: other).first)
            #expect(decision.outcome == "link" && decision.reason == "fresh_session" && decision.user == me.user)
            #expect(
                decision.facts
                    == "intent=link session=fresh identity=unknown email=none account=none recycled=no privileged=no dormant=no"
            )
        }

        @Test("A15 without a session, or with one that is over, nothing begins")
        func anonymous() async throws {
            let stack = try await Stacks.quiet()
            let before = try await stack.count("select count(*) from sign_in_transactions")
            let over = try await somebody(stack)
            try await sessionRow(over.browser, "update sessions set expires_at = now()", stack)
            for browser in [stack.browser(), over.browser] {
                let answer = try await browser.post("/account/link/github")
                #expect(answer.status == 401 && answer.isClearRefusal)
                #expect(answer.header("location") == nil && answer.headerValues("set-cookie").isEmpty)
            }
            #expect(try await stack.count("select count(*) from sign_in_transactions") == before)
        }

        @Test("A15 a stale session is asked to prove itself, at the beginning and at the end")
        func stale() async throws {
            let stack = try await Stacks.quiet()
            let me = try await somebody(stack)
            let other = try await stack.persona("github")
            let begun = try await stack.flow(other, in: me.browser, at: "/account/link/")
            let stale: SQL = "update sessions set authenticated_at = now() - interval '10 minutes 1 second'"
            try await sessionRow(me.browser, stale, stack)
            let answer = try await me.browser.post("/account/link/github")
            #expect(answer.header("location") == "/account/confirm?return_to=%2Faccount%2Flink%2Fgithub")
            // Begun while fresh, brought back when stale.
            let before = try await stack.accounts()
            let late = try await begun.finish()
            #expect(late.status == 403 && !late.startsSession)
            #expect(try await stack.accounts() == before)
            #expect(try #require(try await stack.decisions(about: other).last).outcome == "refuse:session_stale")
            // Control: signing in again makes it fresh.
            try await stack.signIn(me.persona, in: me.browser)
            let again = try await stack.flow(other, in: me.browser, at: "/account/link/")
            #expect(try await again.finish().startsSession)
            #expect(try await stack.owner(other) == me.user)
        }

        @Test("F-3 G12 a link begun in one browser cannot be ended in another, signed in or not")
        func otherBrowser() async throws {
            let stack = try await Stacks.quiet()
            let attacker = try await somebody(stack)
            let victim = try await somebody(stack, node: 1)
            let identity = try await stack.persona("github")
            let flow = try await stack.flow(identity, in: attacker.browser, at: "/account/link/")
            for browser in [victim.browser, stack.browser()] {
                let refused = try await browser.problem(flow.callback.target)
                #expect(refused.status == 400 && !refused.answer.startsSession)
            }
            _ = try await victim.browser.begin("github")
            #expect(try await victim.browser.problem(flow.callback.target).code == "unknown_transaction")
            #expect(try await stack.owner(identity) == nil)
            #expect(try await flow.finish().startsSession, "control")
            #expect(try await stack.owner(identity) == attacker.user)
        }

        @Test(
            "G11 only the session that began it ends it: another user's, another of the same user, or none is refused",
            arguments: [
                "another user", "another session", "no session", "ended session", "rotated session",
                "a made-up session",
            ]
        )
        func otherSession(_ kind: String) async throws {
            let stack = try await Stacks.quiet()
            let me = try await somebody(stack)
            let identity = try await stack.persona("github")
            let flow = try await stack.flow(identity, in: me.browser, at: "/account/link/")
            switch kind {
            case "another user":
                let other = try await somebody(stack)
                await me.browser.set(cookie: "latchkey", to: await other.browser.session())
            case "another session":
                await me.browser.set(cookie: "latchkey", to: await (try await stack.signIn(me.persona)).session())
            case "ended session": try await sessionRow(me.browser, "delete from sessions", stack)
            case "rotated session": try await stack.signIn(me.persona, in: me.browser)
            case "a made-up session": await me.browser.set(cookie: "latchkey", to: "lks_made-up")
            default: await me.browser.set(cookie: "latchkey", to: nil)
            }
            let before = try await stack.accounts()
            let answer = try await flow.finish()
            #expect((400..<500).contains(answer.status) && !answer.startsSession, "\(answer.status)")
            #expect(try await stack.accounts() == before, "nothing changed")
            #expect(try await stack.owner(identity) == nil)

            // Control: the same once more with the right session.
            await me.browser.set(cookie: "latchkey", to: nil)
            try await stack.signIn(me.persona, in: me.browser)
            let again = try await stack.flow(identity, in: me.browser, at: "/account/link/")
            #expect(try await again.finish().startsSession)
            #expect(try await stack.owner(identity) == me.user)
        }

        @Test(
            "G11 H04 a Strict session cookie, which does not come along with a callback, is the one that began it, in its browser"
        )
        func strictCookie() async throws {
            let stack = try await Stack.start(settings: ["session.cookie_same_site=strict"])
            let me = try await somebody(stack)
            let identity = try await stack.persona("github")
            for lives in [false, true] {
                let flow = try await stack.flow(identity, in: me.browser, at: "/account/link/")
                let token = try #require(await me.browser.session())
                await me.browser.set(cookie: "latchkey", to: nil)
                let stranger = stack.browser()
                _ = try await stranger.begin("github")
                #expect(try await stranger.problem(flow.callback.target).code == "unknown_transaction")
                let old = stack.browser()
                await old.set(cookie: "latchkey", to: token)
                if !lives { #expect(try await old.post("/sign-out").status == 200) }
                let answer = try await flow.finish()
                #expect(answer.startsSession == lives, "signed out on the way, or not")
                #expect(try await stack.owner(identity) == (lives ? me.user : nil))
                #expect(try await old.user() == nil, "over, or its token was changed")
                if !lives { try await stack.signIn(me.persona, in: me.browser) }
            }
            #expect(try await me.browser.user() == me.user)
            await stack.stop()
        }

        @Test("G13 an identity that belongs to somebody else stays there, and nobody learns whose it is")
        func inUse() async throws {
            let stack = try await Stacks.quiet()
            let owner = try await stack.persona("github", named: "secretive" + Persona.freshSubject())
            let ownersBrowser = try await stack.signIn(owner)
            let ownersUser = try #require(try await stack.owner(owner))
            let me = try await somebody(stack)
            let flow = try await stack.flow(owner, in: me.browser, at: "/account/link/")
            let before = try await stack.accounts()
            let answer = try await flow.finish()
            #expect(answer.status == 403 && !answer.startsSession)
            #expect(try await stack.accounts() == before)
            #expect(try #require(try await stack.decisions(about: owner).last).outcome == "refuse:identity_in_use")
            for word in [owner.name, owner.email ?? "?", ownersUser, owner.subject] {
                #expect(!answer.text.contains(word))
                #expect(try await !me.browser.get("/account").text.contains(word))
            }
            #expect(try await ownersBrowser.user() == ownersUser)
            #expect(try await stack.owner(owner) == ownersUser)
            #expect(try await me.browser.user() == me.user)
        }

        @Test("G11 adding what one has already changes nothing but the session's token")
        func already() async throws {
            let stack = try await Stacks.quiet()
            let me = try await somebody(stack)
            let flow = try await stack.flow(me.persona, in: me.browser, at: "/account/link/")
            let answer = try await flow.finish()
            #expect(answer.status == 303)
            #expect(try #require(try await stack.decisions(about: me.persona).last).reason == "already_linked")
            #expect(
                try await stack.count("select count(*) from federated_identities where user_id = \(me.user)::uuid") == 1
            )
            #expect(try await me.browser.user() == me.user)
        }

        @Test("L-20 adding a way in never moves an address", arguments: ["true", "false"])
        func addressStays(_ verified: String) async throws {
            let stack = try await Stacks.quiet()
            let me = try await somebody(stack)
            let victim = try await stack.authoritative()
            try await stack.signIn(victim)
            let identity = try await stack.persona("github", email: victim.email, verified: verified)
            let addresses = try await stack.accounts().filter { $0.hasPrefix("address") }
            #expect(try await stack.flow(identity, in: me.browser, at: "/account/link/").finish().startsSession)
            #expect(try await stack.owner(identity) == me.user)
            #expect(try await stack.accounts().filter { $0.hasPrefix("address") } == addresses)
        }

        @Test("G12 L-16 a linking that another site makes the browser begin does not begin")
        func forced() async throws {
            let stack = try await Stacks.quiet()
            let me = try await somebody(stack)
            let before = try await stack.count("select count(*) from sign_in_transactions")
            for headers in SignInStartTests.crossSite {
                #expect(try await me.browser.post("/account/link/github", headers: headers).status == 403)
            }
            #expect(try await stack.count("select count(*) from sign_in_transactions") == before)
            #expect(try await me.browser.post("/account/link/github").status == 303, "control")
        }
    }
}
