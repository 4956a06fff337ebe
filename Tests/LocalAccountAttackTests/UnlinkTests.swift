import Foundation
import Postgres
import TestSupport
import Testing

/// Removing a way in through a provider (G13, G14, G17, H02, H08, H15, P-4).
@Suite("Removing a way to sign in", .enabled(if: Stack.isAvailable))
struct UnlinkTests {
    private func remove(_ id: String, _ browser: Browser) async throws -> Problem {
        try await browser.json("/v1/account/identities/\(id)/remove")
    }

    @Test("G17 H02 H08 the identity and its sessions go, this session gets a new token, others stay, the owner is told")
    func removes() async throws {
        let stack = try await Installation.withoutMailedSignIn()
        let owner = try await LocalPerson.signedUp(at: stack)
        let user = try await owner.userID()
        let account = try await owner.link()
        let id = try #require(try await stack.identity(user))
        let byProvider = try await account.signedIn()
        let other = try await owner.anotherBrowser(node: 1)
        let reset = try await owner.resetToken()
        let before = await owner.browser.session() ?? ""
        let version: SQL = "select credential_version::bigint from users where id = \(user)::uuid"
        let former = try await stack.count(version)
        #expect(try await byProvider.isSignedIn(), "control")
        #expect(try await other.isSignedIn(), "control")

        // The page asks and changes nothing (F-1).
        let page = try await owner.browser.get("/account/identities/\(id)/remove")
        #expect(page.status == 200 && page.text.contains("Remove GitHub"))
        #expect(try await stack.identity(user) == id)

        let answer = try await owner.browser.post("/account/identities/\(id)/remove")
        #expect(answer.status == 303 && answer.header("location") == "/account?done=identity_removed")
        #expect(try await stack.identity(user) == nil)
        #expect(try await !byProvider.isSignedIn(), "its session")
        #expect(try await other.isSignedIn(), "H08 others stay")
        #expect(try await owner.browser.isSignedIn())
        #expect(await owner.browser.session() != before, "H02")
        let old = stack.browser()
        await old.set(cookie: "latchkey", to: before)
        #expect(try await !old.isSignedIn(), "H02")
        #expect(try await stack.browser().get("/reset/confirm?token=\(reset)").status == 400, "P-4")
        #expect(try await stack.count(version) == former + 1)
        let mail = try await stack.mail(to: owner.email, contains: "cannot sign in")
        #expect(mail.text.contains("/account/identity-undo?token=lkm_") && mail.html.contains("/account/identity-undo"))
        #expect(
            try await stack.count(
                """
                select count(*) from account_events where user_id = \(user)::uuid and kind = 'identity_unlinked'
                """
            ) == 1
        )
        #expect(
            try await stack.count(
                """
                select count(*) from app_events
                where kind = 'user.identity_unlinked' and payload->>'user_id' = \(user) and payload->>'identity_id' = \(id)
                """
            ) == 1
        )
        let shown = try await owner.browser.get("/account").text
        #expect(shown.contains("GitHub") && shown.contains("was removed.") && shown.contains("Bring it back"))
        #expect(shown.contains("/account/sessions/end-others"), "H08 the offer")
        #expect(try await owner.browser.post("/account/sessions/end-others").status == 303)
        #expect(try await !other.isSignedIn())
        #expect(try await owner.browser.isSignedIn())
        #expect(try await remove(id, owner.browser).code == "nothing_to_change", "once")
    }

    @Test("G13 somebody else's identity is one that does not exist")
    func others() async throws {
        let stack = try await Installation.withoutMailedSignIn()
        let owner = try await LocalPerson.signedUp(at: stack)
        _ = try await owner.link()
        let user = try await owner.userID()
        let id = try #require(try await stack.identity(user))
        let intruder = try await LocalPerson.signedUp(at: stack)
        #expect(try await intruder.browser.get("/account/identities/\(id)/remove").status == 409)
        #expect(try await remove(id, intruder.browser).code == "nothing_to_change")
        #expect(try await remove("not-an-id", intruder.browser).code == "nothing_to_change")
        let nobody = stack.browser()
        #expect(try await remove(id, nobody).status == 401)
        let page = try await nobody.get("/account/identities/\(id)/remove")
        #expect(page.header("location")?.hasPrefix("/sign-in?") == true)
        let crossSite = try await owner.browser.post(
            "/account/identities/\(id)/remove",
            headers: ["Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"]
        )
        #expect(crossSite.status == 403, "G12")
        #expect(try await stack.identity(user) == id)
    }

    @Test("H15 a form that meets a stale session is not lost: after signing in again its page asks once more")
    func stale() async throws {
        let stack = try await Installation.withoutMailedSignIn()
        let owner = try await LocalPerson.signedUp(at: stack)
        _ = try await owner.link()
        let user = try await owner.userID()
        let id = try #require(try await stack.identity(user))
        let path = "/account/identities/\(id)/remove"
        try await owner.growStale()
        let encoded = Browser.encode(path)
        let sent = try await owner.browser.post(path)
        #expect(sent.status == 303 && sent.header("location") == "/account/confirm?return_to=\(encoded)")
        #expect(try await remove(id, owner.browser).code == "fresh_sign_in_required")
        #expect(try await stack.identity(user) == id)
        let back = try await owner.browser.post(
            "/account/confirm",
            form: [("password", owner.password), ("return_to", path)]
        )
        #expect(back.header("location") == path)
        #expect(try await owner.browser.get(path).status == 200)
        #expect(try await stack.identity(user) == id, "nothing yet")
        #expect(try await owner.browser.post(path).status == 303)
        #expect(try await stack.identity(user) == nil)
    }

    /// An account with one identity and nothing else.
    private func social(_ stack: Stack) async throws -> (account: ProviderAccount, browser: Browser, user: String) {
        let account = try await ProviderAccount.opened(at: stack, email: LocalPerson.freshAddress("gmail.com"))
        let browser = try await account.signedIn()
        let user = try await stack.text(
            "select user_id::text from user_emails where address = \(account.email)"
        )
        return (account, browser, try #require(user))
    }

    @Test("G14 the last way in stays, and the refusal says the way forward")
    func lastWayIn() async throws {
        let stack = try await Installation.withoutMailedSignIn()
        let (_, browser, user) = try await social(stack)
        let id = try #require(try await stack.identity(user, "google"))
        let refused = try await remove(id, browser)
        #expect(refused.status == 409 && refused.code == "last_way_in")
        let page = try await browser.post("/account/identities/\(id)/remove")
        #expect(page.status == 409 && page.text.contains("Set a password first"))
        #expect(try await browser.get("/account").text.contains("Set a password first"), "the page knows before")
        #expect(try await stack.identity(user, "google") == id)
        // Control: with a password it goes.
        #expect(
            try await browser.json("/v1/account/password", ["new_password": LocalPerson.freshPassword()]).status == 200
        )
        #expect(try await remove(id, browser).status == 200)
    }

    @Test(
        "G14 only ways that really work count: not a provider that is switched off, nor one that is only for linking",
        arguments: ["providers.github.enabled=false", "providers.github.link_only=true", "password.enabled=false"]
    )
    func workingWays(_ setting: String) async throws {
        let stack = try await Installation.withoutMailedSignIn()
        let (_, browser, user) = try await social(stack)
        let person = LocalPerson(stack: stack, browser: browser, email: "", password: "")
        if setting.hasPrefix("password") {
            let password = ["new_password": LocalPerson.freshPassword()]
            #expect(try await browser.json("/v1/account/password", password).status == 200)
        } else {
            _ = try await person.link()
        }
        let id = try #require(try await stack.identity(user, "google"))
        let node = try await Stack.startNode(stack.arguments + ["--set", setting])
        let there = await browser.copy(port: node.port)
        #expect(try await remove(id, there).code == "last_way_in")
        node.process.signal(SIGTERM)
        _ = try await node.process.ended()
        #expect(try await remove(id, browser).status == 200, "control: where it works it counts")
    }

    @Test("G14 a mailed sign-in counts where it is switched on, and only for a proven address")
    func mailedSignIn() async throws {
        let stack = try await Installation.roomy()
        let (_, browser, user) = try await social(stack)
        let id = try #require(try await stack.identity(user, "google"))
        _ = try await stack.database.query(
            "update user_emails set verified_at = null where user_id = \(user)::uuid"
        )
        #expect(try await remove(id, browser).code == "last_way_in")
        _ = try await stack.database.query(
            "update user_emails set verified_at = now() where user_id = \(user)::uuid"
        )
        #expect(try await remove(id, browser).status == 200)
    }

    @Test("G14 the password and the last identity removed at once, 64 times: a way in remains each time")
    func race() async throws {
        let stack = try await Installation.withoutMailedSignIn()
        var (both, winners) = (0, Set<String>())
        for round in 0..<64 {
            let owner = try await LocalPerson.signedUp(at: stack)
            let user = try await owner.userID()
            _ = try await owner.link()
            let id = try #require(try await stack.identity(user))
            let other = try await owner.anotherBrowser(node: 1)
            let paths = ["/v1/account/password/remove", "/v1/account/identities/\(id)/remove"]
            let order = round % 2 == 0 ? [0, 1] : [1, 0]
            let answers = try await atOnce(order) { which in
                try await (which == 0 ? owner.browser : other).json(paths[which])
            }
            #expect(try await stack.waysIn(user) == 1, "round \(round)")
            let done = zip(order, answers).filter { $1.status == 200 }.map {
                paths[$0.0] == paths[0] ? "password" : "identity"
            }
            both += done.count > 1 ? 1 : 0
            winners.formUnion(done)
            #expect(answers.allSatisfy { [200, 401, 409].contains($0.status) }, "\(answers.map(\.status))")
        }
        #expect(both == 0)
        #expect(winners.count == 2, "control: each of them wins sometimes")
    }
}
