import Foundation
import Postgres
import TestSupport
import Testing

/// Changing, setting and removing a password (G14, H02, H08, I04, I08).
@Suite("Password change", .enabled(if: Stack.isAvailable))
struct PasswordChangeTests {
    private func change(
        _ browser: Browser,
        from current: String?,
        to new: String
    ) async throws -> HTTPExchange.Answer {
        try await browser.post(
            "/account/password",
            form: (current.map { [("current_password", $0)] } ?? []) + [("new_password", new)]
        )
    }

    @Test("I04 a change needs the present password, whatever the session is")
    func current() async throws {
        let stack = try await Installation.roomy()
        let person = try await LocalPerson.signedUp(at: stack)
        let new = LocalPerson.freshPassword()
        for wrong in [nil, "", "not the password at all", person.password + " ", person.password.uppercased()] {
            #expect(try await change(person.browser, from: wrong, to: new).status == 401)
            let members = ["new_password": new].merging(wrong.map { ["current_password": $0] } ?? [:]) { $1 }
            let answer = try await person.browser.json("/v1/account/password", members)
            // Ten attempts a user are counted: that is another refusal of the same.
            #expect(answer.status == 401 || answer.status == 429)
        }
        #expect(try await person.signIn(password: new).status == 401)
        #expect(try await person.signIn().status == 303)
    }

    @Test("I04 nothing asks for a new password because the old one is old")
    func noRotation() async throws {
        let stack = try await Installation.roomy()
        let person = try await LocalPerson.signedUp(at: stack)
        let id = try await person.userID()
        _ = try await stack.database.query(
            "update passwords set changed_at = now() - interval '10 years' where user_id = \(id)::uuid"
        )
        let browser = stack.browser()
        let answer = try await person.signIn(in: browser)
        #expect(answer.status == 303 && answer.header("location") == "/account")
        #expect(try await browser.isSignedIn())
    }

    @Test("H08 H02 a change ends every other session on both nodes and gives this one a new token")
    func endsSessions() async throws {
        let stack = try await Installation.roomy()
        let person = try await LocalPerson.signedUp(at: stack)
        let others = [try await person.anotherBrowser(), try await person.anotherBrowser(node: 1)]
        let former = try #require(await person.browser.session())
        let new = LocalPerson.freshPassword()
        #expect(try await change(person.browser, from: person.password, to: new).status == 303)
        for other in others { #expect(try await !other.isSignedIn()) }
        #expect(await person.browser.session() != former)
        #expect(try await person.browser.isSignedIn())
        for node in 0..<2 {
            let holder = stack.browser(node: node)
            await holder.set(cookie: "latchkey", to: former)
            #expect(try await !holder.isSignedIn())
        }
        #expect(try await person.signIn().status == 401, "the former password")
        #expect(try await person.signIn(password: new).status == 303)
        _ = try await stack.mail(to: person.email, contains: "assword")
    }

    @Test("I04 two changes at once that know the same password: one of them counts")
    func twice() async throws {
        let stack = try await Installation.roomy()
        let person = try await LocalPerson.signedUp(at: stack)
        let other = try await person.anotherBrowser(node: 1)
        let new = [LocalPerson.freshPassword(), LocalPerson.freshPassword()]
        let answers = try await atOnce([(person.browser, new[0]), (other, new[1])]) { browser, new in
            try await change(browser, from: person.password, to: new)
        }
        let done = answers.map { $0.status == 303 && $0.header("location")?.hasPrefix("/account") == true }
        #expect(done.filter { $0 }.count == 1, "\(answers.map(\.status))")
        for (isNew, password) in zip(done, new) {
            #expect(try await person.signIn(password: password).status == (isNew ? 303 : 401))
        }
    }

    @Test("I08 an account of a provider has no password, and sets a first one in a fresh session with a proven address")
    func first() async throws {
        let stack = try await Installation.roomy()
        let address = LocalPerson.freshAddress("gmail.com")
        let account = try await ProviderAccount.opened(at: stack, email: address)
        let browser = try await account.signedIn()
        let person = LocalPerson(stack: stack, browser: browser, email: address, password: LocalPerson.freshPassword())
        for guess in ["", "password", address, person.password] {
            #expect(try await person.signIn(password: guess).status == 401)
        }
        try await person.growStale()
        let stale = try await browser.json("/v1/account/password", ["new_password": person.password])
        #expect(stale.status == 403 && stale.code == "fresh_sign_in_required")
        #expect(try await person.signIn().status == 401)
        _ = try await account.signIn(in: browser)
        #expect(try await change(browser, from: nil, to: person.password).status == 303)
        #expect(try await person.signIn().status == 303)

        let name = "p" + LocalPerson.freshNumber()
        try await stack.mock.call(
            "PUT",
            "/people/x/\(name)",
            #"{"subject":"\#(LocalPerson.freshNumber())","name":"Person","username":"\#(name)","email":null}"#
        )
        let nameless = ProviderAccount(stack: stack, provider: "twitter", name: name, email: "")
        let refused = try await nameless.signedIn().json("/v1/account/password", ["new_password": person.password])
        #expect(refused.status == 409 && refused.code == "address_not_proven", "\(refused.code)")
    }

    @Test("G14 the last way in stays: no removal without a provider, nor with one that is switched off")
    func lastWayIn() async throws {
        let stack = try await Installation.withoutMailedSignIn()
        let person = try await LocalPerson.signedUp(at: stack)
        let page = try await person.browser.get("/account")
        #expect(page.text.contains("Your password is your only way to sign in"))
        let refused = try await person.browser.json("/v1/account/password/remove")
        #expect(refused.status == 409 && refused.code == "last_way_in")

        let linked = try await LocalPerson.signedUp(at: stack, email: LocalPerson.freshAddress("gmail.com"))
        let account = try await ProviderAccount.opened(at: stack, email: linked.email)
        _ = try await account.signIn(in: linked.browser, at: "/account/link/")
        let id = try await linked.userID()
        try #require(
            try await stack.count("select count(*) from federated_identities where user_id = \(id)::uuid") == 1
        )
        let node = try await Stack.startNode(stack.arguments + ["--set", "providers.google.enabled=false"])
        let there = await linked.browser.copy(port: node.port)
        let switchedOff = try await there.json("/v1/account/password/remove")
        #expect(switchedOff.status == 409 && switchedOff.code == "last_way_in", "\(switchedOff.status)")
        #expect(try await linked.signIn().status == 303)
        node.process.signal(SIGTERM)
        _ = try await node.process.ended()

        // Two at once, from two sessions over two nodes: one removal, and a way in remains.
        let other = try await linked.anotherBrowser(node: 1)
        let answers = try await atOnce([linked.browser, other]) { try await $0.json("/v1/account/password/remove") }
        #expect(answers.filter { $0.status == 200 }.count == 1, "\(answers.map(\.status))")
        #expect(answers.allSatisfy { $0.status == 200 || $0.status.isOneOf(401, 409) }, "\(answers.map(\.status))")
        #expect(try await linked.signIn().status == 401)
        #expect(try await account.signedIn().isSignedIn(), "the way in that remains")
    }
}
