@testable import Accounts

/// Policies and shorthands for the tests.
enum Policies {
    /// A policy with the given rules before the standard ones' place, everything else refused to the administrator.
    static func make(
        _ name: String,
        signUp: SignUp = .open,
        _ rules: [(LinkingCondition, LinkingOutcome)],
        completing: Bool = true
    ) -> LinkingPolicy {
        var list = rules.enumerated().map { LinkingRule(name: "rule \($0 + 1)", when: $1.0, then: $1.1) }
        if completing {
            list.append(LinkingRule(name: "rest", when: LinkingCondition(), then: .refuse(.refusedByPolicy)))
        }
        return LinkingPolicy(name: name, signUp: signUp, dormantAfter: nil, rules: list)
    }

    /// The standard policy with another sign-up.
    static func standard(_ signUp: SignUp) -> LinkingPolicy {
        var policy = LinkingPolicy.standard
        policy.signUp = signUp
        return policy
    }

    /// Never links by address at all.
    static let cautious = make(
        "cautious",
        [
            (LinkingCondition(email: [.verified, .authoritative], account: [.verified]), .refuse(.accountExists)),
            (LinkingCondition(email: [.verified, .authoritative], account: [.unverified]), .claimAfterProof),
            (LinkingCondition(email: [.verified, .authoritative], account: [.several]), .hold),
            (LinkingCondition(account: [.none]), .create),
            (LinkingCondition(), .createSeparate),
        ],
        completing: false
    )

    /// Trusts verified evidence of one provider, wants an address of everybody else, treats one domain apart.
    static let restricted = LinkingPolicy(
        name: "restricted",
        signUp: .invited,
        dormantAfter: 86_400,
        rules: [
            LinkingRule(
                name: "our own directory",
                when: LinkingCondition(
                    email: [.verified, .authoritative],
                    account: [.verified],
                    providers: ids("directory"),
                    domains: ["corp.example"]
                ),
                then: .link
            ),
            LinkingRule(
                name: "corporate addresses come through the directory",
                when: LinkingCondition(account: [.verified], domains: ["corp.example"], apps: ["payroll"]),
                then: .hold
            ),
            LinkingRule(
                name: "elsewhere",
                when: LinkingCondition(email: [.verified, .authoritative], account: [.verified, .several]),
                then: .linkAfterProof(proofs: [.password, .linkedIdentity])
            ),
            LinkingRule(
                name: "never proven",
                when: LinkingCondition(email: [.verified, .authoritative], account: [.unverified]),
                then: .claimAfterProof
            ),
            LinkingRule(name: "no address", when: LinkingCondition(email: [.none]), then: .refuse(.addressMissing)),
            LinkingRule(
                name: "unproven",
                when: LinkingCondition(email: [.unverified]),
                then: .refuse(.addressUnproven)
            ),
            LinkingRule(name: "new", when: LinkingCondition(account: [.none]), then: .create),
        ]
    )

    /// Every policy of the tests that must be found clean.
    static let good: [LinkingPolicy] = [
        .standard, standard(.invited), standard(.closed), cautious, restricted,
        make("nobody", []),
        make("only holds", [(LinkingCondition(), .hold)], completing: false),
    ]

    static func ids(_ names: String...) -> Set<ProviderID> { Set(names.compactMap { ProviderID($0) }) }
}

extension LinkingContext {
    /// A context for tests that do not care.
    static func of(
        _ provider: String = "google",
        domain: String? = "mail.example",
        app: String? = nil,
        invited: Bool = false
    )
        -> LinkingContext
    {
        // The names in the tests are literals of the right form.
        LinkingContext(provider: ProviderID(provider) ?? Self.fallback, domain: domain, app: app, invited: invited)
    }

    private static let fallback: ProviderID = {
        guard let id = ProviderID("fallback") else { preconditionFailure("a literal of the right form") }
        return id
    }()
}

extension LinkingFacts {
    /// A newcomer's sign-in.
    static func signIn(
        _ email: Email,
        _ account: Account,
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
}

/// Decides under the standard policy.
func standardDecision(_ facts: LinkingFacts, provider: String = "google") -> LinkingDecision {
    decideLinking(
        facts,
        under: .standard,
        context: .of(provider, domain: facts.email == LinkingFacts.Email.none ? nil : "mail.example")
    )
}
