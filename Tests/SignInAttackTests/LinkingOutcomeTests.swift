import Foundation
import Postgres
import TestSupport
import Testing

extension OneAtATime {
    /// Every outcome of the standard policy that this release can reach, end to end, and what it leaves behind.
    @Suite("Linking outcomes")
    struct LinkingOutcomeTests {
        /// What one sign-in changed, and what it answered.
        private struct Arrival {
            let answer: HTTPExchange.Answer
            let browser: Browser
            let before: Set<String>
            let after: Set<String>
            let decision: Decision
            var added: [String] { after.subtracting(before).sorted() }
            var removed: [String] { before.subtracting(after).sorted() }
            /// Kinds of the added rows: `address`, `identity`, `session`, `user`.
            var kinds: [String] { added.map { String($0.prefix { $0 != " " }) } }
        }

        private func arrive(_ persona: Persona, on stack: Stack, prepare: () async throws -> Void = {}) async throws
            -> Arrival
        {
            let flow = try await stack.flow(persona)
            try await prepare()
            let before = try await stack.accounts()
            let known = try await stack.decisions(about: persona).count
            let answer = try await flow.finish()
            let decisions = try await stack.decisions(about: persona)
            #expect(decisions.count == known + 1, "one decision, written down once")
            let decision = try #require(decisions.last)
            #expect(decision.requestID == answer.header("x-request-id"))
            #expect(decision.policy.count == 64)
            return Arrival(
                answer: answer,
                browser: flow.browser,
                before: before,
                after: try await stack.accounts(),
                decision: decision
            )
        }

        /// A stop: an honest page, no session, no row changed.
        private func expectStopped(_ arrival: Arrival, status: Int, _ outcome: String, _ words: String) async throws {
            #expect(arrival.answer.status == status && !arrival.answer.startsSession, "\(arrival.answer.status)")
            #expect(arrival.answer.text.contains(words), "\(arrival.answer.text)")
            #expect(arrival.answer.text.contains("href=\"/sign-in\""), "a way forward")
            #expect(arrival.answer.text.contains(try #require(arrival.answer.header("x-request-id"))))
            #expect(arrival.before == arrival.after, "nothing changed")
            #expect(arrival.decision.outcome == outcome)
            #expect(try await arrival.browser.user() == nil)
        }

        /// A question: no session, no row of an account changed, and a page that says what is asked for.
        private func expectAsked(_ arrival: Arrival, _ outcome: String) async throws {
            #expect(arrival.answer.status == 303 && arrival.answer.header("location") == "/confirm")
            #expect(!arrival.answer.startsSession && arrival.before == arrival.after, "nothing changed")
            #expect(arrival.decision.outcome == outcome)
            let page = try await arrival.browser.get("/confirm")
            #expect(page.status == 200 && page.text.contains("action=\"/confirm/leave\""), "\(page.sentence)")
            #expect(try await arrival.browser.user() == nil)
        }

        /// A user as a provider that does not run the mailbox made them: the address is proven.
        private func holder(_ email: String, at provider: String = "github", on stack: Stack) async throws -> Persona {
            let persona = try await stack.persona(provider, email: email)
            try await stack.signIn(persona)
            return persona
        }

        @Test("create: a newcomer becomes a user with one identity, one address and one session")
        func create() async throws {
            let stack = try await Stacks.quiet()
            let arrival = try await arrive(stack.persona("google"), on: stack)
            #expect(arrival.answer.status == 303 && arrival.answer.startsSession)
            #expect(arrival.kinds == ["address", "identity", "session", "user"] && arrival.removed.isEmpty)
            #expect(arrival.decision.outcome == "create" && arrival.decision.rule == "newcomers")
            #expect(
                arrival.decision.facts
                    == "intent=sign_in session=none identity=unknown email=verified account=none recycled=no privileged=no dormant=no"
            )
            #expect(arrival.decision.user == (try await arrival.browser.user()))
        }

