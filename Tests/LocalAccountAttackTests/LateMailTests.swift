import Postgres
import TestSupport
import Testing

/// Mails that leave late, as they do when the mail server was down: their links are made then, and must mean what they would
/// have meant in time.
@Suite("Late mail", .serialized, .enabled(if: Stack.isAvailable))
struct LateMailTests {
    private static let stack = Task {
        let stack = try await Stack.start(nodes: 1, settings: Installation.everything + Installation.roomyLimits)
        try await JobWatch.begin(stack)
        return stack
    }

    @Test("G16 L-4 a change of address whose mail is late is void like any other when its owner links a provider")
    func change() async throws {
        let stack = try await Self.stack.value
        let address = LocalPerson.freshAddress("gmail.com")
        let owner = try await LocalPerson.signedUp(at: stack, email: address)
        let intruder = try await owner.anotherBrowser()
        let elsewhere = LocalPerson.freshAddress()
        try await stack.hold("\"change\":")
        #expect(try await intruder.post("/account/email", form: [("email", elsewhere)]).status == 200)
        let google = try await ProviderAccount.opened(at: stack, email: address)
        _ = try await google.signIn(in: stack.browser())
        let user = try await owner.userID()
        #expect(
            try await stack.count("select count(*) from federated_identities where user_id = \(user)::uuid") == 1,
            "control: it linked"
        )
        try await stack.release("\"change\":")
        try await allDone(stack, "confirm_new_address")
        #expect(try await stack.mails(to: elsewhere).isEmpty)
        #expect(try await stack.count("select count(*) from proofs where user_id = \(user)::uuid") == 0)
    }

    @Test("P-7 G15 the link to take a change back removes what was added since the change, not since the mail")
    func undo() async throws {
        let stack = try await Self.stack.value
        let owner = try await LocalPerson.signedUp(at: stack)
        let mine = try await ProviderAccount.opened(at: stack, "github", email: LocalPerson.freshAddress())
        _ = try await mine.signIn(in: owner.browser, at: "/account/link/")
        let intruder = try await owner.anotherBrowser()
        let elsewhere = LocalPerson.freshAddress()
        #expect(try await intruder.post("/account/email", form: [("email", elsewhere)]).status == 200)
        let token = try LocalPerson.token(in: try await stack.mail(to: elsewhere, contains: "/confirm"))
        try await stack.hold("\"old\":")
        #expect(try await intruder.post("/account/email/confirm", form: [("token", token)]).status == 303)
        let user = try await stack.text("select user_id::text from user_emails where address = \(elsewhere)") ?? ""
        let theirs = try await ProviderAccount.opened(at: stack, "google", email: LocalPerson.freshAddress())
        _ = try await theirs.signIn(in: intruder, at: "/account/link/")
        #expect(
            try await stack.count("select count(*) from federated_identities where user_id = \(user)::uuid") == 2,
            "control: both are linked"
        )
        try await stack.release("\"old\":")
        let link = try LocalPerson.token(in: try await stack.mail(to: owner.email, contains: "/account/email/undo"))
        #expect(try await stack.browser().post("/account/email/undo", form: [("token", link)]).status == 200)
        #expect(
            try await stack.text(
                "select string_agg(provider, ',') from federated_identities where user_id = \(user)::uuid"
            ) == "github"
        )
    }

    @Test("P-7 a mail that leaves late still goes to the owner, not to the address an intruder has put in its place")
    func link() async throws {
        let stack = try await Self.stack.value
        let owner = try await LocalPerson.signedUp(at: stack)
        let user = try await owner.userID()
        let intruder = try await owner.anotherBrowser()
        let theirAddress = LocalPerson.freshAddress()
        let account = try await ProviderAccount.opened(at: stack, "github", email: LocalPerson.freshAddress())
        try await stack.hold("GitHub")
        _ = try await account.signIn(in: intruder, at: "/account/link/")
        _ = try await EmailChangeTests.change(intruder, from: owner.email, to: theirAddress, at: stack)
        try await stack.release("GitHub")
        let token = try await stack.identityUndo(to: owner.email)
        #expect(try await !stack.mails(to: theirAddress).contains { $0.text.contains("identity-undo") })
        #expect(try await stack.browser().post("/account/identity-undo", form: [("token", token)]).status == 200)
        #expect(try await owner.userID() == user)
    }

    private func allDone(_ stack: Stack, _ kind: String) async throws {
        _ = try await eventually("late jobs to be done") {
            try await stack.count("select count(*) from jobs where kind = \(kind)") == 0 ? true : nil
        }
    }
}
