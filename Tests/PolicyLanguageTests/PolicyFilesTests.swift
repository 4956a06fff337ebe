import Foundation
import Testing

@testable import Accounts
@testable import PolicyLanguage

/// The policies that Latchkey ships.
enum ShippedPolicies {
    static let root = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static let recipes = ["strict", "friendly", "invite-only", "company-domain", "github-only-team"]

    /// Path in the repository; `standard` is the file of the default policy.
    static func path(_ name: String) -> String {
        name == "standard" ? "providers/linking-policy.yaml" : "providers/recipes/\(name).yaml"
    }

    static func document(_ name: String) throws -> PolicyDocument {
        let text = try String(contentsOf: root.appending(path: path(name)), encoding: .utf8)
        return try PolicyDocument.parse(text, file: path(name))
    }
}

@Suite("Shipped policies")
struct PolicyFilesTests {
    @Test("providers/linking-policy.yaml is the built-in policy, word for word")
    func standard() throws {
        let document = try ShippedPolicies.document("standard")
        #expect(document.policy.canonicalText == LinkingPolicy.standard.canonicalText)
        #expect(document.policy.name == LinkingPolicy.standard.name)
        #expect(document.policy.hash == LinkingPolicy.standard.hash)
        #expect(document.advice == [])
    }

    @Test("every recipe loads, is called like its file, and says at its head whom it is for")
    func recipes() throws {
        let folder = ShippedPolicies.root.appending(path: "providers/recipes").path
        let files = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(files.sorted() == ShippedPolicies.recipes.map { $0 + ".yaml" }.sorted())
        for name in ShippedPolicies.recipes {
            let document = try ShippedPolicies.document(name)
            #expect(document.policy.name == name)
            #expect(document.policy.violations() == [])
            #expect(document.text.hasPrefix("# "))
            #expect(document.text.contains("\n# For ") || document.text.contains("# A team that "))
        }
        #expect(try ShippedPolicies.recipes.flatMap { try ShippedPolicies.document($0).advice } == [])
    }

    /// Who comes, from which provider, with an address in which domain.
    struct Walk: Sendable, CustomTestStringConvertible {
        let policy: String
        let who: String
        let facts: LinkingFacts
        var provider = "google"
        var domain = "mail.example"
        var invited = false
        let outcome: String

        var testDescription: String { "\(policy): \(who)" }
    }

    private static func newcomer(
        _ email: LinkingFacts.Email,
        _ account: LinkingFacts.Account,
        recycled: Bool = false,
        privileged: Bool = false,
        dormant: Bool = false
    ) -> LinkingFacts {
        LinkingFacts(
            intent: .signIn,
            session: .none,
            identity: .unknown,
            email: email,
            account: account,
            recycled: recycled,
            privileged: privileged,
            dormant: dormant
        )
    }

    private static let owner = LinkingFacts(
        intent: .signIn,
        session: .none,
        identity: .other,
        email: .verified,
        account: .verified
    )

