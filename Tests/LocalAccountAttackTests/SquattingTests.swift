import Postgres
import TestSupport
import Testing

/// Somebody prepares an account for an address that is not theirs; then the owner of the mailbox arrives (Sudhodanan and
/// Paverd, "Pre-hijacked accounts", USENIX Security 2022).
@Suite("Squatting", .enabled(if: Stack.isAvailable))
struct SquattingTests {
    /// How the owner arrives.
    enum Claim: String, CaseIterable, Sendable {
        case google, signUp, mailOfTheSquatter
    }

    @Test(
        "L-1 L-8 G05 the squatter's password opens nothing, and keeps nobody out, however the owner arrives",
        arguments: Claim.allCases
    )
    func prepared(_ claim: Claim) async throws {
        let stack = try await Installation.roomy()
        let address = LocalPerson.freshAddress("gmail.com")
        let squatter = try await LocalPerson.waiting(at: stack, email: address)
        let owner = try await arrive(claim, at: address, stack, squatter.token)
        #expect(try await owner.isSignedIn(), "L-8 the owner gets in")
        try await expectShutOut(squatter.person, squatter.token)
        #expect(try await stack.count("select count(*) from user_emails where address = \(address)") == 1)
        #expect(try await owner.isSignedIn())
    }

    /// The owner's browser, signed in.
    private func arrive(_ claim: Claim, at address: String, _ stack: Stack, _ token: String) async throws -> Browser {
        switch claim {
        case .google:
            return try await ProviderAccount.opened(at: stack, email: address).signedIn(node: 1)
        case .signUp:
            return try await LocalPerson.signedUp(at: stack, email: address, node: 1).browser
        case .mailOfTheSquatter:
            // The owner clicks what the squatter had sent; that leads nowhere, so the owner resets, which leads nowhere
            // either while there is no account, and signs up.
            let browser = stack.browser(node: 1)
            #expect(try await browser.get("/verify?token=\(token)").status == 200)
            #expect(try await browser.post("/verify", form: [("token", token)]).status == 401)
            #expect(try await browser.post("/reset", form: [("email", address)]).status == 200)
            return try await LocalPerson.signedUp(at: stack, email: address, node: 1).browser
        }
    }

