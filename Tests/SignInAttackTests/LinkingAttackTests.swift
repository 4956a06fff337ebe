import Foundation
import Postgres
import TestSupport
import Testing

/// Identities and addresses from outside: what never joins anybody (G01 to G03, G22, L-5 to L-20).
@Suite("Identities and addresses", .enabled(if: Stack.isAvailable))
struct LinkingAttackTests {
    /// Address and whether it is proven, of a user.
    private func addresses(_ persona: Persona, _ stack: Stack) async throws -> [String: Bool] {
        let rows = try await stack.database.query(
            """
            select e.address, e.verified_at is not null from user_emails e join federated_identities f on f.user_id = e.user_id
            where f.subject = \(persona.subject) and f.provider = \(persona.provider)
            """
        )
        var all: [String: Bool] = [:]
        for row in rows { all[try row.decode(String.self, at: 0)] = try row.decode(Bool.self, at: 1) }
        return all
    }

    @Test("G01 L-14 one subject at four providers is four identities of four people")
    func subjectAlone() async throws {
        let stack = try await Stack.shared()
        let subject = Persona.freshSubject()
        var owners: Set<String> = []
        for provider in Persona.providers {
            let persona = try await stack.persona(provider, email: nil, subject: subject)
            try await stack.signIn(persona)
            owners.insert(try #require(try await stack.owner(persona)))
        }
        #expect(owners.count == 4)
        let duplicate = try? await stack.database.query(
            """
            insert into federated_identities (id, user_id, provider, issuer, subject)
            select gen_random_uuid(), user_id, provider, issuer, subject from federated_identities where subject = \(subject)
            """
        )
        #expect(duplicate == nil, "the database refuses a second owner")
    }

    @Test(
        "G02 L-14 L-20 a known identity stays its user's, whatever address its provider says today",
        arguments: [
            ("google", "gmail.com"), ("github", "people.example"), ("twitter", "people.example"),
            ("oidc-example", "people.example"),
        ]
    )
    func changedAddress(_ provider: String, domain: String) async throws {
        let stack = try await Stack.shared()
        let victim = try await stack.authoritative()
        try await stack.signIn(victim)
        let owner = try #require(try await stack.owner(victim))
        let mine = Persona.freshAddress(domain)
        let before = try await stack.persona(provider, email: mine)
        try await stack.signIn(before)
        let attacker = try #require(try await stack.owner(before))
        let proven = try await addresses(before, stack)
        // The same account at the provider now claims the victim's address, as good as the provider can say it.
        let victims = try #require(victim.email)
        let after = try await stack.persona(provider, email: victims, subject: before.subject)
        for _ in 0..<2 {
            let browser = try await stack.signIn(after)
            #expect(try await browser.user() == attacker && attacker != owner)
        }
        #expect(try await addresses(after, stack) == proven, "L-20 no address moved")
        #expect(try await addresses(victim, stack) == [victims: true])
        #expect(try await stack.signIn(victim).user() == owner, "control")
        let last = try #require(try await stack.decisions(about: after).last)
        #expect(last.outcome == "sign_in" && last.reason == "identity_known" && last.facts.contains("identity=other"))
    }

    /// Spellings of `email_verified` that are not the boolean true (L-10).
    static let notTrue = [
        #""true""#, #""false""#, "1", "0", "null", #""absent""#, "false", #""1""#, #""yes""#, "[]", "{}", "[true]",
        #""TRUE""#, "1.0", #"" true""#,
    ]

    @Test("G03 L-5 L-10 only the boolean true verifies an address: nothing else links or proves it", arguments: notTrue)
    func unverified(_ spelling: String) async throws {
        let stack = try await Stack.shared()
        let victim = try await stack.authoritative()
        try await stack.signIn(victim)
        let owner = try #require(try await stack.owner(victim))
        for provider in ["google", "oidc-example"] {
            let attacker = try await stack.persona(provider, email: victim.email, verified: spelling)
            let browser = try await stack.signIn(attacker)
            #expect(try await browser.user() != owner)
            #expect(try await addresses(attacker, stack) == [:], "the disputed address stays away")
            let decision = try #require(try await stack.decisions(about: attacker).last)
            #expect(
                decision.outcome == "create_separate" && decision.facts.contains("email=unverified account=verified")
            )

            let free = Persona.freshAddress()
            let squatter = try await stack.persona(provider, email: free, verified: spelling)
            try await stack.signIn(squatter)
            #expect(try await addresses(squatter, stack) == [:], "not written down before it is proven (G22)")
        }
        #expect(try await addresses(victim, stack) == [try #require(victim.email): true])
        let control = try await stack.persona("oidc-example")
        try await stack.signIn(control)
        #expect(try await addresses(control, stack) == [try #require(control.email): true], "control: true proves it")
    }

