/// The kinds of contexts that a policy's rules can tell apart, so that trying one of each kind is trying all.
struct ContextKinds {
    /// One provider for each set of rules that name it, then one that no rule names.
    let providers: [ProviderID]
    /// One domain for each set of rules that name it, then one that no rule names, then nil for no address: the last two
    /// meet the same rules and are still different cases.
    let domains: [String?]
    /// One app for each set of rules that name it, then nil, which no rule names.
    let apps: [String?]
    /// With and without an invitation, where that makes a difference.
    let invitations: [Bool]

    init(_ policy: LinkingPolicy) {
        let rules = policy.rules.map(\.when)
        let provider = Self.unnamed("some-provider", "", among: rules.map { $0.providers.map(Self.names) })
        providers = (Self.distinct(rules.map { $0.providers.map(Self.names) }) + [provider]).compactMap {
            ProviderID($0)
        }
        let domain = Self.unnamed("somewhere", ".example", among: rules.map(\.domains))
        domains = Self.distinct(rules.map(\.domains)) + [domain, nil]
        apps = Self.distinct(rules.map(\.apps)) + [nil]
        invitations = policy.signUp == .invited ? [false, true] : [false]
    }

    /// How many kinds there are.
    var count: Int {
        [domains.count, apps.count, invitations.count].reduce(providers.count) { product, factor in
            let (result, overflow) = product.multipliedReportingOverflow(by: factor)
            return overflow ? Int.max : result
        }
    }

    /// One context of each kind, then one of a provider that is only for linking.
    var contexts: [LinkingContext] {
        var result: [LinkingContext] = []
        for provider in providers {
            for domain in domains {
                for app in apps {
                    for invited in invitations {
                        result.append(LinkingContext(provider: provider, domain: domain, app: app, invited: invited))
                    }
                }
            }
        }
        // What structure refuses before any rule is asked needs to be seen once.
        if var first = result.first {
            first.linkOnly = true
            result.append(first)
        }
        return result
    }

    private static func names(_ ids: Set<ProviderID>) -> Set<String> { Set(ids.map(\.description)) }

    /// The first name for each set of rules that name it.
    private static func distinct(_ named: [Set<String>?]) -> [String] {
        var rulesNaming: [String: [Int]] = [:]
        for (position, names) in named.enumerated() {
            for name in names ?? [] { rulesNaming[name, default: []].append(position) }
        }
        var seen: Set<[Int]> = []
        return rulesNaming.sorted { $0.key < $1.key }.filter { seen.insert($0.value).inserted }.map(\.key)
    }

    /// A name that no rule names; it appears in counterexamples.
    private static func unnamed(_ name: String, _ ending: String, among named: [Set<String>?]) -> String {
        var number = 1
        var candidate = name + ending
        // Ends: there are more numbers than names.
        while named.contains(where: { $0?.contains(candidate) ?? false }) {
            number += 1
            candidate = "\(name)-\(number)\(ending)"
        }
        return candidate
    }
}

extension LinkingPolicy {
    /// How many kinds of contexts (provider, domain, app, invitation) the rules tell apart. ``violations()`` tries every
    /// case in every one of them, so whoever takes policies from outside bounds it.
    public var contextCount: Int { ContextKinds(self).count }
}

extension LinkingContext {
    /// One context for each set of contexts that the policy's rules cannot tell apart: a restricted rule is thus tried
    /// where its restriction holds and where it does not.
    static func representatives(for policy: LinkingPolicy) -> [LinkingContext] { ContextKinds(policy).contexts }

    /// A domain comes with an address, and only then.
    func canAccompany(_ facts: LinkingFacts) -> Bool { (domain == nil) == (facts.email == LinkingFacts.Email.none) }
}
