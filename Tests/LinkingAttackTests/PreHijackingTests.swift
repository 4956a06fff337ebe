import Postgres
import TestSupport
import Testing

/// The five classes of Sudhodanan and Paverd, "Pre-hijacked accounts" (USENIX Security 2022): a squatter prepares
/// something for an address that is not theirs, then the owner of the mailbox comes by a provider.
@Suite("Pre-hijacking", .enabled(if: Stack.isAvailable))
struct PreHijackingTests {
    /// By which provider the owner comes; `google` runs the mailbox, the others verified it.
    static let providers = ["google", "github", "oidc-example", "twitter"]

    /// From the provider to a session, with a mailed code where the policy asks for one.
    private func walked(_ owner: Visitor, _ email: String) async throws -> (Browser, id: String) {
        let browser = owner.stack.browser(node: 1)
        var answer = try await owner.arrive(in: browser)
        if answer.header("location") == "/confirm" {
            #expect(try await browser.post("/confirm/code/send").status == 303)
            let code = try await owner.stack.code(to: email)
            answer = try await browser.post("/confirm/code", form: [("code", code)])
        }
        #expect(answer.status == 303 && answer.startsSession, "no dead end: \(answer.status) \(answer.sentence)")
        return (browser, try #require(try await browser.user()))
    }

    /// Nothing of the squatter's reaches the owner's user, who holds the proven address and signs in again.
    private func expectUntouched(_ owner: Visitor, _ id: String, _ email: String, identities: Int = 1) async throws {
        let stack = owner.stack
        #expect(
            try await stack.texts(
                "select user_id::text from user_emails where address = \(email) and verified_at is not null"
            ) == [id]
        )
        #expect(try await stack.count("select count(*) from user_emails where address = \(email)") == 1, "L-8")
        for rows: SQL in [
            "select count(*) from passwords where user_id = \(id)::uuid",
            "select count(*) from totp_factors where user_id = \(id)::uuid",
            "select count(*) from recovery_codes where user_id = \(id)::uuid",
            "select count(*) from email_changes where user_id = \(id)::uuid",
        ] { #expect(try await stack.count(rows) == 0) }
        #expect(
            try await stack.count("select count(*) from federated_identities where user_id = \(id)::uuid") == identities
        )
        let again = stack.browser()
        try await owner.arrive(in: again)
        #expect(try await again.user() == id, "and signs in again")
    }

    @Test("L-1 L-2 L-8 a sign-up that waits for its mail ends with the owner's coming", arguments: providers)
    func pendingRegistration(_ provider: String) async throws {
        let stack = try await Scene.stack()
        let email = Scene.address()
        let password = "quiet harbour \(Scene.number()) lantern"
        let squatter = stack.browser()
        let form = [("email", email), ("password", password)]
        #expect(try await squatter.post("/sign-up", form: form).status == 200)
        let mail = try await stack.mail(to: email, contains: "/verify?token=")
        let token = String(try #require(mail.firstMatch(of: /token=(lkm_[A-Za-z0-9_-]+)/)).1)
        let owner = try await Visitor.opened(at: stack, provider, email: email)
        let (browser, id) = try await walked(owner, email)
        #expect(try await stack.browser().post("/sign-in/password", form: form).status == 401, "L-1")
        #expect(try await squatter.post("/verify", form: [("token", token)]).status == 400, "the mail is void")
        #expect(try await squatter.user() == nil, "L-2")
        #expect(try await browser.user() == id)
        try await expectUntouched(owner, id, email)
    }

    @Test(
        "L-2 L-3 L-4 L-6 a session, an identity and a change of address of an unproven account end with it",
        arguments: providers
    )
    func unprovenAccount(_ provider: String) async throws {
        let stack = try await Scene.stack()
        let email = Scene.address()
        let trojan = try await Visitor.opened(at: stack, provider == "twitter" ? "github" : "twitter", email: nil)
        let squatter = stack.browser()
        try await trojan.arrive(in: squatter)
        let former = try #require(try await squatter.user())
        for statement: SQL in [
            "insert into user_emails (user_id, address, is_primary) values (\(former)::uuid, \(email), true)",
            """
            insert into email_changes (user_id, id, address, expires_at)
            values (\(former)::uuid, gen_random_uuid(), \(Scene.address()), now() + interval '1 day')
            """,
        ] { try await stack.run(statement) }
        let owner = try await Visitor.opened(at: stack, provider, email: email)
        let (_, id) = try await walked(owner, email)
        #expect(id != former)
        #expect(try await squatter.user() == nil, "L-2")
        #expect(
            try await stack.count("select count(*) from email_changes where user_id = \(former)::uuid") == 0,
            "L-4"
        )
        let later = stack.browser()
        try await trojan.arrive(in: later)
        #expect(try await later.user() != id, "L-3 L-6")
        try await expectUntouched(owner, id, email)
    }

    @Test("L-5 an address that a provider did not verify is nobody's, before and after the owner", arguments: providers)
    func nonVerifyingProvider(_ provider: String) async throws {
        let stack = try await Scene.stack()
        let email = Scene.address()
        let first = try await Visitor.opened(at: stack, "oidc-example", email: email, verified: false)
        let squatter = stack.browser()
        try await first.arrive(in: squatter)
        let owner = try await Visitor.opened(at: stack, provider, email: email)
        let (_, id) = try await walked(owner, email)
        #expect(try await squatter.user() != id)
        let second = try await Visitor.opened(at: stack, "oidc-example", email: email, verified: false)
        for visitor in [first, second] {
            let browser = stack.browser()
            try await visitor.arrive(in: browser)
            #expect(try await browser.user() != id)
        }
        try await expectUntouched(owner, id, email)
    }
}