        @Test("sign_in: somebody known gets a session and nothing else")
        func signIn() async throws {
            let stack = try await Stacks.quiet()
            let persona = try await stack.persona("google")
            try await stack.signIn(persona)
            let arrival = try await arrive(persona, on: stack)
            #expect(arrival.answer.status == 303)
            // The times of last use move, so the rows of user and identity are other texts; there are no more of them.
            #expect(
                arrival.kinds == ["identity", "session", "user"]
                    && arrival.removed.map { $0.prefix(4) } == ["iden", "user"]
            )
            #expect(arrival.decision.outcome == "sign_in" && arrival.decision.reason == "identity_known")
        }

        @Test("link: Google, who runs the mailbox, is joined to the account that has proven the address")
        func link() async throws {
            let stack = try await Stacks.quiet()
            let email = Persona.freshAddress("gmail.com")
            let owner = try await holder(email, on: stack)
            let arrival = try await arrive(stack.authoritative(email: email), on: stack)
            #expect(arrival.answer.status == 303 && arrival.answer.startsSession)
            #expect(try await arrival.browser.user() == stack.owner(owner))
            #expect(arrival.kinds == ["identity", "session", "user"], "the user's time of last sign-in moved")
            #expect(arrival.removed.map { $0.prefix(4) } == ["user"])
            #expect(arrival.decision.outcome == "link" && arrival.decision.rule == "mailbox operator vouches for it")
            #expect(
                arrival.decision.facts
                    == "intent=sign_in session=none identity=unknown email=authoritative account=verified recycled=no privileged=no dormant=no"
            )
            #expect(arrival.decision.user == (try await stack.owner(owner)))
            let page = try await arrival.browser.get("/account").text
            #expect(page.contains("Google was added as a way to sign in to this account."))
        }

        @Test("link: a Workspace's own domain counts as Google's, another domain does not", arguments: [true, false])
        func hostedDomain(_ isOwn: Bool) async throws {
            let stack = try await Stacks.quiet()
            let domain = "d\(Persona.freshSubject()).example"
            let email = Persona.freshAddress(domain)
            _ = try await holder(email, on: stack)
            let hosted = try await stack.persona(
                "google",
                email: email,
                more: #""hd":"\#(isOwn ? domain : "other.example")""#
            )
            let arrival = try await arrive(hosted, on: stack)
            #expect(arrival.decision.outcome.hasPrefix(isOwn ? "link" : "link_after_proof"))
            #expect(arrival.answer.startsSession == isOwn)
        }

        @Test(
            "link_after_proof: a provider that only verified the address is told to prove more",
            arguments: [
                "github", "twitter", "oidc-example",
            ]
        )
        func linkAfterProof(_ provider: String) async throws {
            let stack = try await Stacks.quiet()
            let email = Persona.freshAddress("gmail.com")
            let google = try await stack.authoritative(email: email)
            try await stack.signIn(google)
            let persona = try await stack.persona(provider, email: email)
            let arrival = try await arrive(persona, on: stack)
            try await expectAsked(arrival, "link_after_proof:email_code,linked_identity,password")
            #expect(arrival.decision.rule == "verified by a provider that does not run the mailbox")
            #expect(arrival.decision.nextStep == "prove_ownership")
            #expect(arrival.decision.user == (try await stack.owner(google)))
            #expect(try await stack.owner(persona) == nil)
            let page = try await stack.signIn(google).get("/account").text
            #expect(page.contains("reported your address"), "the owner sees it")
        }

        @Test("link_after_proof: L-18 a second subject of the same issuer is never joined silently")
        func recycled() async throws {
            let stack = try await Stacks.quiet()
            let email = Persona.freshAddress("gmail.com")
            let first = try await stack.authoritative(email: email)
            try await stack.signIn(first)
            let arrival = try await arrive(stack.authoritative(email: email), on: stack)
            try await expectAsked(arrival, "link_after_proof:linked_identity,password")
            #expect(arrival.decision.facts.contains("recycled=yes") && arrival.decision.reason.contains("recycled"))
        }

        @Test("link_after_proof: L-19 an account nobody signed in to for long is never joined silently")
        func dormant() async throws {
            let stack = try await Stacks.quiet()
            let email = Persona.freshAddress("gmail.com")
            let owner = try #require(try await stack.owner(holder(email, on: stack)))
            let arrival = try await arrive(stack.authoritative(email: email), on: stack) {
                _ = try await stack.database.query(
                    "update users set last_sign_in_at = now() - interval '541 days' where id = \(owner)::uuid"
                )
            }
            try await expectAsked(arrival, "link_after_proof:linked_identity,password")
            #expect(arrival.decision.facts.contains("dormant=yes"))
            _ = try await stack.database.query(
                "update users set last_sign_in_at = now() - interval '539 days' where id = \(owner)::uuid"
            )
            let control = try await arrive(stack.authoritative(email: email), on: stack)
            #expect(control.decision.outcome == "link", "control: two days earlier")
        }

        @Test(
            "claim and claim_after_proof: an address registered without proof goes to whoever proves it, and to nobody else",
            arguments: [
                ("google", "claim"), ("github", "claim_after_proof"), ("twitter", "claim_after_proof"),
            ]
        )
        func claim(_ provider: String, _ outcome: String) async throws {
            let stack = try await Stacks.quiet()
            let email = Persona.freshAddress("gmail.com")
            let squatter = try await stack.persona("oidc-example", email: email, verified: "false")
            let squatting = try await stack.signIn(squatter)
            // Sign-ins keep no unproven address any more; an older release did.
            let squattingUser = try #require(try await stack.owner(squatter))
            _ = try await stack.database.query(
                "insert into user_emails (user_id, address, is_primary) values (\(squattingUser)::uuid, \(email), true)"
            )
            // L-8: a second squatter changes nothing about that.
            try await stack.signIn(stack.persona("github", email: email, verified: "false"))
            let owner = try await stack.persona(provider, email: email)
            let arrival = try await arrive(owner, on: stack)
            #expect(arrival.decision.outcome == outcome && arrival.decision.facts.contains("account=unverified"))
            guard outcome == "claim" else {
                try await expectAsked(arrival, outcome)
                #expect(try await stack.owner(owner) == nil)
                #expect(try await squatting.user() == squattingUser, "nothing happens before the proof")
                return
            }
            #expect(arrival.answer.startsSession)
            let claimant = try #require(try await arrival.browser.user())
            #expect(try await stack.owner(owner) == claimant && claimant != squattingUser)
            #expect(try await squatting.user() == nil)
            #expect(try await stack.owner(squatter) == nil)
        }

        @Test(
            "create_separate: an unverified address of somebody's account is left out",
            arguments: [
                "google", "github", "oidc-example",
            ]
        )
        func createSeparate(_ provider: String) async throws {
            let stack = try await Stacks.quiet()
            let email = Persona.freshAddress("gmail.com")
            let victim = try await stack.authoritative(email: email)
            try await stack.signIn(victim)
            let arrival = try await arrive(stack.persona(provider, email: email, verified: "false"), on: stack)
            #expect(arrival.answer.status == 303 && arrival.kinds == ["identity", "session", "user"])
            #expect(arrival.removed.isEmpty)
            #expect(arrival.decision.outcome == "create_separate")
            #expect(arrival.decision.rule == "unproven address of somebody's account")
            #expect(try await arrival.browser.user() != stack.owner(victim))
        }

        @Test("refuse:user_disabled: a disabled user is told, by the identity or by the address")
        func disabled() async throws {
            let stack = try await Stacks.quiet()
            let email = Persona.freshAddress("gmail.com")
            let github = try await holder(email, on: stack)
            let owner = try #require(try await stack.owner(github))
            _ = try await stack.database.query("update users set disabled_at = now() where id = \(owner)::uuid")
            for persona in [github, try await stack.authoritative(email: email)] {
                let arrival = try await arrive(persona, on: stack)
                try await expectStopped(arrival, status: 403, "refuse:user_disabled", "This account has been disabled.")
                #expect(arrival.decision.nextStep == "contact_administrator")
            }
            let separate = try await arrive(stack.persona("google", email: email, verified: "false"), on: stack)
            #expect(separate.decision.outcome == "create_separate", "G22 without proof nothing is said")
        }

        @Test("No outcome becomes another when the situation changes between deciding and doing")
        func race() async throws {
            let stack = try await Stacks.quiet()
            // The callback arrives when the holder has lost the proof, or is gone.
            for outcome in ["claim", "create"] {
                let email = Persona.freshAddress("gmail.com")
                let owner = try #require(try await stack.owner(holder(email, on: stack)))
                let change: SQL =
                    outcome == "claim"
                    ? "update user_emails set verified_at = null where user_id = \(owner)::uuid"
                    : "delete from users where id = \(owner)::uuid"
                let arrival = try await arrive(stack.authoritative(email: email), on: stack) {
                    _ = try await stack.database.query(change)
                }
                #expect(arrival.decision.outcome == outcome)
            }
        }
    }
}
