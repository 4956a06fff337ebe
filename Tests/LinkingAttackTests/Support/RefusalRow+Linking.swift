import Accounts
import Postgres
import TestSupport
import Testing

extension RefusalRow {
    /// Somebody who is signed in adds a way in; `change` happens while they are at the provider.
    private static func adding(
        _ provider: String = "github",
        to owner: Owner,
        in browser: Browser? = nil,
        visitor: Visitor? = nil,
        change: SQL? = nil
    ) async throws -> Refused {
        let stack = owner.stack
        var adding: Visitor
        if let visitor { adding = visitor } else { adding = try await Visitor.opened(at: stack, provider, email: nil) }
        let browser = browser ?? owner.browser
        let callback = try await adding.callback(in: browser, at: "/account/link/")
        if let change { try await stack.run(change) }
        return Refused(answer: try await browser.get(callback), browser: browser, visitor: adding, owner: owner)
    }

    /// Ends what stands in the way: signed in to the account that has the identity, removes it there.
    @Sendable private static func removeThere(_ refused: Refused) async throws {
        let page = try await refused.browser.get("/account")
        let path = try #require(page.text.firstMatch(of: /\/account\/identities\/[0-9a-f-]+\/remove/)).0
        #expect(try await refused.browser.get(String(path)).status == 200)
        #expect(
            try await refused.browser.post(String(path)).header("location") == "/account?done=identity_removed"
        )
        #expect(try await refused.visitor.owner() == nil)
        try await refused.signIn()
        try await refused.addAndUse()
    }

    static let whileLinking: [RefusalRow] = [
        RefusalRow(reason: .identityInUse, situation: "of an account of one's own") { stack in
            let visitor = try await Visitor.opened(at: stack, "github", email: nil)
            let other = try await Owner.signedUp(at: stack)
            try await visitor.arrive(in: other.browser, at: "/account/link/")
            return try await adding(to: try await Owner.signedUp(at: stack), visitor: visitor)
        } goOn: { refused in
            let step = try refused.first()
            #expect(step.isForm && step.target == "/sign-in/github" && step.returnTo == "/account")
            try await refused.visitor.arrive(in: refused.browser)
            #expect(try await refused.browser.user() == refused.visitor.owner())
            try await removeThere(refused)
        },
        RefusalRow(reason: .identityInUse, situation: "of a provider that signs nobody in") { stack in
            let visitor = try await Visitor.opened(at: stack, "github", email: nil)
            let other = try await Owner.signedUp(at: stack)
            try await visitor.arrive(in: other.browser, at: "/account/link/")
            let owner = try await Owner.signedUp(at: stack)
            let browser = await owner.browser.copy(port: try await RefusalScene.linkOnlyNode().port)
            let refused = try await adding(to: owner, in: browser, visitor: visitor)
            let step = try refused.first()
            #expect(!step.isForm && step.target == "/sign-in?return_to=%2Faccount", "\(step)")
            try await refused.go()
            try await refused.signIn(other, returnTo: "/account")
            return refused
        } goOn: { refused in
            try await removeThere(refused)
        },
        RefusalRow(reason: .identityBlocked, situation: "while linking") { stack in
            let owner = try await Owner.signedUp(at: stack)
            let visitor = try await Visitor.opened(at: stack, "github", email: nil)
            try await visitor.block(for: owner)
            return try await adding(to: owner, visitor: visitor)
        } goOn: { refused in
            #expect(try await refused.go().text.contains("/account/blocked/"))
            try await refused.allowAgain()
            try await refused.addAndUse()
        },
        RefusalRow(reason: .sessionEnded, situation: "at the provider") { stack in
            let owner = try await Owner.signedUp(at: stack)
            return try await adding(
                to: owner,
                change: "update sessions set expires_at = now() where user_id = \(owner.id)::uuid"
            )
        } goOn: { refused in
            let step = try refused.first()
            #expect(step.target == "/sign-in?return_to=%2Faccount%2Flink%2Fgithub")
            try await refused.go()
            try await refused.signIn(returnTo: "/account/link/github")
            #expect(try await refused.browser.get("/account/link/github").text.contains("Go on to GitHub"))
            try await refused.addAndUse()
        },
        RefusalRow(reason: .sessionStale, situation: "at the provider") { stack in
            let owner = try await Owner.signedUp(at: stack)
            return try await adding(
                to: owner,
                change:
                    "update sessions set authenticated_at = now() - interval '1 day' where user_id = \(owner.id)::uuid"
            )
        } goOn: { refused in
            let step = try refused.first()
            #expect(step.target == "/account/confirm?return_to=%2Faccount%2Flink%2Fgithub")
            try await refused.go()
            let owner = try #require(refused.owner)
            let confirmed = try await refused.browser.post(
                "/account/confirm",
                form: [("password", owner.password), ("return_to", "/account/link/github")]
            )
            #expect(confirmed.header("location") == "/account/link/github")
            #expect(try await refused.browser.get("/account/link/github").text.contains("Go on to GitHub"))
            try await refused.addAndUse()
        },
        RefusalRow(reason: .userDisabled, situation: "an identity of a disabled user's") { stack in
            let visitor = try await Visitor.opened(at: stack, "github", email: nil)
            let other = try await Owner.signedUp(at: stack)
            try await visitor.arrive(in: other.browser, at: "/account/link/")
            try await stack.run("update users set disabled_at = now() where id = \(other.id)::uuid")
            return try await adding(to: try await Owner.signedUp(at: stack), visitor: visitor)
        } goOn: { refused in
            try refused.expectHelp()
            #expect(try await refused.go().status == 200)
            #expect(try await refused.browser.user() == refused.owner?.id)
        },
    ]
}
