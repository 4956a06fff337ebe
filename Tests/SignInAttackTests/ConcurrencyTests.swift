import Foundation
import Postgres
import TestSupport
import Testing

extension OneAtATime {
    /// Many at once over two nodes (G19, A08): what a lock-free check would let through.
    @Suite("At once")
    struct ConcurrencyTests {
        private func flows(_ stack: Stack, _ people: [Persona]) async throws -> [Flow] {
            try await atOnce(Array(people.enumerated())) { index, persona in
                try await stack.flow(persona, node: index % 2)
            }
        }

        @Test(
            "G19 64 first sign-ins of one identity at once: one user, one identity, 64 live sessions",
            arguments: [
                "google", "github",
            ]
        )
        func firstSignIn(_ provider: String) async throws {
            let stack = try await Stacks.quiet()
            let persona = try await stack.persona(provider)
            let flows = try await flows(stack, Array(repeating: persona, count: 64))
            let users = try await stack.count("select count(*) from users")
            let answers = try await atOnce(flows) { try await $0.finish() }
            #expect(answers.map(\.status) == Array(repeating: 303, count: 64), "\(answers.map(\.status))")
            #expect(try await stack.count("select count(*) from users") == users + 1)
            #expect(
                try await stack.count("select count(*) from federated_identities where subject = \(persona.subject)")
                    == 1
            )
            #expect(
                try await stack.count("select count(*) from user_emails where address = \(persona.email ?? "")") == 1
            )
            let owner = try #require(try await stack.owner(persona))
            #expect(try await stack.count("select count(*) from sessions where user_id = \(owner)::uuid") == 64)
            let live = try await atOnce(flows) { flow in
                // Each on the node it did not sign in at.
                let other = flow.browser.port == stack.nodes[0].port ? stack.nodes[1].port : stack.nodes[0].port
                return try await flow.browser.copy(port: other).user()
            }
            #expect(live == Array(repeating: owner, count: 64))
            let outcomes = try await stack.decisions(about: persona).map(\.outcome)
            #expect(
                outcomes.count == 64 && outcomes.count { $0 == "create" } == 1
                    && outcomes.count { $0 == "sign_in" } == 63
            )
        }

        @Test(
            "A08 C12 one callback 64 times at once over two nodes: one session, one exchange of the code",
            arguments: Persona.providers
        )
        func replay(_ provider: String) async throws {
            let stack = try await Stacks.quiet()
            let flow = try await stack.flow(stack.persona(provider))
            let before = try await stack.mock.call("GET", "/counters")
            let answers = try await atOnce(Array(0..<64)) { index in
                try await flow.browser.copy(port: stack.nodes[index % 2].port).problem(flow.callback.target)
            }
            #expect(answers.count { $0.answer.startsSession } == 1)
            #expect(answers.count { $0.code == "unknown_transaction" && $0.status == 400 } == 63)
            let begun = try await stack.count(
                """
                select count(*) from sessions s join federated_identities f on f.id = s.identity_id
                where f.subject = \(flow.persona.subject)
                """
            )
            #expect(begun == 1)
            #expect(try await stack.exchanges(of: flow.code, at: flow.persona.standIn) == 1)
            let after = try await stack.mock.call("GET", "/counters")
            func counter(_ text: String, _ name: String) throws -> Int {
                let all = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: [String: Int]]
                return all?[flow.persona.standIn]?[name] ?? 0
            }
            #expect(try counter(after, "token") == counter(before, "token") + 1)
            #expect(try counter(after, "codes_replayed") == counter(before, "codes_replayed"))
        }

        @Test(
            "G19 64 newcomers with one verified address at once: one of them has it, nobody is doubled, nobody fails",
            arguments: [
                false, true,
            ]
        )
        func sameAddress(_ isAuthoritative: Bool) async throws {
            let stack = try await Stacks.quiet()
            let email = Persona.freshAddress(isAuthoritative ? "gmail.com" : "people.example")
            var people: [Persona] = []
            for index in 0..<64 {
                people.append(try await stack.persona(Persona.providers[index % 4], email: email))
            }
            let flows = try await flows(stack, people)
            let users = try await stack.count("select count(*) from users")
            let answers = try await atOnce(flows) { try await $0.finish() }
            let failures = answers.filter { $0.status != 303 }.map {
                $0.header("x-request-id") ?? "?"
            }
            let lines = failures.flatMap { NodeOutput(stack).lines(with: $0) }
            #expect(failures.isEmpty, "\(lines)")
            #expect(try await stack.count("select count(*) from users") == users + 1)
            #expect(
                try await stack.count(
                    "select count(*) from user_emails where address = \(email) and verified_at is not null"
                ) == 1
            )
            var outcomes: [String: Int] = [:]
            for persona in people {
                let decisions = try await stack.decisions(about: persona)
                #expect(decisions.count == 1)
                outcomes[String(decisions.first?.outcome.prefix { $0 != ":" } ?? "none"), default: 0] += 1
            }
            // Google may join the account once, silently, when somebody else was first.
            #expect(outcomes["create"] == 1 && (outcomes["link"] ?? 0) <= (isAuthoritative ? 1 : 0), "\(outcomes)")
            #expect(outcomes.values.reduce(0, +) == 64 && outcomes["contention"] == nil)
            let sessions = answers.count { $0.startsSession }
            let asked = answers.count { ($0.destination ?? $0.header("location"))?.hasPrefix("/confirm") == true }
            #expect(sessions == 1 + (outcomes["link"] ?? 0) && asked == 64 - sessions, "\(sessions) \(asked)")
        }

        @Test("G11 G19 one identity added to 16 accounts at once belongs to one of them")
        func sameAddition() async throws {
            let stack = try await Stacks.quiet()
            let identity = try await stack.persona("github")
            let flows = try await atOnce(Array(0..<16)) { index in
                let browser = try await stack.signIn(stack.persona("google"), node: index % 2)
                return try await stack.flow(identity, in: browser, at: "/account/link/")
            }
            let answers = try await atOnce(flows) { try await $0.finish() }
            #expect(answers.count { $0.status == 303 } == 1, "\(answers.map(\.status))")
            #expect(answers.count { $0.status == 403 } == 15)
            #expect(
                try await stack.count("select count(*) from federated_identities where subject = \(identity.subject)")
                    == 1
            )
            let owner = try #require(try await stack.owner(identity))
            for (flow, answer) in zip(flows, answers) {
                #expect(
                    try await (flow.browser.user() == owner) == (answer.status == 303),
                    "everybody is who they were"
                )
            }
        }

        @Test("H06 signing out everywhere while others sign in leaves no session that began before it")
        func signOutRace() async throws {
            let stack = try await Stacks.quiet()
            let persona = try await stack.persona("google")
            let before = try await atOnce(Array(0..<16)) { try await stack.signIn(persona, node: $0 % 2) }
            let leaving = try await stack.signIn(persona)
            let flows = try await flows(stack, Array(repeating: persona, count: 16))
            async let ended = leaving.post("/sign-out", form: [("everywhere", "1")])
            let answers = try await atOnce(flows) { try await $0.finish() }
            #expect(try await ended.status == 200)
            #expect(answers.allSatisfy { $0.status == 303 })
            for browser in before { #expect(try await browser.user() == nil) }
        }
    }
}
