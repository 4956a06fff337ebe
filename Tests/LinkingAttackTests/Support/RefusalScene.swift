import Foundation
import Postgres
import TestSupport
import Testing

/// Where every refusal of a linking decision can be met: a policy that gives every reason a rule can give, each for a domain of its
/// own, and somebody to ask.
enum RefusalScene {
    static let contact = "help@latchkey.example"

    static func stack() async throws -> Stack { try await shared.value }
    private static let shared = Task {
        try await Stack.start(
            settings: Scene.settings + ["contact=\(contact)", "linking.policy_file=\(try file(policy))"]
        )
    }

    /// The same database through a node on which GitHub is for linking only, and one without passwords and mail.
    static func linkOnlyNode() async throws -> Stack.Node { try await linkOnly.value }
    private static let linkOnly = Task {
        try await Stack.startNode(try await stack().arguments + ["--set", "providers.github.link_only=true"])
    }
    static func silentNode() async throws -> Stack.Node { try await silent.value }
    private static let silent = Task {
        try await Stack.startNode(try await stack().arguments + ["--set", "password.enabled=false"])
    }

    /// A policy in a file of its own.
    static func file(_ text: String) throws -> String {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("refusals-\(Scene.number()).yaml").path
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    private static let policy = """
        version: 1
        sign_up: open
        dormant_after: 540d
        rules:
          - name: not from there
            when: { domain: refused.example }
            then: refuse
          - name: link from inside the account
            when: { domain: exists.example, email: [verified, authoritative], account: verified }
            then: refuse
            reason: account_exists
          - name: verify it first
            when: { domain: unproven.example, email: unverified }
            then: refuse
            reason: address_unproven
          - name: an address is wanted
            when: { provider: twitter, email: none }
            then: refuse
            reason: address_missing
          - name: somebody looks at it
            when: { domain: held.example, email: [verified, authoritative], account: none }
            then: hold

        """ + standardRules

    /// The rules of the project's own policy.
    static let standardRules: String = {
        let path = Stack.root + "/providers/linking-policy.yaml"
        guard let text = try? String(contentsOfFile: path, encoding: .utf8), let rules = text.range(of: "\nrules:\n")
        else { return "" }
        return String(text[rules.upperBound...])
    }()
}

/// A refusal that somebody has come to, and whoever they are.
struct Refused: Sendable {
    let answer: HTTPExchange.Answer
    let browser: Browser
    let visitor: Visitor
    /// Whose account it is about, if it is about one.
    let owner: Owner?

    /// What the page offers first.
    func first() throws -> Step { try #require(Step.all(on: answer).first, "no step at all: \(answer.sentence)") }

    /// Takes the first step to its end.
    @discardableResult
    func go() async throws -> HTTPExchange.Answer {
        let next = try await first().taken(by: browser)
        #expect(next.leadsOn, "\(next.status) \(next.sentence)")
        return next
    }

    /// The owner signs in with the password, as the page of signing in sends it.
    func signIn(_ somebody: Owner? = nil, returnTo: String? = nil) async throws {
        let somebody = try #require(somebody ?? owner)
        let form = [("email", somebody.email), ("password", somebody.password)]
        let answer = try await browser.post(
            "/sign-in/password",
            form: form + (returnTo.map { [("return_to", $0)] } ?? [])
        )
        #expect(answer.status == 303 && (returnTo == nil || answer.leadsTo == returnTo), "\(answer.sentence)")
        #expect(try await browser.user() == somebody.id)
    }

    /// Adds the identity from the account page, and signs in with it afterwards.
    func addAndUse() async throws {
        let owner = try #require(owner)
        #expect(try await browser.get("/account").text.contains("/account/link/\(visitor.provider)"))
        try await visitor.arrive(in: browser, at: "/account/link/")
        #expect(try await visitor.owner() == owner.id)
        #expect(try await browser.user() == owner.id)
    }

    /// Whoever runs the service can be written to, and the page says what to mention.
    func expectHelp() throws {
        let contact = "mailto:" + RefusalScene.contact
        #expect(Step.all(on: answer).contains { $0.target == contact && !$0.isForm }, "\(Step.all(on: answer))")
        #expect(answer.text.contains(try #require(answer.header("x-request-id"))))
    }
}
