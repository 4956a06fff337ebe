/// Who may become a new user.
public enum SignUp: String, Sendable, Hashable, CaseIterable {
    /// Anybody.
    case open
    /// Whoever brings an invitation.
    case invited
    /// Nobody.
    case closed
}

/// The operator's linking policy: ordered rules, the first match decides.
public struct LinkingPolicy: Sendable, Hashable {
    /// Name for people.
    public var name: String
    /// Number in the policy's history, counting from 1; 0 for one that was never applied.
    public var version: Int
    /// Who may become a new user.
    public var signUp: SignUp
    /// Seconds without a sign-in after which an account counts as dormant; nil for never. The store compares, by the
    /// database's clock.
    public var dormantAfter: Int?
    /// Seconds without use after which a link has to be proven again; nil for never (L-19).
    public var linkLapsesAfter: Int?
    /// The rules, in order.
    public var rules: [LinkingRule]

    /// Creates a policy without checking it; see ``violations()``.
    public init(
        name: String,
        version: Int = 0,
        signUp: SignUp,
        dormantAfter: Int?,
        linkLapsesAfter: Int? = nil,
        rules: [LinkingRule]
    ) {
        self.name = name
        self.version = version
        self.signUp = signUp
        self.dormantAfter = dormantAfter
        self.linkLapsesAfter = linkLapsesAfter
        self.rules = rules
    }

    /// The policy that is built in. Every case a rule can be asked about is covered by name.
    public static let standard = LinkingPolicy(
        name: "standard",
        version: 1,
        signUp: .open,
        dormantAfter: 540 * 86_400,
        rules: [
            LinkingRule(
                name: "mailbox operator vouches for it",
                when: LinkingCondition(email: [.authoritative], account: [.verified]),
                then: .link
            ),
            LinkingRule(
                name: "verified by a provider that does not run the mailbox",
                when: LinkingCondition(email: [.verified], account: [.verified]),
                then: .linkAfterProof(proofs: [.password, .emailCode, .linkedIdentity])
            ),
            LinkingRule(
                name: "registered here but never proven, and the mailbox operator vouches for the newcomer",
                when: LinkingCondition(email: [.authoritative], account: [.unverified]),
                then: .claim
            ),
            LinkingRule(
                name: "registered here but never proven, and the newcomer's proof is second hand",
                when: LinkingCondition(email: [.verified], account: [.unverified]),
                then: .claimAfterProof
            ),
            LinkingRule(
                name: "unproven address of somebody's account",
                when: LinkingCondition(email: [.unverified], account: [.verified, .unverified, .disabled, .several]),
                then: .createSeparate
            ),
            LinkingRule(
                name: "several people have proven the same address",
                when: LinkingCondition(email: [.verified, .authoritative], account: [.several]),
                then: .hold
            ),
            LinkingRule(name: "newcomers", when: LinkingCondition(account: [.none]), then: .create),
        ]
    )
}
