import Foundation
import Postgres
import TestSupport
import Testing

/// An address that somebody registered and never proved, and then the owner of the mailbox comes (Sudhodanan and Paverd,
/// "Pre-hijacked accounts", USENIX Security 2022).
@Suite("Claims", .enabled(if: Stack.isAvailable))
struct ClaimTests {
    /// What a squatter had prepared in an installation that still kept unproven addresses.
    private struct Squat {
        let id: String
        let browser: Browser
        let visitor: Visitor
        let other: Owner
    }

    /// A squatter with everything there is: a session, two identities, a password, a second step with recovery codes, a known
    /// device, a change of address under way, a mailed proof.
    private func squat(_ email: String, by provider: String = "twitter") async throws -> Squat {
        let stack = try await Scene.stack()
        let visitor = try await Visitor.opened(at: stack, provider, email: nil)
        let browser = stack.browser()
        try await visitor.arrive(in: browser)
        let id = try #require(try await browser.user())
        let second = try await Visitor.opened(at: stack, "oidc-example", email: nil)
        #expect(try await second.arrive(in: browser, at: "/account/link/").startsSession)
        // The hash of a password the squatter knows, as their own sign-up made it.
        let other = try await Owner.signedUp(at: stack)
        for statement: SQL in [
            "insert into user_emails (user_id, address, is_primary) values (\(id)::uuid, \(email), true)",
            """
            insert into passwords (user_id, hash, meets_single_factor)
            select \(id)::uuid, hash, true from passwords where user_id = \(other.id)::uuid
            """,
            """
            insert into totp_factors (user_id, sealed_secret, confirmed_at) values (\(id)::uuid, '\\x00'::bytea, now())
            """,
            "insert into recovery_codes (user_id, code_hash) values (\(id)::uuid, sha256(\(email)::bytea))",
            "update users set has_second_factor = true where id = \(id)::uuid",
            """
            insert into email_changes (user_id, id, address, expires_at)
            values (\(id)::uuid, gen_random_uuid(), \(Scene.address()), now() + interval '1 day')
            """,
            """
            insert into proofs (token_hash, purpose, user_id, address, expires_at)
            values (sha256(gen_random_uuid()::text::bytea), 'password_reset', \(id)::uuid, \(email), now() + interval '1 hour')
            """,
        ] { try await stack.run(statement) }
        #expect(try await browser.user() == id)
        return Squat(id: id, browser: browser, visitor: visitor, other: other)
    }

