public import Accounts

/// A case that somebody asks about, in the words of the command line and the administration interface.
public struct PolicyCase: Sendable, Hashable {
    /// The facts.
    public let facts: LinkingFacts
    /// Where.
    public let context: LinkingContext

    /// Creates a case from words; every one that is no word of its kind becomes a sentence.
    ///
    /// - Parameter words: by name: `provider`, `email` (`none`, `unverified`, `verified`, `authoritative`), `domain`, `app`,
    ///   `account` (`none`, `verified`, `unverified`, `disabled`, `several`, and while linking `mine`), `identity`, `session`,
    ///   and `intent`.
    /// - Parameter flags: of `recycled`, `privileged`, `dormant`, `link_only`, `invited`.
    public init(words: [String: String], flags: Set<String>) throws(PolicyCaseFault) {
        var faults: [String] = []
        func word<Value: RawRepresentable & CaseIterable>(_ name: String, _ fallback: Value) -> Value
        where Value.RawValue == String {
            guard let text = words[name] else { return fallback }
            if let value = Value(rawValue: text) { return value }
            let known = Value.allCases.map(\.rawValue).joined(separator: ", ")
            faults.append("\(name) is none of \(known)")
            return fallback
        }
        let intent = word("intent", LinkingFacts.Intent.signIn)
        let facts = LinkingFacts(
            intent: intent,
            session: word("session", intent == .link ? .fresh : .none),
            identity: word("identity", .unknown),
            email: word("email", .verified),
            account: word("account", .none),
            recycled: flags.contains("recycled"),
            privileged: flags.contains("privileged"),
            dormant: flags.contains("dormant")
        )
        let provider = words["provider"].flatMap { ProviderID($0) }
        if provider == nil { faults.append("provider has to be a provider's id: 1 to 32 of a-z, 0-9 and -") }
        let domain = words["domain"].map { EmailAddress("postmaster@" + $0)?.domain }
        if case .some(.none) = domain { faults.append("domain is no mail domain") }
        if facts.email != LinkingFacts.Email.none, words["domain"] == nil {
            // A rule that names domains has to have something to compare.
            faults.append("domain is missing: an address comes with one")
        }
        let hasNoAddress = facts.email == LinkingFacts.Email.none
        if faults.isEmpty, !facts.isPossible {
            faults.append("these facts cannot occur together: \(facts)")
        }
        guard faults.isEmpty, let provider else { throw PolicyCaseFault(sentences: faults) }
        self.facts = facts
        context = LinkingContext(
            provider: provider,
            domain: hasNoAddress ? nil : domain ?? nil,
            app: words["app"],
            linkOnly: flags.contains("link_only"),
            invited: flags.contains("invited")
        )
    }
}

/// Why a case is none.
public struct PolicyCaseFault: Error, Sendable, Hashable {
    /// What is wrong, one sentence each.
    public let sentences: [String]
}
