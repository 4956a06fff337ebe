import Postgres
import TestSupport
import Testing

/// Taking a change of address back, from the former mailbox (P-7, G15, L-2).
@Suite("Taking a change of address back", .enabled(if: Stack.isAvailable))
struct UndoTests {
    private func undo(_ token: String, _ stack: Stack) async throws -> Int {
        try await stack.browser().post("/account/email/undo", form: [("token", token)]).status
    }

    private func providers(_ user: String, _ stack: Stack) async throws -> String? {
        try await stack.text(
            "select string_agg(provider, ',' order by provider) from federated_identities where user_id = \(user)::uuid"
        )
    }

    @Test("P-7 G15 L-2 the former mailbox takes the account back, from everybody, with what was added since gone")
    func restores() async throws {
        let stack = try await Installation.roomy()
        let owner = try await LocalPerson.signedUp(at: stack)
        let user = try await owner.userID()
        let mine = try await ProviderAccount.opened(at: stack, "github", email: LocalPerson.freshAddress())
        _ = try await mine.signIn(in: owner.browser, at: "/account/link/")

        let intruder = try await owner.anotherBrowser(node: 1)
        let theirAddress = LocalPerson.freshAddress()
        let link = try await EmailChangeTests.change(intruder, from: owner.email, to: theirAddress, at: stack)
        let theirs = try await ProviderAccount.opened(at: stack, "google", email: LocalPerson.freshAddress())
        _ = try await theirs.signIn(in: intruder, at: "/account/link/")
        #expect(try await providers(user, stack) == "github,google", "control")
        let theirPassword = LocalPerson.freshPassword()
        let form = [("current_password", owner.password), ("new_password", theirPassword)]
        #expect(try await intruder.post("/account/password", form: form).status == 303)
        let further = try await EmailChangeTests.begin(intruder, to: LocalPerson.freshAddress(), at: stack)

        // Opening the link changes nothing (F-1); the button does.
        #expect(try await stack.browser().get("/account/email/undo?token=\(link)").status == 200)
        #expect(try await intruder.isSignedIn())
        #expect(try await undo(link, stack) == 200)

        for node in stack.nodes { #expect(try await !intruder.copy(port: node.port).isSignedIn(), "L-2") }
        #expect(try await owner.userID() == user)
        #expect(try await stack.count("select count(*) from user_emails where user_id = \(user)::uuid") == 1)
        #expect(try await providers(user, stack) == "github", "G15 what was there before stays")
        for password in [owner.password, theirPassword] {
            #expect(try await owner.signIn(password: password).status == 401)
            #expect(try await owner.signIn(email: theirAddress, password: password).status == 401)
        }
        #expect(try await stack.count("select count(*) from known_devices where user_id = \(user)::uuid") == 0)
        #expect(try await stack.count("select count(*) from proofs where user_id = \(user)::uuid") == 0)
        #expect(try await stack.count("select count(*) from email_changes where user_id = \(user)::uuid") == 0)
        #expect(try await stack.browser().get("/account/email/confirm?token=\(further)").status != 200)
        #expect(try await undo(link, stack) == 400, "once")
        #expect(try await mine.signedIn().isSignedIn(), "control: the owner's own way in works")
    }

    @Test("P-7 of many clicks on the link at once, one counts")
    func once() async throws {
        let stack = try await Installation.roomy()
        let owner = try await LocalPerson.signedUp(at: stack)
        let link = try await EmailChangeTests.change(
            owner.browser,
            from: owner.email,
            to: LocalPerson.freshAddress(),
            at: stack
        )
        let answers = try await atOnce(Array(0..<32)) { number in
            try await stack.browser(node: number % 2).post("/account/email/undo", form: [("token", link)]).status
        }
        #expect(answers.count { $0 == 200 } == 1 && answers.count { $0 == 400 } == 31)
    }

    @Test(
        "P-7 changing the address twice, and taking the second change back, takes the first mailbox's link away from nobody"
    )
    func chain() async throws {
        let stack = try await Installation.roomy()
        let owner = try await LocalPerson.signedUp(at: stack)
        let user = try await owner.userID()
        let intruder = try await owner.anotherBrowser()
        let (first, second) = (LocalPerson.freshAddress(), LocalPerson.freshAddress())
        let ownersLink = try await EmailChangeTests.change(intruder, from: owner.email, to: first, at: stack)
        let theirLink = try await EmailChangeTests.change(intruder, from: first, to: second, at: stack)
        // Their own former mailbox takes the account back to itself, and would like the owner's link to be void with that.
        #expect(try await undo(theirLink, stack) == 200)
        #expect(try await undo(ownersLink, stack) == 200)
        #expect(try await owner.userID() == user)
        #expect(try await stack.count("select count(*) from user_emails where user_id = \(user)::uuid") == 1)
        #expect(try await stack.count("select count(*) from proofs where user_id = \(user)::uuid") == 0)
    }

    @Test("P-7 the owner's link takes the later links away")
    func newerLinks() async throws {
        let stack = try await Installation.roomy()
        let owner = try await LocalPerson.signedUp(at: stack)
        let intruder = try await owner.anotherBrowser()
        let (first, second) = (LocalPerson.freshAddress(), LocalPerson.freshAddress())
        let ownersLink = try await EmailChangeTests.change(intruder, from: owner.email, to: first, at: stack)
        let theirLink = try await EmailChangeTests.change(intruder, from: first, to: second, at: stack)
        #expect(try await undo(ownersLink, stack) == 200)
        #expect(try await undo(theirLink, stack) == 400)
        #expect(try await owner.userID().isEmpty == false)
    }

    @Test("P-7 no reset and no change of the password takes the link away, and it ends with its time")
    func survives() async throws {
        let stack = try await Installation.roomy()
        let owner = try await LocalPerson.signedUp(at: stack)
        let intruder = try await owner.anotherBrowser()
        let theirAddress = LocalPerson.freshAddress()
        let link = try await EmailChangeTests.change(intruder, from: owner.email, to: theirAddress, at: stack)
        let them = LocalPerson(stack: stack, browser: intruder, email: theirAddress, password: owner.password)
        let token = try await them.resetToken()
        let form = [("token", token), ("password", LocalPerson.freshPassword())]
        #expect(try await intruder.post("/reset/confirm", form: form).status == 200)
        let page = "/account/email/undo?token=\(link)"
        #expect(try await stack.browser().get(page).status == 200)
        let user = try await them.userID()
        _ = try await stack.database.query("update proofs set expires_at = now() where user_id = \(user)::uuid")
        #expect(try await stack.browser().get(page).status == 400)
        #expect(try await undo(link, stack) == 400)
        #expect(try await them.userID() == user)
    }

    @Test("L-8 when somebody else proved the former address meanwhile, it is not taken from them")
    func taken() async throws {
        let stack = try await Installation.roomy()
        let owner = try await LocalPerson.signedUp(at: stack)
        let new = LocalPerson.freshAddress()
        let link = try await EmailChangeTests.change(owner.browser, from: owner.email, to: new, at: stack)
        let later = try await LocalPerson.signedUp(at: stack, email: owner.email)
        let user = try await later.userID()
        #expect(try await undo(link, stack) == 409)
        #expect(try await later.userID() == user)
        #expect(try await later.browser.isSignedIn())
        #expect(try await owner.browser.isSignedIn(), "and nothing else happened")
    }
}
