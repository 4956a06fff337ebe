import Accounts
import Postgres
import TestSupport
import Testing

/// One way to be refused, and the way from there to being signed in, or to help.
struct RefusalRow: Sendable, CustomTestStringConvertible {
    let reason: RefusalReason
    let situation: String
    let meet: @Sendable (Stack) async throws -> Refused
    let goOn: @Sendable (Refused) async throws -> Void
    var testDescription: String { "\(reason.rawValue): \(situation)" }

    static let all: [RefusalRow] = atSignIn + whileLinking

    /// A newcomer at a provider's button.
    private static func newcomer(
        _ stack: Stack,
        _ provider: String,
        _ email: String?,
        verified: Bool = true,
        owner: Owner? = nil
    ) async throws -> Refused {
        let visitor = try await Visitor.opened(at: stack, provider, email: email, verified: verified)
        let browser = stack.browser()
        return Refused(answer: try await visitor.arrive(in: browser), browser: browser, visitor: visitor, owner: owner)
    }

    static let atSignIn: [RefusalRow] = [
        RefusalRow(reason: .userDisabled, situation: "their own identity") { stack in
            let refused = try await newcomer(stack, "github", Scene.address())
            try await stack.run(
                "update users set disabled_at = now() where id = (select user_id from federated_identities where subject = \(refused.visitor.subject))"
            )
            let browser = stack.browser()
            let answer = try await refused.visitor.arrive(in: browser)
            return Refused(answer: answer, browser: browser, visitor: refused.visitor, owner: nil)
        } goOn: { refused in
            try refused.expectHelp()
            try await refused.go()
        },
        RefusalRow(reason: .userDisabled, situation: "their address") { stack in
            let owner = try await Owner.signedUp(at: stack)
            try await stack.run("update users set disabled_at = now() where id = \(owner.id)::uuid")
            return try await newcomer(stack, "google", owner.email)
        } goOn: { refused in
            try refused.expectHelp()
            try await refused.go()
        },
        RefusalRow(reason: .identityBlocked, situation: "signing in") { stack in
            let owner = try await Owner.signedUp(at: stack)
            let visitor = try await Visitor.opened(at: stack, "github", email: owner.email)
            try await visitor.block(for: owner)
            let browser = stack.browser()
            return Refused(
                answer: try await visitor.arrive(in: browser),
                browser: browser,
                visitor: visitor,
                owner: owner
            )
        } goOn: { refused in
            #expect(try await refused.go().text.contains("action=\"/sign-in/password\""))
            try await refused.signIn()
            try await refused.allowAgain()
            try await refused.addAndUse()
        },
        RefusalRow(reason: .linkOnlyProvider, situation: "signing in with a page of before") { stack in
            let owner = try await Owner.signedUp(at: stack)
            let visitor = try await Visitor.opened(at: stack, "github", email: owner.email)
            let node = try await RefusalScene.linkOnlyNode()
            let browser = Browser(port: node.port, origin: Stack.origin)
            return Refused(
                answer: try await visitor.arrive(in: browser),
                browser: browser,
                visitor: visitor,
                owner: owner
            )
        } goOn: { refused in
            let page = try await refused.go()
            #expect(!page.text.contains("action=\"/sign-in/github\"") && page.text.contains("/sign-in/google"))
            try await refused.signIn()
            try await refused.addAndUse()
        },
        RefusalRow(reason: .refusedByPolicy, situation: "an address of a domain that is not let in") { stack in
            try await newcomer(stack, "google", Scene.address("refused.example"))
        } goOn: { refused in
            try refused.expectHelp()
            try await refused.go()
        },
        RefusalRow(reason: .accountExists, situation: "an account that is linked from inside") { stack in
            let owner = try await Owner.signedUp(at: stack, email: Scene.address("exists.example"))
            return try await newcomer(stack, "github", owner.email, owner: owner)
        } goOn: { refused in
            try await refused.go()
            try await refused.signIn()
            try await refused.addAndUse()
        },
        RefusalRow(reason: .addressUnproven, situation: "verified at the provider a moment later") { stack in
            try await newcomer(stack, "github", Scene.address("unproven.example"), verified: false)
        } goOn: { refused in
            let again = try refused.first()
            #expect(again.isForm && again.target == "/sign-in/github")
            let proven = try await refused.visitor.reporting(refused.visitor.email, verified: true)
            #expect(try await proven.arrive(in: refused.browser).startsSession)
            #expect(try await refused.browser.user() == proven.owner())
        },
        RefusalRow(reason: .addressMissing, situation: "passed on at the second time") { stack in
            try await newcomer(stack, "twitter", nil)
        } goOn: { refused in
            let again = try refused.first()
            #expect(again.isForm && again.target == "/sign-in/twitter")
            let shared = try await refused.visitor.reporting(Scene.address())
            #expect(try await shared.arrive(in: refused.browser).startsSession)
            #expect(try await refused.browser.user() == shared.owner())
        },
    ]
}

extension Visitor {
    /// As after an owner has taken a link to this identity back.
    func block(for owner: Owner) async throws {
        let stand = try await Visitor.opened(at: stack, provider, email: nil)
        try await stand.arrive(in: stack.browser())
        try await stack.run(
            """
            insert into blocked_identities (user_id, issuer, subject, provider)
            select \(owner.id)::uuid, issuer, \(subject), provider from federated_identities where subject = \(stand.subject)
            """
        )
    }
}

extension Refused {
    /// Allows on the account page what was blocked there.
    func allowAgain() async throws {
        let page = try await browser.get("/account")
        let path = try #require(page.text.firstMatch(of: /\/account\/blocked\/[0-9a-f-]+\/allow/)).0
        #expect(try await browser.get(String(path)).status == 200)
        #expect(try await browser.post(String(path)).header("location") == "/account?done=identity_allowed")
    }
}
