import Postgres
import TestSupport

/// One person with one live link of every kind, all for the same browser.
struct Links: Sendable {
    let owner: LocalPerson
    let user: String
    /// A sign-up of the same browser.
    let newcomer: String
    /// Where each link leads, with its token.
    let all: [(path: String, token: String)]

    /// The code that came with the link to sign in.
    let code: String

    static func made(at stack: Stack) async throws -> Links {
        let first = try await LocalPerson.signedUp(at: stack)
        let browser = first.browser
        let owner = LocalPerson(
            stack: stack,
            browser: browser,
            email: LocalPerson.freshAddress(),
            password: first.password
        )
        let undo = try await EmailChangeTests.change(browser, from: first.email, to: owner.email, at: stack)
        let reset = try await owner.resetToken()
        let change = try await EmailChangeTests.begin(browser, to: LocalPerson.freshAddress(), at: stack)
        _ = try await browser.post("/sign-in/mail", form: [("email", owner.email)])
        let letter = try await stack.mail(to: owner.email, contains: "/sign-in/mail/confirm?token=")
        let newcomer = LocalPerson.freshAddress()
        _ = try await browser.post("/sign-up", form: [("email", newcomer), ("password", LocalPerson.freshPassword())])
        let verify = try LocalPerson.token(in: try await stack.mail(to: newcomer, contains: "/verify?token="))
        return Links(
            owner: owner,
            user: try await owner.userID(),
            newcomer: newcomer,
            all: [
                ("/verify", verify), ("/reset/confirm", reset), ("/account/email/confirm", change),
                ("/account/email/undo", undo), ("/sign-in/mail/confirm", try LocalPerson.token(in: letter)),
            ],
            code: try LocalPerson.code(in: letter)
        )
    }

    /// Everything the database says about this person but when they were last seen.
    func state() async throws -> [String?] {
        let stack = owner.stack
        return [
            try await stack.text(
                "select string_agg(u::text, '|') from (select disabled_at, credential_version, roles from users where id = \(user)::uuid) u"
            ),
            try await stack.text(
                "select string_agg(e::text, '|' order by address) from user_emails e where user_id = \(user)::uuid"
            ),
            try await stack.text("select string_agg(p::text, '|') from passwords p where user_id = \(user)::uuid"),
            try await stack.text(
                "select string_agg(p::text, '|' order by token_hash) from proofs p where user_id = \(user)::uuid"
            ),
            try await stack.text("select string_agg(c::text, '|') from email_changes c where user_id = \(user)::uuid"),
            try await stack.text(
                "select string_agg(token_hash::text, '|' order by token_hash) from sessions where user_id = \(user)::uuid"
            ),
            try await stack.text(
                "select string_agg(r::text, '|') from pending_registrations r where address = \(newcomer)"
            ),
            try await stack.text("select string_agg(t::text, '|') from totp_factors t where user_id = \(user)::uuid"),
            try await stack.text("select count(*)::text from account_events where user_id = \(user)::uuid"),
            try await stack.text("select count(*)::text from user_emails where address = \(newcomer)"),
        ]
    }
}
