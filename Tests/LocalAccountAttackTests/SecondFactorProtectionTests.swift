import Foundation
import Postgres
import TestSupport
import Testing

/// What a second factor protects, and what could be slipped underneath it.
@Suite("Second factor: what it protects", .enabled(if: Stack.isAvailable))
struct SecondFactorProtectionTests {
    @Test(
        "G15 L-3 a secret that somebody saw while it was being set up is not the one that the owner enrols after a reset"
    )
    func trojanSecret() async throws {
        let stack = try await Installation.roomy()
        let owner = try await LocalPerson.signedUp(at: stack)
        // An intruder in the owner's session looks at the key that is offered.
        let seen = try await owner.browser.prepareSecondFactor()
        #expect(try await owner.browser.prepareSecondFactor() == seen, "control: the same page shows the same key")
        let token = try await owner.resetToken()
        let password = LocalPerson.freshPassword()
        _ = try await stack.browser().post("/reset/confirm", form: [("token", token), ("password", password)])
        let browser = stack.browser()
        let answer = try await browser.post(
            "/sign-in/password",
            form: [("email", owner.email), ("password", password)]
        )
        #expect(answer.status == 303)
        #expect(try await browser.prepareSecondFactor() != seen)
    }

    @Test("G10 L-3 a mailbox operator's word adds no way in to an account with a second step")
    func notBefore() async throws {
        let stack = try await Installation.roomy()
        let (person, _) = try await LocalPerson.withSecondFactor(
            at: stack,
            email: LocalPerson.freshAddress("gmail.com")
        )
        let user = try await person.userID()
        let account = try await ProviderAccount.opened(at: stack, email: person.email)
        let browser = stack.browser()
        let answer = try await account.signIn(in: browser)
        #expect(answer.header("location") == "/confirm" && browser.port == stack.nodes[0].port)
        #expect(try await !browser.isSignedIn())
        #expect(try await stack.count("select count(*) from federated_identities where user_id = \(user)::uuid") == 0)

        let other = try await LocalPerson.signedUp(at: stack, email: LocalPerson.freshAddress("gmail.com"))
        let control = try await ProviderAccount.opened(at: stack, email: other.email)
        #expect(
            try await control.signIn(in: stack.browser()).status == 303,
            "control: without a second step it is linked"
        )
    }

    @Test(
        "H11 A14 a page of another site signs nobody in through the JSON interface, cookies or not",
        arguments: [
            ["Origin": "https://evil.example"], ["Sec-Fetch-Site": "cross-site"], ["Sec-Fetch-Site": "same-site"],
            ["Origin": "null"], ["Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"],
        ]
    )
    func crossSite(_ headers: [String: String]) async throws {
        let stack = try await Installation.roomy()
        let person = try await LocalPerson.signedUp(at: stack)
        let body = Array(#"{"email":"\#(person.email)","password":"\#(person.password)"}"#.utf8)
        let json = ["Content-Type": "application/json", "Accept": "application/json"]
        let answer = try await stack.browser().send(
            "POST",
            "/v1/sign-in/password",
            headers: headers.merging(json) { $1 },
            body: body
        )
        #expect(answer.status == 403 && answer.headerValues("set-cookie").isEmpty && !answer.text.contains("lks_"))
        let control = try await stack.browser().send("POST", "/v1/sign-in/password", headers: json, body: body)
        #expect(control.status == 200, "control: a program")
    }
}
