import Foundation
import Postgres
import TestSupport
import Testing

extension OneAtATime {
    /// What needs a stand-in for itself: silence, and settings that fail (K01, F-9).
    @Suite("Quiet stand-ins")
    struct QuietStandInTests {
        @Test("K01 signing out asks no provider anything", arguments: Persona.providers)
        func silentSignOut(_ provider: String) async throws {
            let stack = try await Stacks.quiet()
            let browser = try await stack.signIn(stack.persona(provider))
            let before = try await stack.mock.call("GET", "/counters")
            #expect(try await browser.post("/sign-out").status == 200)
            #expect(try await browser.user() == nil)
            #expect(try await stack.mock.call("GET", "/counters") == before)
            try await stack.signIn(stack.persona(provider))
            #expect(try await stack.mock.call("GET", "/counters") != before, "control: signing in does")
        }

        @Test("F-9 a provider whose settings or documents are wrong is closed, and the others stay open")
        func closed() async throws {
            let providers = try Stacks.providerDirectory { name, text in
                // The key set stands at a host that this file does not allow.
                name == "google.yaml" ? text.replacing(", www.googleapis.com]", with: "]") : text
            }
            let policy = try Stacks.policyFile { $0.replacing("sign_up: open", with: "sign_up: closed") }
            let stack = try await Stack.start(
                settings: [
                    "providers.directory=\(providers)", "providers.github.enabled=false",
                    "providers.oidc-example.issuer=http://127.0.0.1:1", "linking.policy_file=\(policy)",
                ]
            )
            let browser = stack.browser()
            // Switched off: not there at all, neither way.
            for (method, path) in [
                ("POST", "/sign-in/github"), ("POST", "/account/link/github"), ("GET", "/callback/github"),
            ] {
                let headers = ["Origin": "@own", "Sec-Fetch-Site": "same-origin"]
                #expect(try await browser.send(method, path, headers: headers, body: nil).status == 404)
            }
            #expect(try await !browser.get("/sign-in").text.contains("GitHub"))
            // Not reachable: nothing begins.
            let unreachable = try await browser.post("/sign-in/oidc-example")
            #expect(unreachable.status == 503 && unreachable.isClearRefusal && unreachable.header("location") == nil)
            // Closed sign-up creates nobody, and says how to go on.
            let flow = try await stack.flow(stack.persona("twitter"))
            let answer = try await flow.finish()
            #expect(answer.status == 403 && !answer.startsSession && answer.text.contains("no new registrations"))
            #expect(try await stack.count("select count(*) from users") == 0)
            #expect(
                try #require(try await stack.decisions(about: flow.persona).first).outcome == "refuse:sign_up_closed"
            )
            #expect(try await stack.count("select count(*) from sign_in_transactions where provider <> 'twitter'") == 0)
            await stack.stop()
        }

        @Test(
            "F-9 a discovery document that speaks for somebody else, or is none, begins nothing",
            arguments: [
                "issuer-mismatch", "malformed-json", "html", "status-500", "endpoints-number",
            ]
        )
        func discovery(_ misbehaviour: String) async throws {
            let stack = try await Stack.start()
            let known = try await stack.mock.call("GET", "/misbehaviours")
            try #require(known.contains("\"\(misbehaviour)\""), "\(misbehaviour) is not known")
            try await stack.mock.call("PUT", "/misbehave/oidc", #"{"discovery":["\#(misbehaviour)"]}"#)
            let answer = try await stack.browser().post("/sign-in/oidc-example")
            #expect([502, 503].contains(answer.status) && answer.isClearRefusal, "\(answer.status)")
            #expect(answer.header("location") == nil)
            #expect(try await stack.count("select count(*) from sign_in_transactions") == 0)
            #expect(try await stack.signIn(stack.persona("github")).user() != nil, "control: another provider")
            await stack.stop()
        }
    }
}
