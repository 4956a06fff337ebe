import Accounts
import YAML

/// Reads `upstream_tokens:` in the file of an app: which scopes an access token of a provider may have for the app to get it.
struct ClientUpstreamTokens {
    let root: MappingReader

    /// What is allowed; every fault goes to the report.
    func allowed(
        grants: Set<GrantType>,
        providers: Set<ProviderID>?,
        isPublic: Bool,
        isFirstParty: Bool?
    ) -> [ProviderID: Set<String>] {
        guard let value = root.optional("upstream_tokens"), let mapping = value.mapping() else { return [:] }
        if !grants.contains(.tokenExchange) {
            value.fail("\"upstream_tokens\" needs the grant \(GrantType.tokenExchange.rawValue)")
        }
        if isPublic { value.fail("a public client cannot have \"upstream_tokens\": it proves nothing of itself") }
        // Nobody is asked whether somebody else's app may act for them at a provider (C16).
        if isFirstParty == false { value.fail("\"upstream_tokens\" is for apps with \"first_party: true\"") }
        if mapping.names.isEmpty { value.fail("\"upstream_tokens\" has to name a provider") }
        var allowed: [ProviderID: Set<String>] = [:]
        for name in mapping.names {
            guard let scopes = mapping.optional(name) else { continue }
            guard let id = ProviderID(name) else {
                scopes.fail("a provider's id is 1 to 32 characters of a-z, 0-9 and -")
                continue
            }
            if providers?.contains(id) == false {
                scopes.fail("\"providers\" does not have \"\(id)\", so its tokens are not for this app")
            }
            allowed[id] = Set((scopes.list() ?? []).compactMap(scope))
        }
        mapping.finish()
        return allowed
    }

    /// Longer than a scope of ours: Google's are addresses.
    private func scope(_ entry: ValueReader) -> String? {
        guard let text = entry.string() else { return nil }
        guard text.utf8.count <= 256,
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C })
        else {
            entry.fail(
                "a provider's scope is of visible ASCII without quotes, backslashes and spaces, 256 characters at most"
            )
            return nil
        }
        return text
    }
}
