import Accounts
import Cryptography
import OAuth
import YAML

/// Reads what is written about one app. Every fault goes to the report; an app comes back only when there was none.
struct ClientFile {
    let root: MappingReader

    /// A document about an app, and the id that it has to have.
    static func read(_ document: YAMLNode, expecting expected: ExpectedID, report: DiagnosticReport) -> Client? {
        let before = report.count
        guard let root = ValueReader(node: document, path: "", report: report).mapping() else { return nil }
        let client = ClientFile(root: root).client(expecting: expected)
        root.finish()
        return report.count == before ? client : nil
    }

    private func client(expecting expected: ExpectedID) -> Client? {
        let id = id(expecting: expected)
        let name = root.required("name").flatMap(ClientName.read)
        let keys = root.optional("jwks").map(ClientKeysFile.read)
        let secrets = secrets(hasKeys: keys != nil)
        let redirectURIs = redirectURIs()
        let postLogout = postLogoutRedirectURIs()
        let grants = grants(hasRedirectURI: !redirectURIs.isEmpty)
        let scopes = scopes(grants)
        let providers = providers()
        let exchange = exchange(grants)
        let isFirstParty = root.required("first_party")?.bool()
        let upstreamTokens = ClientUpstreamTokens(root: root)
            .allowed(
                grants: grants,
                providers: providers,
                isPublic: secrets.isEmpty && keys == nil,
                isFirstParty: isFirstParty
            )
        let format = root.optional("access_tokens")?.choice(of: AccessTokenFormat.self) ?? .opaque
        let algorithm = idTokenAlgorithm()
        let lifetimes = lifetimes(format)
        let claims = root.optional("claims").map { MappedClaimsFile.read($0, scopes: scopes) } ?? []
        let backchannelLogout = backchannelLogout()
        guard let id, let name, let isFirstParty else { return nil }
        return Client(
            id: id,
            name: name,
            secretHashes: secrets,
            keys: keys ?? [],
            redirectURIs: redirectURIs,
            postLogoutRedirectURIs: postLogout,
            grants: grants,
            scopes: scopes,
            providers: providers,
            isFirstParty: isFirstParty,
            upstreamTokens: upstreamTokens,
            accessTokens: format,
            idTokenAlgorithm: algorithm,
            lifetimes: lifetimes,
            claims: claims,
            isNonceOptional: exchange?.isNonceOptional ?? false,
            exchangeAudiences: exchange?.audiences,
            backchannelLogout: backchannelLogout
        )
    }

    private func id(expecting expected: ExpectedID) -> ClientID? {
        guard let value = root.required("id"), let text = value.string() else { return nil }
        guard let id = ClientID(text) else {
            value.fail("\"id\" has to be 1 to 64 characters of a-z, 0-9, -, _ and ., and not look like a user's id")
            return nil
        }
        switch expected {
        case .any: return id
        case .file(let name):
            let base = name.split(separator: "/").last.map(String.init) ?? name
            if base == "\(id).yaml" { return id }
            value.fail("\"id\" has to be the file's name without .yaml")
        case .id(let named):
            if named == id { return id }
            value.fail("\"id\" has to be that of the app that is changed")
        }
        return nil
    }

    /// `secret_hashes:`, or `jwks:`, or `public: true`: one way for an app to prove itself, so that nothing weaker stands beside the
    /// one that is meant. The secret itself is never in a file.
    private func secrets(hasKeys: Bool) -> [TokenHash] {
        let isPublic = root.optional("public")?.bool() ?? false
        if hasKeys, isPublic { root.fail("jwks", "a public client has no key: give \"public\" or \"jwks\"") }
        guard let value = root.optional("secret_hashes") else {
            if !isPublic, !hasKeys {
                root.fail(
                    "secret_hashes",
                    "needs \"secret_hashes\" (make one with: latchkey clients secret), \"jwks\" or \"public: true\""
                )
            }
            return []
        }
        if hasKeys { value.fail("an app proves itself in one way: give \"jwks\" or \"secret_hashes\"") }
        if isPublic { value.fail("a public client has no secret: give \"public\" or \"secret_hashes\"") }
        let list = value.list() ?? []
        if !(1...2).contains(list.count) {
            value.fail("\"secret_hashes\" has to have one entry, or two while one is replaced")
        }
        return list.compactMap { entry in
            guard let text = entry.string() else { return nil }
            let prefix = "sha256:"
            guard text.hasPrefix(prefix), let bytes = Hex.decode(String(text.dropFirst(prefix.count))),
                let hash = TokenHash(stored: bytes)
            else {
                entry.fail(
                    "a secret's hash is \"sha256:\" and 64 hexadecimal digits; make one with: latchkey clients secret"
                )
                return nil
            }
            return hash
        }
    }

    private func redirectURIs() -> [RedirectURI] {
        uris("redirect_uris")
    }

    private func postLogoutRedirectURIs() -> Set<String> {
        Set(uris("post_logout_redirect_uris").map(\.description))
    }

    /// How many addresses an app may have of each kind.
    static let maximumURIs = 32

    private func uris(_ key: String) -> [RedirectURI] {
        guard let value = root.optional(key), let list = value.list() else { return [] }
        guard list.count <= Self.maximumURIs else {
            value.fail("an app has at most \(Self.maximumURIs) addresses in \"\(key)\"")
            return []
        }
        return list.compactMap(redirectURI)
    }

    private func redirectURI(_ entry: ValueReader) -> RedirectURI? {
        guard let text = entry.string() else { return nil }
        do throws(RedirectURI.Fault) {
            return try RedirectURI(text)
        } catch {
            entry.fail(error.advice)
            return nil
        }
    }