    /// Address lists of GitHub, `@` standing for the victim's address, and what becomes of them.
    static let lists: [(emails: String, address: Bool?)] = [
        (#"[{"email":"@","primary":true,"verified":false},{"email":"own@","primary":false,"verified":true}]"#, false),
        (#"[{"email":"@","primary":true},{"email":"own@","primary":false,"verified":true}]"#, false),
        (#"[{"email":"@","primary":true,"verified":"true"}]"#, false),
        (#"[{"email":"@","primary":true,"verified":1}]"#, false),
        (#"[{"email":"@","primary":true,"verified":null}]"#, false),
        (#"[{"email":"@","primary":false,"verified":true}]"#, nil),
        (#"[{"email":"@","primary":"true","verified":true}]"#, nil),
        ("[]", nil),
    ]

    @Test("L-13 GitHub's word counts only for its primary address, and only as a boolean", arguments: lists.indices)
    func githubLists(_ index: Int) async throws {
        let stack = try await Stack.shared()
        let (list, address) = Self.lists[index]
        let victim = try await stack.authoritative()
        let email = try #require(victim.email)
        try await stack.signIn(victim)
        let emails = list.replacing("own@", with: Persona.freshAddress()).replacing("@\"", with: email + "\"")
        let attacker = try await stack.persona("github", email: email, more: #""emails":\#(emails)"#)
        let browser = try await stack.signIn(attacker)
        #expect(try await browser.user() != stack.owner(victim))
        #expect(try await addresses(attacker, stack) == [:])
        let outcome = try #require(try await stack.decisions(about: attacker).last)
        #expect(outcome.outcome == (address == nil ? "create" : "create_separate"))
        #expect(outcome.facts.contains(address == nil ? "email=none" : "email=unverified"))
    }

    @Test(
        "L-13 control: a verified primary address of GitHub's is verified, whatever its case, and still never links silently"
    )
    func githubControl() async throws {
        let stack = try await Stack.shared()
        let victim = try await stack.authoritative()
        let email = try #require(victim.email)
        try await stack.signIn(victim)
        let list = #""emails":[{"email":"\#(email.uppercased())","primary":true,"verified":true}]"#
        let flow = try await stack.flow(stack.persona("github", email: email, more: list))
        #expect(try await flow.finish().header("location") == "/confirm")
        let decision = try #require(try await stack.decisions(about: flow.persona).last)
        #expect(decision.outcome == "link_after_proof:email_code,linked_identity,password")
    }

    @Test("L-7 nothing the browser or the profile page says becomes an address", arguments: Persona.providers)
    func clientSuppliedAddress(_ provider: String) async throws {
        let stack = try await Stack.shared()
        let victim = try await stack.authoritative()
        let email = try #require(victim.email)
        try await stack.signIn(victim)
        // `user.email` of GitHub, and claims of other names elsewhere, are what anybody may type.
        let claims =
            #""claims":{"email_address":"\#(email)","mail":"\#(email)","upn":"\#(email)","preferred_username":"\#(email)"}"#
        let attacker = try await stack.persona(provider, email: nil, verified: "true", more: claims)
        let form = [("email", email), ("email_verified", "true"), ("address", email), ("claims[email]", email)]
        let flow = try await stack.flow(attacker, form: form)
        var callback = flow.callback
        callback.pairs += [
            ("email", Browser.encode(email)), ("email_verified", "true"), ("user", "%7B%22email%22%3A1%7D"),
        ]
        #expect(try await flow.browser.get(callback.target).startsSession)
        #expect(try await flow.browser.user() != stack.owner(victim))
        #expect(try await addresses(attacker, stack) == [:])
        #expect(try #require(try await stack.decisions(about: attacker).last).facts.contains("email=none"))
    }

    @Test("L-7 L-13 GitHub's public profile address is never read")
    func publicProfileAddress() async throws {
        let stack = try await Stack.shared()
        let victim = try await stack.authoritative()
        try await stack.signIn(victim)
        let claims = #""emails":[],"claims":{"email":"\#(try #require(victim.email))"}"#
        let attacker = try await stack.persona("github", email: nil, more: claims)
        let browser = try await stack.signIn(attacker)
        #expect(try await browser.user() != stack.owner(victim))
        #expect(try await addresses(attacker, stack) == [:])
    }

    @Test("L-9 every way in asks the same policy and leaves the same record")
    func oneDecision() async throws {
        let stack = try await Stack.shared()
        let google = try await stack.authoritative()
        let browser = try await stack.signIn(google)
        let github = try await stack.persona("github")
        let addition = try await stack.flow(github, in: browser, at: "/account/link/")
        #expect(try await addition.finish().startsSession)
        let decisions = try await stack.decisions(about: google) + stack.decisions(about: github)
        #expect(decisions.map(\.outcome) == ["create", "link"])
        #expect(Set(decisions.map(\.policy)).count == 1 && decisions[0].policy.count == 64)
        #expect(decisions[1].facts.hasPrefix("intent=link session=fresh identity=unknown"))
        #expect(decisions.allSatisfy { $0.requestID?.count == 16 })
    }

    @Test(
        "G22 with an address that is not verified, known and unknown addresses get answers that differ in nothing",
        arguments: [
            "google", "github", "oidc-example",
        ]
    )
    func enumeration(_ provider: String) async throws {
        let stack = try await Stack.shared()
        let known = try await stack.authoritative()
        try await stack.signIn(known)
        let squatted = Persona.freshAddress()
        try await stack.signIn(stack.persona("oidc-example", email: squatted, verified: "false"))
        var shapes: Set<[String]> = []
        var seen: Set<[Bool]> = []
        for address in [known.email ?? "", squatted, Persona.freshAddress("gmail.com"), Persona.freshAddress()] {
            let flow = try await stack.flow(
                stack.persona(provider, email: address, verified: "false", named: "n" + Persona.freshSubject())
            )
            let answer = try await flow.finish()
            let headers = answer.headers.filter { !["x-request-id", "date"].contains($0.name) }.map { name, value in
                "\(name): " + value.replacing(/lk[sd]_[A-Za-z0-9_-]+/, with: "TOKEN")
            }
            shapes.insert(["\(answer.status)", answer.text] + headers)
            let page = try await flow.browser.get("/account").text
            let session = try await flow.browser.get("/v1/session").text
            seen.insert([
                page.contains("No e-mail address"), page.contains("without the address it reported"),
                session.contains(#""email":null"#),
            ])
            #expect(!page.contains(known.name))
        }
        #expect(shapes.count == 1, "\(shapes)")
        #expect(shapes.first?.first == "303")
        #expect(seen.count == 1, "whoever claims an address learns nothing about it from their own account")
    }
}
