/// What a decision may know beside the facts: which provider, which domain, which app. It deliberately does not name
/// the way in (browser, token exchange, manual link): no way in can have an opinion of its own.
public struct LinkingContext: Sendable, Hashable {
    /// The provider that answered.
    public var provider: ProviderID
    /// Domain of the address the provider vouches for, as lower-case A-labels; nil without an address.
    public var domain: String?
    /// Name of the app the person is signing in to; nil for Latchkey's own pages.
    public var app: String?
    /// The provider may only be added to accounts and signs nobody in (L-17).
    public var linkOnly: Bool
    /// The flow carries an invitation that has been checked; matters only while sign-up is by invitation.
    public var invited: Bool

    /// Creates a context.
    public init(
        provider: ProviderID,
        domain: String? = nil,
        app: String? = nil,
        linkOnly: Bool = false,
        invited: Bool = false
    ) {
        self.provider = provider
        self.domain = domain
        self.app = app
        self.linkOnly = linkOnly
        self.invited = invited
    }
}

/// When a rule applies: every given part must hold; a part that is nil says nothing.
///
/// Rules are asked only about a newcomer who signs in with an identity nobody owns: everything else is settled by
/// structure, see ``decideLinking(_:under:context:)``. So there are no conditions on intent, session and identity.
public struct LinkingCondition: Sendable, Hashable {
    /// Accepted evidence.
    public var email: Set<LinkingFacts.Email>?
    /// Accepted holders of the address.
    public var account: Set<LinkingFacts.Account>?
    /// Whether the address must, or must not, look recycled.
    public var recycled: Bool?
    /// Whether the account must, or must not, be privileged.
    public var privileged: Bool?
    /// Whether the account must, or must not, be dormant.
    public var dormant: Bool?
    /// Accepted providers.
    public var providers: Set<ProviderID>?
    /// Accepted domains of the address, whole, as lower-case A-labels; subdomains are other domains.
    public var domains: Set<String>?
    /// Apps the rule is limited to.
    public var apps: Set<String>?

    /// Creates a condition; without arguments it always holds.
    public init(
        email: Set<LinkingFacts.Email>? = nil,
        account: Set<LinkingFacts.Account>? = nil,
        recycled: Bool? = nil,
        privileged: Bool? = nil,
        dormant: Bool? = nil,
        providers: Set<ProviderID>? = nil,
        domains: Set<String>? = nil,
        apps: Set<String>? = nil
    ) {
        self.email = email
        self.account = account
        self.recycled = recycled
        self.privileged = privileged
        self.dormant = dormant
        self.providers = providers
        self.domains = domains
        self.apps = apps
    }

    /// True when every given part holds.
    public func holds(_ facts: LinkingFacts, in context: LinkingContext) -> Bool {
        describes(facts) && applies(in: context)
    }

    /// True when the parts about the facts hold.
    func describes(_ facts: LinkingFacts) -> Bool {
        if let email, !email.contains(facts.email) { return false }
        if let account, !account.contains(facts.account) { return false }
        if let recycled, recycled != facts.recycled { return false }
        if let privileged, privileged != facts.privileged { return false }
        if let dormant, dormant != facts.dormant { return false }
        return true
    }

    /// True when the parts about provider, domain and app hold.
    func applies(in context: LinkingContext) -> Bool {
        if let providers, !providers.contains(context.provider) { return false }
        // A restricted rule does not apply where there is no domain or no app to compare.
        if let domains, !(context.domain.map(domains.contains) ?? false) { return false }
        if let apps, !(context.app.map(apps.contains) ?? false) { return false }
        return true
    }

    /// The parts that do not hold, in a fixed order; empty exactly when the condition holds.
    public func mismatches(_ facts: LinkingFacts, in context: LinkingContext) -> [RuleMismatch] {
        var found: [RuleMismatch] = []
        func check(_ name: String, _ actual: String?, _ wanted: [String]?) {
            guard let wanted, !(actual.map(wanted.contains) ?? false) else { return }
            found.append(RuleMismatch(name: name, actual: actual ?? "none", wanted: wanted.sorted()))
        }
        func check(_ name: String, _ actual: Bool, _ wanted: Bool?) {
            check(name, actual ? "yes" : "no", wanted.map { [$0 ? "yes" : "no"] })
        }
        check("email", facts.email.rawValue, email?.map(\.rawValue))
        check("account", facts.account.rawValue, account?.map(\.rawValue))
        check("recycled", facts.recycled, recycled)
        check("privileged", facts.privileged, privileged)
        check("dormant", facts.dormant, dormant)
        check("provider", context.provider.description, providers?.map(\.description))
        check("domain", context.domain, domains.map { Array($0) })
        check("app", context.app, apps.map { Array($0) })
        return found
    }
}

/// One part of a rule's condition that did not hold.
public struct RuleMismatch: Sendable, Hashable, CustomStringConvertible {
    /// Key of the part, as in the policy's file.
    public let name: String
    /// What it was.
    public let actual: String
    /// What the rule accepts, sorted.
    public let wanted: [String]

    /// `email is verified, the rule wants authoritative`.
    public var description: String {
        let list = wanted.isEmpty ? "nothing" : wanted.joined(separator: " or ")
        return "\(name) is \(actual), the rule wants \(list)"
    }
}

/// One rule of a policy: when, then.
public struct LinkingRule: Sendable, Hashable {
    /// The name that appears in decisions, logs and pages; unique in its policy.
    public var name: String
    /// When it applies.
    public var when: LinkingCondition
    /// What it decides, before the guards; see ``LinkingGuard``.
    public var then: LinkingOutcome

    /// Creates a rule.
    public init(name: String, when: LinkingCondition, then: LinkingOutcome) {
        self.name = name
        self.when = when
        self.then = then
    }
}
