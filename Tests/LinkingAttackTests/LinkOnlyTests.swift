import Foundation
import Postgres
import TestSupport
import Testing

/// A provider's mode, at every way in (Keycloak CVE-2026-16442: a provider for linking only signed people in on another endpoint).
@Suite("Modes of providers", .enabled(if: Stack.isAvailable))
struct LinkOnlyTests {
    /// GitHub is for linking only on the first of these nodes, and switched off on the second.
    private static let nodes = Task { () throws -> (linkOnly: Stack.Node, off: Stack.Node) in
        let arguments = try await Scene.stack().arguments
        return (
            try await Stack.startNode(arguments + ["--set", "providers.github.link_only=true"]),
            try await Stack.startNode(arguments + ["--set", "providers.github.enabled=false"])
        )
    }

    /// Whose identity arrives.
    enum Whose: String, CaseIterable, Sendable {
        case nobodys, linked, withTheAddressOfAnAccount, withAnUnprovenAddressOfAnAccount
    }

    private func visitor(_ whose: Whose, _ owner: Owner) async throws -> Visitor {
        let stack = owner.stack
        switch whose {
        case .nobodys: return try await Visitor.opened(at: stack, "github", email: Scene.address())
        case .linked:
            let visitor = try await Visitor.opened(at: stack, "github", email: nil)
            try await visitor.arrive(in: owner.browser, at: "/account/link/")
            return visitor
        case .withTheAddressOfAnAccount: return try await Visitor.opened(at: stack, "github", email: owner.email)
        case .withAnUnprovenAddressOfAnAccount:
            let email = Scene.address()
            let squatter = stack.browser()
            try await Visitor.opened(at: stack, "twitter", email: nil).arrive(in: squatter)
            let id = try #require(try await squatter.user())
            try await stack.run("insert into user_emails (user_id, address) values (\(id)::uuid, \(email))")
            return try await Visitor.opened(at: stack, "github", email: email)
        }
    }

    @Test(
        "L-17 a provider that is for linking only signs nobody in, whosever the identity, and makes no account and no link",
        arguments: Whose.allCases
    )
    func signIn(_ whose: Whose) async throws {
        let stack = try await Scene.stack()
        let owner = try await Owner.signedUp(at: stack)
        let visitor = try await visitor(whose, owner)
        let before = try await visitor.owner()
        let node = try await Self.nodes.value.linkOnly
        // From its own button, and with an answer that was begun while the provider still signed people in.
        for isBegunBefore in [false, true] {
            let browser = isBegunBefore ? stack.browser() : Browser(port: node.port, origin: Stack.origin)
            let callback = try await visitor.callback(in: browser)
            let there = await browser.copy(port: node.port)
            let answer = try await there.get(callback)
            #expect(answer.status == 403 && !answer.startsSession, "\(answer.status) \(answer.sentence)")
            #expect(try await there.user() == nil)
            #expect(try await visitor.owner() == before)
            #expect(try await visitor.decisions().last == "refuse:link_only_provider")
            #expect(
                try await stack.count("select count(*) from pending_links where subject = \(visitor.subject)") == 0
            )
        }
        #expect(
            try await !Browser(port: node.port, origin: Stack.origin).get("/sign-in").text.contains("/sign-in/github")
        )
    }

    @Test("L-17 an identity of a provider for linking only is no proof of an account and no way to confirm who one is")
    func proof() async throws {
        let stack = try await Scene.stack()
        let owner = try await Owner.signedUp(at: stack)
        let linked = try await visitor(.linked, owner)
        let waiting = try await Visitor.opened(at: stack, "twitter", email: owner.email)
        let node = try await Self.nodes.value.linkOnly
        let browser = Browser(port: node.port, origin: Stack.origin)
        #expect(try await waiting.arrive(in: browser).header("location") == "/confirm")
        #expect(try await !browser.get("/confirm").text.contains("/confirm/identity/github"))
        #expect(try await browser.post("/confirm/identity/github").status == 404)
        #expect(try await waiting.owner() == nil)
        // The control: where it is switched on entirely it proves the account.
        let elsewhere = await browser.copy(port: stack.nodes[0].port)
        #expect(try await linked.arrive(in: elsewhere, at: "/confirm/identity/").header("location") == "/confirm")

        try await stack.run(
            "update sessions set authenticated_at = now() - interval '1 day' where user_id = \(owner.id)::uuid"
        )
        try await stack.run("delete from passwords where user_id = \(owner.id)::uuid")
        let there = await owner.browser.copy(port: node.port)
        let page = try await there.get("/account/confirm?return_to=%2Faccount")
        #expect(page.status == 200 && !page.text.contains("/sign-in/github"), "it would be refused there")
        let control = try await owner.browser.get("/account/confirm?return_to=%2Faccount")
        #expect(control.text.contains("/sign-in/github"), "the control")
    }

    @Test(
        "L-17 while signed in, in a fresh session, a provider for linking only is added, and then still signs nobody in"
    )
    func linking() async throws {
        let stack = try await Scene.stack()
        let owner = try await Owner.signedUp(at: stack)
        let visitor = try await Visitor.opened(at: stack, "github", email: nil)
        let node = try await Self.nodes.value.linkOnly
        let browser = await owner.browser.copy(port: node.port)
        #expect(try await browser.get("/account").text.contains("/account/link/github"))
        #expect(try await visitor.arrive(in: browser, at: "/account/link/").startsSession)
        #expect(try await visitor.owner() == owner.id)
        let another = Browser(port: node.port, origin: Stack.origin)
        #expect(try await visitor.arrive(in: another).status == 403)
        #expect(try await another.user() == nil)
        let elsewhere = stack.browser()
        #expect(
            try await visitor.arrive(in: elsewhere).startsSession,
            "the control: its mode is all that stood in the way"
        )
    }

    @Test("L-17 a provider that is switched off is nowhere: no button, no start, no callback, no proof, no linking")
    func off() async throws {
        let stack = try await Scene.stack()
        let owner = try await Owner.signedUp(at: stack)
        let visitor = try await visitor(.linked, owner)
        let node = try await Self.nodes.value.off
        let browser = await owner.browser.copy(port: node.port)
        let begun = stack.browser()
        let callback = try await visitor.callback(in: begun)
        for page in ["/sign-in", "/account"] {
            #expect(try await !browser.get(page).text.contains("action=\"/sign-in/github\""))
            #expect(try await !browser.get(page).text.contains("/account/link/github"))
        }
        for path in ["/sign-in/github", "/account/link/github", "/confirm/identity/github"] {
            #expect(try await browser.post(path).status == 404, "\(path)")
        }
        #expect(try await browser.get("/account/link/github").status == 404)
        let there = await begun.copy(port: node.port)
        #expect(try await there.get(callback).status == 404)
        #expect(try await there.user() == nil)
        #expect(try await begun.get(callback).startsSession, "the control: the answer was not used up either")
    }
}