    static let walks: [Walk] = [
        // Strict.
        Walk(policy: "strict", who: "a newcomer", facts: newcomer(.verified, .none), outcome: "create"),
        Walk(policy: "strict", who: "a newcomer without an address", facts: newcomer(.none, .none), outcome: "create"),
        Walk(
            policy: "strict",
            who: "a newcomer with an unverified address",
            facts: newcomer(.unverified, .none),
            outcome: "refuse:address_unproven"
        ),
        Walk(policy: "strict", who: "somebody returning", facts: owner, outcome: "sign_in"),
        Walk(
            policy: "strict",
            who: "a verified clash",
            facts: newcomer(.verified, .verified),
            outcome: "refuse:account_exists"
        ),
        Walk(
            policy: "strict",
            who: "a clash the mailbox operator vouches for",
            facts: newcomer(.authoritative, .verified),
            outcome: "refuse:account_exists"
        ),
        Walk(
            policy: "strict",
            who: "an unverified stranger at somebody's address",
            facts: newcomer(.unverified, .verified),
            outcome: "refuse:address_unproven"
        ),
        Walk(
            policy: "strict",
            who: "the owner of a squatted address",
            facts: newcomer(.authoritative, .unverified),
            outcome: "claim_after_proof"
        ),
        // Friendly.
        Walk(policy: "friendly", who: "a newcomer", facts: newcomer(.unverified, .none), outcome: "create"),
        Walk(policy: "friendly", who: "somebody returning", facts: owner, outcome: "sign_in"),
        Walk(policy: "friendly", who: "a verified clash", facts: newcomer(.verified, .verified), outcome: "link"),
        Walk(
            policy: "friendly",
            who: "a verified clash from another provider",
            facts: newcomer(.verified, .verified),
            provider: "elsewhere",
            outcome: "link_after_proof:email_code,linked_identity,password"
        ),
        Walk(
            policy: "friendly",
            who: "a verified clash with an administrator",
            facts: newcomer(.verified, .verified, privileged: true),
            outcome: "link_after_proof:linked_identity,password"
        ),
        Walk(
            policy: "friendly",
            who: "a verified clash with an account nobody used for half a year",
            facts: newcomer(.verified, .verified, dormant: true),
            outcome: "link_after_proof:linked_identity,password"
        ),
        Walk(
            policy: "friendly",
            who: "an unverified stranger at somebody's address",
            facts: newcomer(.unverified, .verified),
            outcome: "create_separate"
        ),
        Walk(
            policy: "friendly",
            who: "the owner of a squatted address",
            facts: newcomer(.authoritative, .unverified),
            outcome: "claim"
        ),
        Walk(
            policy: "friendly",
            who: "an address several people have proven",
            facts: newcomer(.verified, .several),
            outcome: "link_after_proof:linked_identity,password"
        ),
        // Invite-only.
        Walk(
            policy: "invite-only",
            who: "a newcomer",
            facts: newcomer(.verified, .none),
            outcome: "refuse:invitation_required"
        ),
        Walk(
            policy: "invite-only",
            who: "a newcomer with an invitation",
            facts: newcomer(.verified, .none),
            invited: true,
            outcome: "create"
        ),
        Walk(policy: "invite-only", who: "somebody returning", facts: owner, outcome: "sign_in"),
        Walk(
            policy: "invite-only",
            who: "a verified clash",
            facts: newcomer(.verified, .verified),
            outcome: "link_after_proof:email_code,linked_identity,password"
        ),
        Walk(
            policy: "invite-only",
            who: "an unverified stranger at somebody's address",
            facts: newcomer(.unverified, .verified),
            outcome: "refuse:invitation_required"
        ),
        Walk(
            policy: "invite-only",
            who: "an invited but unverified stranger at somebody's address",
            facts: newcomer(.unverified, .verified),
            invited: true,
            outcome: "create_separate"
        ),
        Walk(
            policy: "invite-only",
            who: "the owner of a squatted address",
            facts: newcomer(.authoritative, .unverified),
            outcome: "claim"
        ),
        // One company's domain.
        Walk(
            policy: "company-domain",
            who: "a new colleague",
            facts: newcomer(.authoritative, .none),
            domain: "corp.example",
            outcome: "create"
        ),
        Walk(
            policy: "company-domain",
            who: "a new colleague, or a former one, through GitHub",
            facts: newcomer(.verified, .none),
            provider: "github",
            domain: "corp.example",
            outcome: "hold"
        ),
        Walk(
            policy: "company-domain",
            who: "a colleague whom the mailbox operator vouches for",
            facts: newcomer(.authoritative, .verified),
            domain: "corp.example",
            outcome: "link"
        ),
        Walk(
            policy: "company-domain",
            who: "a verified clash",
            facts: newcomer(.verified, .verified),
            provider: "github",
            domain: "corp.example",
            outcome: "link_after_proof:linked_identity,password"
        ),
        Walk(
            policy: "company-domain",
            who: "the owner of a squatted address",
            facts: newcomer(.authoritative, .unverified),
            domain: "corp.example",
            outcome: "claim"
        ),
        Walk(
            policy: "company-domain",
            who: "an unverified stranger at somebody's address",
            facts: newcomer(.unverified, .verified),
            domain: "corp.example",
            outcome: "refuse:address_unproven"
        ),
        Walk(
            policy: "company-domain",
            who: "a newcomer from elsewhere",
            facts: newcomer(.authoritative, .none),
            outcome: "refuse:refused_by_policy"
        ),
        Walk(
            policy: "company-domain",
            who: "a subdomain is elsewhere",
            facts: newcomer(.authoritative, .none),
            domain: "mail.corp.example",
            outcome: "refuse:refused_by_policy"
        ),
        Walk(
            policy: "company-domain",
            who: "somebody who hides the address",
            facts: newcomer(.none, .none),
            outcome: "refuse:address_missing"
        ),
        Walk(policy: "company-domain", who: "a guest returning", facts: owner, outcome: "sign_in"),
        // A team on GitHub.
        Walk(
            policy: "github-only-team",
            who: "an invited newcomer",
            facts: newcomer(.verified, .none),
            provider: "github",
            invited: true,
            outcome: "create"
        ),
        Walk(
            policy: "github-only-team",
            who: "a newcomer",
            facts: newcomer(.none, .none),
            provider: "github",
            outcome: "refuse:invitation_required"
        ),
        Walk(
            policy: "github-only-team",
            who: "somebody returning through another provider",
            facts: owner,
            outcome: "sign_in"
        ),
        Walk(
            policy: "github-only-team",
            who: "an invited newcomer through another provider",
            facts: newcomer(.authoritative, .none),
            invited: true,
            outcome: "refuse:refused_by_policy"
        ),
        Walk(
            policy: "github-only-team",
            who: "a verified clash",
            facts: newcomer(.verified, .verified),
            provider: "github",
            outcome: "link_after_proof:email_code,linked_identity,password"
        ),
        Walk(
            policy: "github-only-team",
            who: "an unverified stranger at somebody's address",
            facts: newcomer(.unverified, .verified),
            provider: "github",
            outcome: "refuse:invitation_required"
        ),
        Walk(
            policy: "github-only-team",
            who: "the owner of a squatted address",
            facts: newcomer(.verified, .unverified),
            provider: "github",
            outcome: "claim_after_proof"
        ),
    ]

    @Test("a recipe does what its head says", arguments: walks)
    func walk(_ walk: Walk) throws {
        let provider = try #require(ProviderID(walk.provider))
        let context = LinkingContext(
            provider: provider,
            domain: walk.facts.email == .none ? nil : walk.domain,
            invited: walk.invited
        )
        let policy = try ShippedPolicies.document(walk.policy).policy
        let decision = decideLinking(walk.facts, under: policy, context: context)
        #expect("\(decision.outcome)" == walk.outcome)
        // Nobody is left without a way on.
        if case .refuse = decision.outcome { #expect(decision.nextStep != nil) }
    }
}