    private func grants(hasRedirectURI: Bool) -> Set<GrantType> {
        let value = root.optional("grants")
        let listed = value?.list()?.compactMap { $0.choice(of: GrantType.self) }
        let grants = Set(listed ?? [.authorizationCode, .refreshToken])
        if grants.contains(.authorizationCode), !hasRedirectURI {
            root.fail("redirect_uris", "authorization_code needs at least one redirect URI")
        }
        return grants
    }

    private func scopes(_ grants: Set<GrantType>) -> Set<String> {
        guard let value = root.optional("scopes") else { return ["openid", "profile", "email"] }
        let scopes = (value.list() ?? []).compactMap { entry -> String? in
            guard let text = entry.string() else { return nil }
            guard Scope.isToken(text) else {
                entry.fail("a scope is of visible ASCII without quotes, backslashes and spaces, 64 characters at most")
                return nil
            }
            return text
        }
        if scopes.contains(Scope.offlineAccess), !grants.contains(.refreshToken) {
            value.fail("offline_access without the grant refresh_token gives nothing")
        }
        return Set(scopes)
    }

    private func providers() -> Set<ProviderID>? {
        guard let value = root.optional("providers") else { return nil }
        let ids = (value.list() ?? []).compactMap { entry -> ProviderID? in
            guard let text = entry.string() else { return nil }
            guard let id = ProviderID(text) else {
                entry.fail("a provider's id is 1 to 32 characters of a-z, 0-9 and -")
                return nil
            }
            return id
        }
        if ids.isEmpty { value.fail("without a provider nobody could sign in; leave \"providers\" out to allow all") }
        return Set(ids)
    }

    private enum NonceRule: String, CaseIterable {
        case required
        case optional
    }

    private struct Exchange {
        let isNonceOptional: Bool
        let audiences: Set<String>?
    }

    /// `exchange: {nonce: optional, audiences: [...]}`.
    private func exchange(_ grants: Set<GrantType>) -> Exchange? {
        guard let value = root.optional("exchange"), let mapping = value.mapping() else { return nil }
        if !grants.contains(.tokenExchange) {
            value.fail("\"exchange\" without the grant \(GrantType.tokenExchange.rawValue) says nothing")
        }
        let nonce = mapping.optional("nonce")
        let rule = nonce?.choice(of: NonceRule.self)
        // Whoever stole a token could present it: of such a client nothing else is known.
        if rule == .optional, root.optional("public")?.bool() == true {
            nonce?.fail("a public client proves nothing of itself, so its tokens need a nonce")
        }
        let audiences = mapping.optional("audiences").map(audiences)
        mapping.finish()
        return Exchange(isNonceOptional: rule == .optional, audiences: audiences)
    }

    private func audiences(_ value: ValueReader) -> Set<String> {
        guard let list = value.list() else { return [] }
        if list.isEmpty {
            value.fail("without an audience no token fits; leave \"audiences\" out for your own client id")
        }
        let ids = list.compactMap { entry -> String? in
            guard let text = entry.string() else { return nil }
            guard (1...255).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                entry.fail("a client id at a provider is 1 to 255 characters of visible ASCII")
                return nil
            }
            return text
        }
        return Set(ids)
    }

    private func idTokenAlgorithm() -> TokenAlgorithm {
        // RS256 is what OpenID Connect makes every relying party understand (Core §15.1).
        root.optional("id_token_algorithm")?.choice(of: TokenAlgorithm.self) ?? .rs256
    }

    private func lifetimes(_ format: AccessTokenFormat) -> Client.Lifetimes {
        let mapping = root.optional("lifetimes")?.mapping()
        // A JWT is believed until it expires, so it is kept short.
        let longest: Duration = format == .jwt ? .seconds(3600) : .seconds(86_400)
        let lifetimes = Client.Lifetimes(
            accessToken: mapping?.optional("access_token")?.duration(in: .seconds(30)...longest) ?? .seconds(600),
            idle: mapping?.optional("idle")?.duration(in: .seconds(60)...Self.days(400)) ?? Self.days(14),
            absolute: mapping?.optional("absolute")?.duration(in: .seconds(60)...Self.days(400)) ?? Self.days(90)
        )
        mapping?.finish()
        return lifetimes
    }

    /// `backchannel_logout_uri:` and `backchannel_logout_session_required:`, as OpenID Connect Back-Channel Logout 1.0 §2.2 calls them.
    private func backchannelLogout() -> BackchannelLogout? {
        let session = root.optional("backchannel_logout_session_required")
        let isSessionRequired = session?.bool() ?? false
        guard let value = root.optional("backchannel_logout_uri") else {
            session?.fail("without \"backchannel_logout_uri\" nothing is sent")
            return nil
        }
        guard let text = value.string() else { return nil }
        guard let uri = EndpointURL(text),
            let logout = BackchannelLogout(uri: uri, isSessionRequired: isSessionRequired)
        else {
            value.fail("\"backchannel_logout_uri\" has to be https, or http on this machine, without user or fragment")
            return nil
        }
        return logout
    }

    private static func days(_ count: Int) -> Duration { .seconds(86_400 * count) }
}

extension RedirectURI.Fault {
    /// What is wrong with it, and what would be right.
    var advice: String {
        switch self {
        case .malformed: "a redirect URI is an absolute URI of at most 512 characters of visible ASCII"
        case .fragment: "a redirect URI has no fragment (RFC 6749 §3.1.2)"
        case .userInformation: "a redirect URI has no user before its host"
        case .plainHTTP: "plain http is for 127.0.0.1, [::1] and localhost only"
        case .dangerousScheme: "this scheme runs or shows what it is given"
        case .schemeWithoutDot: "an app's own scheme is its domain in reverse, like com.example.app (RFC 8252 §7.1)"
        }
    }
}