    private func expectNothingLeft(of squat: Squat, _ email: String) async throws {
        let stack = squat.visitor.stack
        #expect(try await squat.browser.user() == nil, "L-2 the session")
        for table in [
            "user_emails", "passwords", "federated_identities", "sessions", "totp_factors", "recovery_codes",
            "known_devices", "proofs", "email_changes", "pending_links",
        ] {
            let left = try await stack.text(
                """
                select (xpath('/row/n/text()', query_to_xml(
                    'select count(*) as n from ' || quote_ident(\(table)) || ' where user_id = ' || quote_literal(\(squat.id)),
                    false, true, '')))[1]::text
                """
            )
            #expect(left == "0", "L-3 \(table)")
        }
        #expect(
            try await stack.text(
                "select (disabled_at is not null and claimed_at is not null)::text from users where id = \(squat.id)::uuid"
            ) == "true"
        )
        let events = try await stack.texts("select kind from account_events where user_id = \(squat.id)::uuid")
        #expect(events.contains("address_claimed"))
        let password = try await stack.browser().post(
            "/sign-in/password",
            form: [("email", email), ("password", squat.other.password)]
        )
        #expect(password.status == 401, "L-1 the password")
        let again = stack.browser()
        try await squat.visitor.arrive(in: again)
        let user = try await again.user()
        #expect(user != squat.id, "L-6 the identity leads to an account of its own at most")
    }

    @Test(
        "L-1 L-2 L-3 L-4 L-6 L-8 whatever a squatter prepared is dead once the mailbox's owner has come, who gets an account of their own",
        arguments: ["google", "github", "twitter", "oidc-example"]
    )
    func claimed(_ provider: String) async throws {
        let stack = try await Scene.stack()
        let email = Scene.address()
        let squat = try await squat(email, by: provider == "twitter" ? "github" : "twitter")
        let owner = try await Visitor.opened(at: stack, provider, email: email)
        let browser = stack.browser(node: 1)
        var answer = try await owner.arrive(in: browser)
        if provider != "google" {
            #expect(answer.header("location") == "/confirm")
            #expect(try await squat.browser.user() == squat.id, "nothing happens before the proof")
            #expect(try await browser.get("/confirm").text.contains("Is this address yours?"))
            #expect(try await browser.post("/confirm/code", form: [("code", "00000000")]).status == 401)
            _ = try await browser.post("/confirm/code/send")
            let code = try await stack.code(to: email)
            answer = try await browser.post("/confirm/code", form: [("code", code)])
        }
        #expect(answer.status == 303 && answer.startsSession, "\(answer.status) \(answer.sentence)")
        let user = try #require(try await browser.user())
        #expect(user != squat.id)
        #expect(try await owner.owner() == user)
        #expect(
            try await stack.texts("select user_id::text from user_emails where address = \(email)") == [user]
        )
        let called = squat.visitor.provider == "github" ? "GitHub" : "X"
        let receipt = try await browser.get(answer.leadsTo)
        #expect(receipt.status == 200 && receipt.text.contains("its password"), "\(answer.leadsTo)")
        for word in [
            "its second step and recovery codes", "its session", squat.visitor.name, "its waiting change of address",
            "its sign-in with \(called) (",
        ] {
            #expect(receipt.text.contains(word), "\(word)")
        }
        #expect(try await squat.other.browser.get(answer.leadsTo).status == 404, "for whoever claimed only")
        let mail = try await stack.mail(to: email, contains: "is yours at")
        // Whichever node sends it: on one of `LinkOnlyTests` GitHub is switched off, and goes by its id.
        let names = Set([called, squat.visitor.provider])
        #expect(
            mail.contains("its password") && names.contains { mail.contains("its sign-in with \($0) (") },
            "\(mail)"
        )
        try await expectNothingLeft(of: squat, email)
        let later = stack.browser()
        try await owner.arrive(in: later)
        #expect(try await later.user() == user, "and asking again signs in")
    }

    @Test("L-3 an account that has proven another address loses this one and its sessions, and nothing else")
    func provenElsewhere() async throws {
        let stack = try await Scene.stack()
        let email = Scene.address()
        let holder = try await Owner.signedUp(at: stack)
        try await stack.run("insert into user_emails (user_id, address) values (\(holder.id)::uuid, \(email))")
        let browser = stack.browser()
        try await Visitor.opened(at: stack, "google", email: email).arrive(in: browser)
        #expect(try await browser.user() != holder.id)
        #expect(try await holder.browser.user() == nil)
        #expect(try await holder.signIn().status == 303, "the owner of the other address signs in as before")
        #expect(
            try await stack.texts("select address from user_emails where user_id = \(holder.id)::uuid") == [
                holder.email
            ]
        )
    }

    @Test("L-8 three squatters of one address are evicted together, and 16 claims at once make one user")
    func race() async throws {
        let stack = try await Scene.stack()
        let email = Scene.address()
        var squats: [Squat] = []
        for _ in 0..<3 { squats.append(try await squat(email)) }
        let owner = try await Visitor.opened(at: stack, "google", email: email)
        var flows: [(Browser, String)] = []
        for number in 0..<16 {
            let browser = stack.browser(node: number % 2)
            flows.append((browser, try await owner.callback(in: browser)))
        }
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for (browser, callback) in flows { group.addTask { try await browser.get(callback).status } }
            var all: [Int] = []
            for try await status in group { all.append(status) }
            return all
        }
        #expect(statuses.allSatisfy { $0 == 303 }, "\(statuses)")
        let user = try #require(try await owner.owner())
        for (browser, _) in flows { #expect(try await browser.user() == user) }
        #expect(try await stack.count("select count(*) from claim_receipts where address = \(email)") == 1)
        for squat in squats { #expect(try await squat.browser.user() == nil) }
    }
}
