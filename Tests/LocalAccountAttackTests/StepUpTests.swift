import Foundation
import Postgres
import TestSupport
import Testing

/// Signing in again before something sensitive (H15).
@Suite("Step-up", .enabled(if: Stack.isAvailable))
struct StepUpTests {
    private static let sensitive = [
        "/account/email", "/account/second-factor", "/account/second-factor/remove",
        "/account/second-factor/recovery-codes", "/account/password/remove",
    ]

    @Test("H15 a stale session is sent to prove itself, with the password, and back")
    func password() async throws {
        let stack = try await Installation.roomy()
        let person = try await LocalPerson.signedUp(at: stack)
        let browser = person.browser
        for path in Self.sensitive where path != "/account/second-factor/remove" {
            try await person.growStale()
            let sent = try await browser.get(path)
            let encoded = Browser.encode(path)
            #expect(sent.status == 303 && sent.header("location") == "/account/confirm?return_to=\(encoded)", "\(path)")
            let page = try await browser.get("/account/confirm?return_to=\(encoded)")
            #expect(page.status == 200 && page.text.contains("type=\"password\""), "\(path)")
            let wrong = try await browser.post(
                "/account/confirm",
                form: [("password", "not this one at all"), ("return_to", path)]
            )
            #expect(wrong.status == 401)
            #expect(try await browser.get(path).status == 303, "still stale")
            let former = await browser.session()
            let back = try await browser.post(
                "/account/confirm",
                form: [("password", person.password), ("return_to", path)]
            )
            #expect(back.status == 303 && back.header("location") == path, "\(path): \(back.header("location") ?? "")")
            #expect(await browser.session() != former, "a new token")
            #expect(try await browser.get(path).status == 200, "\(path)")
        }
    }

    @Test("H15 forms sent from a stale session change nothing")
    func forms() async throws {
        let stack = try await Installation.roomy()
        let person = try await LocalPerson.signedUp(at: stack)
        try await person.growStale()
        for (path, fields) in [
            ("/account/email", ["email": LocalPerson.freshAddress()]), ("/account/second-factor", [:]),
            ("/account/second-factor/remove", ["code": "123456"]), ("/account/second-factor/recovery-codes", [:]),
            ("/account/password/remove", [:]),
        ] {
            let answer = try await person.browser.json("/v1" + path, fields)
            #expect(answer.status == 403 && answer.code == "fresh_sign_in_required", "\(path): \(answer.status)")
            let form =
                fields.map { ($0.key, $0.value) } + (path == "/account/second-factor" ? [("code", "123456")] : [])
            #expect(try await person.browser.post(path, form: form).status == 403, "\(path)")
        }
        let id = try await person.userID()
        #expect(
            try await stack.count(
                """
                select (select count(*) from email_changes where user_id = \(id)::uuid)
                     + (select count(*) from totp_factors where user_id = \(id)::uuid)
                """
            ) == 0
        )
    }

    @Test("H15 whoever has a second factor passes it again; the password alone does not freshen")
    func secondFactor() async throws {
        let stack = try await Installation.roomy()
        let (person, authenticator) = try await LocalPerson.withSecondFactor(at: stack)
        try await person.growStale()
        let answer = try await person.browser.post(
            "/account/confirm",
            form: [("password", person.password), ("return_to", "/account/email")]
        )
        #expect(answer.header("location") == "/sign-in/second-factor?return_to=%2Faccount%2Femail")
        #expect(try await !person.browser.isSignedIn())
        let passed = try await person.browser.post(
            "/sign-in/second-factor",
            form: [("code", authenticator.code()), ("return_to", "/account/email")]
        )
        #expect(passed.header("location") == "/account/email")
        #expect(try await person.browser.get("/account/email").status == 200)
    }

    @Test("H15 an account of a provider proves itself there, and comes back")
    func provider() async throws {
        let stack = try await Installation.roomy()
        let address = LocalPerson.freshAddress("gmail.com")
        let account = try await ProviderAccount.opened(at: stack, email: address)
        let browser = try await account.signedIn()
        let person = LocalPerson(stack: stack, browser: browser, email: address, password: "")
        try await person.growStale()
        #expect(try await browser.get("/account/password").header("location")?.hasPrefix("/account/confirm?") == true)
        let page = try await browser.get("/account/confirm?return_to=%2Faccount%2Fpassword")
        #expect(page.status == 200 && page.text.contains("/sign-in/google"))
        #expect(!page.text.contains("/sign-in/github"), "only ways that are this account's own")
        #expect(!page.text.contains("type=\"password\""))
        #expect(page.text.contains("value=\"/account/password\""), "the way back goes along")
        _ = try await account.signIn(in: browser)
        #expect(try await browser.get("/account/password").status == 200)

        // Somebody else's account at the provider makes another session, never this one fresh.
        try await person.growStale()
        let stranger = try await ProviderAccount.opened(at: stack, email: LocalPerson.freshAddress("gmail.com"))
        let copy = await browser.copy(port: stack.nodes[1].port)
        _ = try await stranger.signIn(in: copy)
        let here = try await copy.get("/v1/session").text
        #expect(!here.contains(address))
    }
}
