import Accounts
import Administration
import PolicyLanguage
import Testing

@Suite("Policies as files")
struct PolicyTextTests {
    @Test("the built-in policy as a file says what it says")
    func standard() throws {
        let document = try PolicyDocument.parse(LinkingPolicy.standard.yaml, file: "built-in")
        #expect(document.policy.hash == LinkingPolicy.standard.hash)
        #expect(document.policy.name == "standard")
    }

    @Test("every part of a rule comes back")
    func everyPart() throws {
        let provider = try #require(ProviderID("google"))
        var policy = LinkingPolicy.standard
        policy.signUp = .invited
        policy.dormantAfter = nil
        policy.linkLapsesAfter = 86_400
        policy.rules.insert(
            LinkingRule(
                name: #"a "quoted" \ name: with # and ünïcode"#,
                when: LinkingCondition(
                    email: [.verified, .authoritative],
                    account: [.verified],
                    recycled: false,
                    privileged: false,
                    dormant: false,
                    providers: [provider],
                    domains: ["example.org", "example.com"],
                    apps: ["shop"]
                ),
                then: .refuse(.accountExists)
            ),
            at: 0
        )
        let document = try PolicyDocument.parse(policy.yaml, file: "written")
        #expect(document.policy.canonicalText == policy.canonicalText)
    }
}
