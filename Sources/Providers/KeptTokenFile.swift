import OAuth
import YAML

/// Reads `kept_tokens:` of a provider's file: how it is asked where its tokens are kept.
struct KeptTokenFile {
    let file: ProviderFile

    func rule() -> Provider.KeptTokenRule {
        guard let mapping = file.root.optional("kept_tokens")?.mapping() else { return .plain }
        let parameters = file.parameters(mapping.optional("parameters")?.mapping())
        let scopesValue = mapping.optional("scopes")
        let scopes = scopesValue?.strings() ?? []
        if !ProviderFile.areScopes(scopes) {
            scopesValue?.fail("\"kept_tokens.scopes\" has to be a list of different words")
        }
        let names = scopeNames(mapping.optional("scope_names")?.mapping())
        let refusals = (mapping.optional("refusals")?.list() ?? []).compactMap { value -> TokenFault.Reason? in
            guard let reason = value.choice(of: Refusal.self) else { return nil }
            return reason.reason
        }
        mapping.finish()
        return Provider.KeptTokenRule(
            parameters: parameters,
            scopes: scopes,
            scopeNames: names,
            refusals: Set(refusals)
        )
    }

    private func scopeNames(_ mapping: MappingReader?) -> [String: String] {
        var names: [String: String] = [:]
        for answered in mapping?.names ?? [] {
            guard let value = mapping?.optional(answered), let asked = value.string() else { continue }
            guard ProviderFile.areScopes([answered, asked]) else {
                value.fail("\"kept_tokens.scope_names\" has to give scopes another spelling")
                continue
            }
            names[answered] = asked
        }
        return names
    }

    /// Errors that a file may call final. What says that we are not known, or that somebody is busy, is never a refresh token's end.
    private enum Refusal: String, CaseIterable {
        case invalidRequest = "invalid_request"

        var reason: TokenFault.Reason {
            switch self {
            case .invalidRequest: .invalidRequest
            }
        }
    }
}
