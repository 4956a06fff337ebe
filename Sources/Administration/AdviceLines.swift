public import Accounts
public import PolicyLanguage
import YAML

extension PolicyDocument {
    /// What the author may not have meant, and rules about providers that there are none of; one line each.
    public func adviceLines(among providers: Set<ProviderID>?) -> [String] {
        (advice + (providers.map { unknownProviders(among: $0) } ?? [])).map(\.description)
    }
}
