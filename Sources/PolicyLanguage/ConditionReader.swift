import Accounts
import IDNA
import YAML

/// Reads a rule's `when`.
struct ConditionReader {
    /// Most providers, and most apps, one rule may name.
    static let maximumNames = 100
    /// Most domains one rule may name.
    static let maximumDomains = 500

    /// What was read, and where the parts stand that later messages point at.
    private(set) var condition = LinkingCondition()
    /// Where `dormant` stands.
    private(set) var dormant: SourceLocation?
    /// Every provider named.
    private(set) var providers: [RulePlace.ProviderMention] = []

    /// Reads a mapping; faults go to its report.
    init(_ mapping: MappingReader) {
        condition.email = mapping.optional("email")?.oneOrMore(maximum: 8) { value in
            value.word(among: LinkingFacts.Email.allCases.map(\.rawValue)).flatMap(LinkingFacts.Email.init)
        }
        condition.account = mapping.optional("account")?.oneOrMore(maximum: 8, Self.account)
        condition.recycled = mapping.optional("recycled")?.bool()
        condition.privileged = mapping.optional("privileged")?.bool()
        let dormant = mapping.optional("dormant")
        self.dormant = dormant?.location
        condition.dormant = dormant?.bool()
        var mentions: [RulePlace.ProviderMention] = []
        condition.providers = mapping.optional("provider")?.oneOrMore(maximum: Self.maximumNames) { value in
            guard let id = Self.provider(value) else { return nil }
            mentions.append(RulePlace.ProviderMention(id: id, location: value.location))
            return id
        }
        providers = mentions
        condition.domains = mapping.optional("domain")?.oneOrMore(maximum: Self.maximumDomains, Self.domain)
        condition.apps = mapping.optional("app")?.oneOrMore(maximum: Self.maximumNames) { value in
            VisibleText.read(value, characters: 1...64)
        }
        mapping.finish()
    }

    private static func account(_ value: ValueReader) -> LinkingFacts.Account? {
        if case .scalar(LinkingFacts.Account.mine.rawValue, _) = value.node.content {
            value.fail("\"\(value.path)\" is never \"mine\" where rules are asked: that occurs only while linking")
            return nil
        }
        let words = LinkingFacts.Account.allCases.filter { $0 != .mine }.map(\.rawValue)
        return value.word(among: words).flatMap(LinkingFacts.Account.init)
    }

    private static func provider(_ value: ValueReader) -> ProviderID? {
        guard let text = value.string() else { return nil }
        if let id = ProviderID(text) { return id }
        value.fail(
            "\"\(value.path)\" is \(VisibleText.quoted(text)); a provider's id is 1 to 32 characters of a-z, 0-9 and -"
        )
        return nil
    }

    /// A whole domain as lower-case A-labels, the form in which decisions carry it.
    private static func domain(_ value: ValueReader) -> String? {
        guard let text = value.string() else { return nil }
        let words = "\"\(value.path)\" is \(VisibleText.quoted(text))"
        if text.contains("*") {
            value.fail("\(words); there are no wildcards: name every domain, subdomains are domains of their own")
        } else if text.unicodeScalars.contains("@") {
            value.fail("\(words); rules know domains, not addresses: leave out everything up to the @")
        } else if let domain = ASCIIDomain.convert(text), domain.utf8.contains(UInt8(ascii: ".")) {
            return domain
        } else {
            value.fail("\(words); it has to be a whole domain such as corp.example")
        }
        return nil
    }
}
