import Foundation
import Postgres
import TestSupport
import Testing

/// Taking a link or an unlink back, by mail and on the account page (G15, G17, H08, P-1, P-4, P-7).
@Suite("Taking a change of the ways to sign in back", .enabled(if: Stack.isAvailable))
struct IdentityUndoTests {
    private func undo(_ token: String, _ stack: Stack) async throws -> Int {
        try await stack.browser(node: 1).post("/account/identity-undo", form: [("token", token)]).status
    }

    private func page(_ token: String, _ stack: Stack) async throws -> HTTPExchange.Answer {
        try await stack.browser().get("/account/identity-undo?token=\(token)")
    }

    @Test(
        "G15 G17 P-1 an intruder adds a way in and changes things; the owner's mail puts them out, and the owner back in"
    )
    func intruder() async throws {
        let stack = try await Installation.withoutMailedSignIn()
        let owner = try await LocalPerson.signedUp(at: stack)
        let user = try await owner.userID()
        let mine = try await owner.link("google", email: LocalPerson.freshAddress("gmail.com"))
        _ = try await stack.identityUndo(to: owner.email)
        let known = try await stack.mails(to: owner.email)

        let intruder = try await owner.anotherBrowser(node: 1)
        let theirs = try await owner.link("github", in: intruder)
        let token = try await stack.identityUndo(to: owner.email, besides: known)
        // Everything an intruder would do then: another way in, the owner's own one away, a password, a second step, an address.
        _ = try await owner.link("oidc-example", in: intruder)
        let mineID = try #require(try await stack.identity(user, "google"))
        #expect(try await intruder.json("/v1/account/identities/\(mineID)/remove").status == 200)
        let theirPassword = LocalPerson.freshPassword()
        #expect(
            try await intruder.json(
                "/v1/account/password",
                ["current_password": owner.password, "new_password": theirPassword]
            ).status == 200
        )
        let secret = try await intruder.prepareSecondFactor()
        _ = try await intruder.confirmSecondFactor(Authenticator(secret: secret, recoveryCodes: []).code(-1))
        let theirAddress = LocalPerson.freshAddress()
        _ = try await EmailChangeTests.change(intruder, from: owner.email, to: theirAddress, at: stack)
        // And they take their own link back on the page, to spoil the owner's mail.
        let change = try await stack.text(
            """
            select id::text from identity_changes where user_id = \(user)::uuid and provider = 'github'
            order by happened_at limit 1
            """
        )
        #expect(try await intruder.json("/v1/account/identity-changes/\(change ?? "")/undo").status == 200)
        let blocked = try #require(
            try await stack.text("select id::text from blocked_identities where user_id = \(user)::uuid")
        )
        #expect(try await intruder.json("/v1/account/blocked/\(blocked)/allow").status == 200)
        _ = try await theirs.signIn(in: intruder, at: "/account/link/")
        #expect(try await stack.providers(user) == "github,oidc-example", "control: it is theirs")

        let shown = try await page(token, stack)
        #expect(shown.status == 200 && shown.text.contains("GitHub") && shown.text.contains("signed out"))
        #expect(try await intruder.isSignedIn(), "F-1 opening the link changes nothing")
        #expect(try await undo(token, stack) == 200)

        for node in stack.nodes { #expect(try await !intruder.copy(port: node.port).isSignedIn(), "out") }
        #expect(try await stack.providers(user) == "google", "what they added is gone, what they removed is back")
        #expect(try await owner.userID() == user, "the address is the owner's")
        #expect(try await stack.count("select count(*) from user_emails where user_id = \(user)::uuid") == 1)
        for password in [owner.password, theirPassword] {
            for email in [owner.email, theirAddress] {
                #expect(try await owner.signIn(email: email, password: password).status == 401)
            }
        }
        let again = try await theirs.signIn(in: stack.browser())
        #expect(!again.text.contains(user))
        #expect(try await stack.providers(user) == "google")
        #expect(try await mine.signedIn().isSignedIn(), "in: by the way that was removed")
        #expect(try await stack.count("select count(*) from totp_factors where user_id = \(user)::uuid") == 0)
        #expect(try await stack.mail(to: owner.email, contains: "as it was before").text.contains("/reset"))
        #expect(try await undo(token, stack) == 400, "once")
        #expect(try await page(token, stack).status == 400)
    }

    @Test("G15 an unlink is undone from another browser, and the way in opens the same account")
    func unlink() async throws {
        let stack = try await Installation.withoutMailedSignIn()
        let owner = try await LocalPerson.signedUp(at: stack)
        let user = try await owner.userID()
        let account = try await owner.link()
        let id = try #require(try await stack.identity(user))
        #expect(try await owner.browser.json("/v1/account/identities/\(id)/remove").status == 200)
        let token = try await stack.identityUndo(to: owner.email, removed: true)
        #expect(try await undo(token, stack) == 200)
        #expect(try await stack.identity(user) == id)
        #expect(try await !owner.browser.isSignedIn())
        #expect(try await account.signedIn().isSignedIn())
        #expect(try await stack.identity(user) == id, "nobody new was made")
    }

    @Test(
        "L-20 an unlinked identity that belongs to another account by now stays there; everybody is signed out all the same"
    )
    func taken() async throws {
        let stack = try await Installation.withoutMailedSignIn()
        let owner = try await LocalPerson.signedUp(at: stack)
        let user = try await owner.userID()
        let account = try await owner.link()
        let id = try #require(try await stack.identity(user))
        #expect(try await owner.browser.json("/v1/account/identities/\(id)/remove").status == 200)
        let token = try await stack.identityUndo(to: owner.email, removed: true)
        let newer = try await account.signedIn()
        let change = try await stack.change(user, "unlinked")
        let onPage = try await owner.browser.json("/v1/account/identity-changes/\(change)/undo")
        #expect(onPage.status == 409 && onPage.code == "identity_taken")
        #expect(try await undo(token, stack) == 409)
        #expect(try await stack.identity(user) == nil)
        #expect(try await newer.isSignedIn())
        #expect(try await !owner.browser.isSignedIn())
    }

    @Test("P-7 of many clicks at once one counts, and a link ends with its time")
    func onceAndInTime() async throws {
        let stack = try await Installation.withoutMailedSignIn()
        let owner = try await LocalPerson.signedUp(at: stack)
        _ = try await owner.link()
        let token = try await stack.identityUndo(to: owner.email)
        let answers = try await atOnce(Array(0..<32)) { _ in try await undo(token, stack) }
        #expect(answers.count { $0 == 200 } == 1 && answers.count { $0 == 400 } == 31, "\(answers)")

        let late = try await LocalPerson.signedUp(at: stack)
        _ = try await late.link()
        let user = try await late.userID()
        let change = try await stack.change(user)
        let lateToken = try await stack.identityUndo(to: late.email)
        _ = try await stack.database.query(
            "update identity_changes set undo_until = now() where user_id = \(user)::uuid"
        )
        #expect(try await page(lateToken, stack).status == 400)
        #expect(try await undo(lateToken, stack) == 400)
        #expect(try await late.browser.json("/v1/account/identity-changes/\(change)/undo").code == "nothing_to_change")
        #expect(try await late.browser.isSignedIn())
        #expect(try await stack.providers(user) == "github")
    }

    @Test(
        "P-7 the mail goes to the address of that moment, and its link dies when an older change of address is undone"
    )
    func address() async throws {
        let stack = try await Installation.withoutMailedSignIn()
        let owner = try await LocalPerson.signedUp(at: stack)
        let user = try await owner.userID()
        let intruder = try await owner.anotherBrowser()
        let theirAddress = LocalPerson.freshAddress()
        let ownersLink = try await EmailChangeTests.change(intruder, from: owner.email, to: theirAddress, at: stack)
        _ = try await owner.link(in: intruder)
        let theirLink = try await stack.identityUndo(to: theirAddress)
        let answer = try await stack.browser().post("/account/email/undo", form: [("token", ownersLink)])
        #expect(answer.status == 200)
        #expect(try await owner.userID() == user)
        #expect(try await stack.providers(user) == "")
        #expect(try await undo(theirLink, stack) == 400, "it would make their address the account's again")
        #expect(try await stack.text("select address from user_emails where user_id = \(user)::uuid") == owner.email)
    }

    @Test("G14 an undo that would leave no way in says so, unless the mailbox can set a password")
    func onlyWay() async throws {
        let stack = try await Installation.withoutMailedSignIn()
        let owner = try await LocalPerson.signedUp(at: stack)
        let user = try await owner.userID()
        _ = try await owner.link()
        let token = try await stack.identityUndo(to: owner.email)
        #expect(try await owner.browser.json("/v1/account/password/remove").status == 200)
        let change = try await stack.change(user)
        #expect(try await owner.browser.json("/v1/account/identity-changes/\(change)/undo").code == "last_way_in")
        #expect(try await stack.count("select count(*) from blocked_identities where user_id = \(user)::uuid") == 0)
        // Where passwords are off the mail cannot lead to one.
        let node = try await Stack.startNode(stack.arguments + ["--set", "password.enabled=false"])
        let there = Browser(port: node.port, origin: Stack.origin)
        #expect(try await there.post("/account/identity-undo", form: [("token", token)]).status == 409)
        node.process.signal(SIGTERM)
        _ = try await node.process.ended()
        #expect(try await stack.providers(user) == "github", "nothing changed")
        #expect(try await owner.browser.isSignedIn(), "nothing changed")

        #expect(try await undo(token, stack) == 200)
        let reset = try await owner.resetToken()
        let password = LocalPerson.freshPassword()
        #expect(
            try await stack.browser().post("/reset/confirm", form: [("token", reset), ("password", password)]).status
                == 200
        )
        #expect(try await owner.signIn(password: password).status == 303)
    }

    @Test(
        "H08 the owner takes a link back on the page: blocked, others out, refused from then on, until it is allowed again"
    )
    func blocking() async throws {
        let stack = try await Installation.withoutMailedSignIn()
        let owner = try await LocalPerson.signedUp(at: stack)
        let user = try await owner.userID()
        let account = try await owner.link()
        let other = try await owner.anotherBrowser(node: 1)
        let change = try await stack.change(user)
        let asked = try await owner.browser.get("/account/identity-changes/\(change)/undo")
        #expect(asked.status == 200 && asked.text.contains("blocked"))
        let before = await owner.browser.session()
        let done = try await owner.browser.post("/account/identity-changes/\(change)/undo")
        #expect(done.header("location") == "/account?done=identity_blocked")
        #expect(await owner.browser.session() != before)
        #expect(try await !other.isSignedIn())
        #expect(try await owner.browser.isSignedIn())
        #expect(try await stack.providers(user) == "")

        let refused = try await account.signIn(in: owner.browser, at: "/account/link/")
        #expect(refused.status == 403 && refused.text.contains("blocked"))
        #expect(try await stack.providers(user) == "")
        let blocked = try #require(
            try await stack.text("select id::text from blocked_identities where user_id = \(user)::uuid")
        )
        let stranger = try await LocalPerson.signedUp(at: stack)
        #expect(try await stranger.browser.json("/v1/account/blocked/\(blocked)/allow").code == "nothing_to_change")
        let page = try await owner.browser.get("/account")
        #expect(page.text.contains("/account/blocked/\(blocked)/allow"))
        try await owner.growStale()
        let sent = try await owner.browser.post("/account/blocked/\(blocked)/allow")
        #expect(sent.header("location")?.hasPrefix("/account/confirm?return_to=") == true, "H15")
        #expect(try await owner.signIn(in: owner.browser).status == 303)
        #expect(try await owner.browser.get("/account/blocked/\(blocked)/allow").status == 200)
        let allowed = try await owner.browser.post("/account/blocked/\(blocked)/allow")
        #expect(allowed.header("location") == "/account?done=identity_allowed")
        #expect(try await stack.providers(user) == "", "nothing was added")
        #expect(try await account.signIn(in: owner.browser, at: "/account/link/").status == 303)
        #expect(try await stack.providers(user) == "github")
    }

    @Test("H08 after linking the page says so and offers to sign out everywhere else; a stale start is not lost (L-16)")
    func linking() async throws {
        let stack = try await Installation.withoutMailedSignIn()
        let owner = try await LocalPerson.signedUp(at: stack)
        let user = try await owner.userID()
        let other = try await owner.anotherBrowser()
        try await owner.growStale()
        let sent = try await owner.browser.post("/account/link/github")
        #expect(sent.status == 303)
        #expect(sent.header("location") == "/account/confirm?return_to=%2Faccount%2Flink%2Fgithub")
        let back = try await owner.browser.post(
            "/account/confirm",
            form: [("password", owner.password), ("return_to", "/account/link/github")]
        )
        #expect(back.header("location") == "/account/link/github")
        let page = try await owner.browser.get("/account/link/github")
        #expect(page.status == 200 && page.text.contains("action=\"/account/link/github\""))
        #expect(
            try await stack.count("select count(*) from sign_in_transactions where user_id = \(user)::uuid") == 0,
            "F-1"
        )
        let account = try await ProviderAccount.opened(at: stack, "github", email: LocalPerson.freshAddress())
        let answer = try await account.signIn(in: owner.browser, at: "/account/link/")
        #expect(answer.header("location") == "/signed-in?to=%2Faccount%3Fdone%3Didentity_linked")
        #expect(try await stack.providers(user) == "github")
        let shown = try await owner.browser.get("/account?done=identity_linked").text
        #expect(shown.contains("is added") && shown.contains("Sign out everywhere else"))
        #expect(try await owner.browser.post("/account/sessions/end-others").status == 303)
        #expect(try await !other.isSignedIn())
        #expect(try await owner.browser.isSignedIn())
        let nobody = try await stack.browser().get("/account/link/github")
        #expect(nobody.header("location") == "/sign-in?return_to=%2Faccount%2Flink%2Fgithub")
    }
}