    private func expectShutOut(_ squatter: LocalPerson, _ token: String) async throws {
        #expect(try await squatter.signIn().status == 401, "L-1")
        #expect(try await squatter.signIn(in: squatter.browser).status == 401)
        #expect(try await squatter.verify(token).status == 400, "its mail leads nowhere")
        #expect(
            try await squatter.verify(token, in: squatter.stack.browser(), password: squatter.password).status == 400
        )
        #expect(try await !squatter.browser.isSignedIn())
    }

    @Test("L-1 G05 a sign-up for an address that has an account changes nothing about it", arguments: [true, false])
    func afterwards(_ withGoogle: Bool) async throws {
        let stack = try await Installation.roomy()
        let address = LocalPerson.freshAddress("gmail.com")
        let google = try await ProviderAccount.opened(at: stack, email: address)
        let owner =
            withGoogle ? try await google.signedIn() : try await LocalPerson.signedUp(at: stack, email: address).browser
        let squatter = LocalPerson(
            stack: stack,
            browser: stack.browser(node: 1),
            email: address,
            password: LocalPerson.freshPassword()
        )
        #expect(try await squatter.signUp().status == 200)
        let mail = try await stack.mail(to: address, contains: "already have an account")
        #expect(!mail.text.contains("lkm_") && !mail.html.contains("lkm_"), "no link that makes a second account")
        #expect(try await stack.count("select count(*) from pending_registrations where address = \(address)") == 0)
        #expect(try await squatter.signIn().status == 401)
        #expect(try await owner.isSignedIn())
    }

    @Test("L-1 a sign-up whose mail was sent before the owner came by Google, answered afterwards, is over")
    func race() async throws {
        let stack = try await Installation.roomy()
        let address = LocalPerson.freshAddress("gmail.com")
        let squatters = try await atOnce(Array(0..<4)) { _ in
            LocalPerson(
                stack: stack,
                browser: stack.browser(),
                email: address,
                password: LocalPerson.freshPassword()
            )
        }
        var waiting: [(person: LocalPerson, token: String)] = []
        for squatter in squatters {
            waiting.append(try await LocalPerson.waiting(at: stack, email: address, password: squatter.password))
        }
        // The worst case for an owner: the sign-ups are answered, in their own browsers, at the moment of the claim.
        let google = try await ProviderAccount.opened(at: stack, email: address)
        let browser = stack.browser(node: 1)
        async let claim = google.signIn(in: browser)
        _ = try await atOnce(waiting.map { $0 }) { try await $0.person.verify($0.token) }
        _ = try await claim
        let holders = try await stack.count(
            "select count(*) from user_emails where address = \(address) and verified_at is not null"
        )
        #expect(holders == 1, "one account holds the address")
        #expect(try await stack.count("select count(*) from pending_registrations where address = \(address)") == 0)
    }

    @Test("L-2 a session taken before the owner's reset is dead after it, on every node")
    func session() async throws {
        let stack = try await Installation.roomy()
        let owner = try await LocalPerson.signedUp(at: stack)
        let intruder = try await owner.anotherBrowser(node: 1)
        #expect(try await intruder.isSignedIn(), "control")
        let token = try await owner.resetToken()
        let password = LocalPerson.freshPassword()
        let answer = try await stack.browser().post("/reset/confirm", form: [("token", token), ("password", password)])
        #expect(answer.status == 200)
        for node in stack.nodes { #expect(try await !intruder.copy(port: node.port).isSignedIn()) }
        #expect(try await owner.signIn().status == 401)
        #expect(try await owner.signIn(password: password).status == 303)
    }

    @Test(
        "L-3 G15 O-5 an account whose address nobody proved gets no password, no second factor and no say over the address"
    )
    func unproven() async throws {
        let stack = try await Installation.roomy()
        let address = LocalPerson.freshAddress("gmail.com")
        let squatter = try await ProviderAccount.opened(at: stack, "github", email: address, verified: false).signedIn()
        #expect(
            try await squatter.json("/v1/account/password", ["new_password": LocalPerson.freshPassword()]).code
                == "address_not_proven"
        )
        #expect(try await squatter.json("/v1/account/second-factor").code == "address_not_proven")
        // The mail it asks for goes to the owner, and means nothing in the owner's browser.
        #expect(try await squatter.post("/account/email", form: [("email", address)]).status == 200)
        let link = try LocalPerson.token(in: try await stack.mail(to: address, contains: "/account/email/confirm"))
        let owner = stack.browser(node: 1)
        #expect(try await owner.get("/account/email/confirm?token=\(link)").status == 403)
        #expect(try await owner.post("/account/email/confirm", form: [("token", link)]).status == 401)
        // L-6 L-8: the owner comes through another provider, and is neither joined to that account nor locked out.
        let google = try await ProviderAccount.opened(at: stack, email: address).signedIn(node: 1)
        #expect(try await google.isSignedIn())
        #expect(
            try await stack.count(
                """
                select count(*) from federated_identities f join user_emails e using (user_id)
                where e.address = \(address) and e.verified_at is not null
                """
            ) == 1,
            "L-6 the owner's account has one way in"
        )
        // L-4: the change that was begun before the claim takes nothing away from the owner after it.
        let late = try await squatter.json("/v1/account/email/confirm", ["token": link])
        #expect(late.code == "address_taken")
        #expect(
            try await stack.count(
                "select count(*) from user_emails where address = \(address) and verified_at is not null"
            ) == 1
        )
        #expect(try await google.isSignedIn())
    }

    @Test("L-6 L-8 after a squat through another provider the owner signs up and resets as if nobody had been there")
    func otherProvider() async throws {
        let stack = try await Installation.roomy()
        let address = LocalPerson.freshAddress()
        let squatter = try await ProviderAccount.opened(at: stack, "github", email: address, verified: false).signedIn()
        let before = try await stack.mails(to: address)
        #expect(try await stack.browser().post("/reset", form: [("email", address)]).status == 200)
        let owner = try await LocalPerson.signedUp(at: stack, email: address, node: 1)
        let links = try await stack.mails(to: address).filter { !before.contains($0) }
        #expect(
            !links.contains { $0.text.contains("/reset/confirm") },
            "a reset never reaches an unproven address' account"
        )
        let password = LocalPerson.freshPassword()
        let token = try await owner.resetToken()
        let answer = try await owner.browser.post("/reset/confirm", form: [("token", token), ("password", password)])
        #expect(answer.status == 200)
        #expect(try await owner.signIn(password: password).status == 303)
        #expect(
            try await stack.count(
                """
                select count(*) from passwords p join federated_identities f using (user_id) join user_emails e using (user_id)
                where e.address = \(address)
                """
            ) == 0,
            "the two accounts stay two"
        )
        #expect(try await squatter.isSignedIn(), "and the other account stays what it was: without the address")
    }

    @Test("G16 L-4 P-4 what waited for the mailbox is void when its owner links a provider")
    func linked() async throws {
        let stack = try await Installation.roomy()
        let address = LocalPerson.freshAddress("gmail.com")
        let owner = try await LocalPerson.signedUp(at: stack, email: address)
        let intruder = try await owner.anotherBrowser()
        let elsewhere = LocalPerson.freshAddress()
        let held = try await owner.userID()
        #expect(try await intruder.post("/account/email", form: [("email", elsewhere)]).status == 200)
        let change = try LocalPerson.token(in: try await stack.mail(to: elsewhere, contains: "/confirm"))
        let reset = try await owner.resetToken()
        let google = try await ProviderAccount.opened(at: stack, email: address)
        _ = try await google.signIn(in: stack.browser(node: 1))
        #expect(
            try await stack.count("select count(*) from federated_identities where user_id = \(held)::uuid") == 1,
            "control: the claim linked"
        )
        #expect(try await intruder.json("/v1/account/email/confirm", ["token": change]).code == "unknown_proof")
        #expect(try await intruder.get("/reset/confirm?token=\(reset)").status == 400)
        #expect(try await stack.count("select count(*) from email_changes where user_id = \(held)::uuid") == 0)
        #expect(try await owner.userID() == held)
    }
}
