import Accounts
import Flows
import Testing

@testable import Web

/// The links and buttons below a refusal or a question.
@Suite("Steps after a decision")
struct RefusalStepTests {
    static func button(linkOnly: Bool = false) throws -> WebServices.Button {
        let id = try #require(ProviderID("github"))
        return WebServices.Button(id: id, name: "GitHub", brand: .github, formPost: false, isLinkOnly: linkOnly)
    }

    /// Everything that a step may lead to. Each is taken in a real node by the walks of the attack suites.
    static let destinations: Set<String> = [
        "/sign-in", "/account", "/sign-in?return_to=%2Faccount", "/sign-in?return_to=%2Faccount%2Flink%2Fgithub",
        "/account/confirm?return_to=%2Faccount%2Flink%2Fgithub", "post /sign-in/github", "post /account/link/github",
        "help@example.org",
    ]

    private func targets(_ steps: [MessagePage.NextStep]) -> [String] {
        steps.map { step in
            switch step.target {
            case .link(let path): path
            case .post(let action, _): "post " + action
            case .contact(let address): address
            }
        }
    }

    @Test("every next step leads somewhere known, one of them is the primary one", arguments: NextStep.allCases)
    func leadsSomewhere(_ step: NextStep) throws {
        for (linking, linkOnly) in [(false, false), (true, false), (false, true), (true, true)] {
            let steps = try Answers.links(
                after: step,
                linking: linking,
                with: Self.button(linkOnly: linkOnly),
                contact: "help@example.org"
            )
            #expect(steps.count { $0.primary } == 1)
            #expect(Self.destinations.isSuperset(of: targets(steps)), "\(targets(steps))")
            // Without anybody to ask there is still somewhere to go.
            let alone = try Answers.links(after: step, linking: linking, with: Self.button(linkOnly: linkOnly))
            #expect(!alone.isEmpty && !targets(alone).contains("help@example.org"))
            // A provider that signs nobody in is never offered for signing in to an account that exists.
            if linkOnly, step == .unlinkThere { #expect(!targets(steps).contains("post /sign-in/github")) }
        }
    }

    @Test("what only an administrator can grant leads to one", arguments: RefusalReason.allCases)
    func help(_ reason: RefusalReason) throws {
        for linking in [false, true] {
            let steps = try Answers.links(
                after: reason.nextStep,
                linking: linking,
                with: Self.button(),
                contact: "help@example.org"
            )
            let needsHelp = [.contactAdministrator, .askForInvitation].contains(reason.nextStep)
            #expect(targets(steps).contains("help@example.org") == needsHelp)
        }
    }

    @Test("F11 a contact is a mailbox or a web address, and nothing else becomes a link")
    func contacts() {
        #expect(PageTarget.contact("help@example.org") == "mailto:help@example.org")
        #expect(PageTarget.contact("help+me@example.org") == "mailto:help+me@example.org")
        #expect(
            PageTarget.contact("https://example.org/help?topic=accounts") == "https://example.org/help?topic=accounts"
        )
        for address in [
            "javascript:alert(1)@x", "help@example.org?cc=mallory@example.org", "help@example.org,mallory@example.org",
            "//evil.example", "help", "a\nb@example.org", "%0a@example.org", "",
        ] { #expect(PageTarget.contact(address) == "/", "\(address)") }
    }
}
