import Accounts
import OAuth
import OpenIDConnect
import YAML

extension ProviderFile {
    /// `endpoints:` or `discovery:`; an OpenID Provider without either is asked for its metadata.
    func endpointSource(isOpenIDConnect: Bool) -> Provider.EndpointSource? {
        let explicit = root.optional("endpoints")
        let discovery = root.optional("discovery")
        if let explicit {
            if discovery != nil { root.fail("discovery", "give either \"endpoints\" or \"discovery\", not both") }
            return explicit.mapping().flatMap { endpoints($0, isOpenIDConnect: isOpenIDConnect) }
        }
        guard isOpenIDConnect else {
            if discovery == nil { root.fail("protocol", "oauth2 needs \"endpoints\"") }
            root.fail("discovery", "only openid_connect providers have \"discovery\"")
            return nil
        }
        return discoverySource(discovery?.mapping())
    }

    private func endpoints(_ mapping: MappingReader, isOpenIDConnect: Bool) -> Provider.EndpointSource? {
        let authorization = url(mapping.required("authorization"))
        let token = url(mapping.required("token"))
        let keys = isOpenIDConnect ? url(mapping.required("keys")) : nil
        let userInfo = isOpenIDConnect ? url(mapping.optional("userinfo")) : nil
        mapping.finish()
        guard let authorization, let token, isOpenIDConnect == (keys != nil) else { return nil }
        return .explicit(
            ResolvedEndpoints(
                authorization: authorization,
                token: token,
                userInfo: userInfo,
                keySet: keys,
                alwaysSendsIssuer: false
            )
        )
    }

    private func discoverySource(_ mapping: MappingReader?) -> Provider.EndpointSource? {
        var hosts: Set<String>?
        if let value = mapping?.optional("hosts"), let names = value.strings() {
            if names.contains(where: { EndpointURL("https://\($0)")?.host.isExactly($0) != true }) {
                value.fail("\"discovery.hosts\" has to be a list of host names in lower case, without ports")
            }
            hosts = Set(names).union(surroundings.origins.hosts)
        }
        mapping?.finish()
        guard let issuerURL = EndpointURL(issuer), let url = WellKnown.openIDConfiguration(issuer: issuerURL) else {
            return nil
        }
        return .discovery(
            DiscoverySource(
                issuer: issuer,
                url: surroundings.origins.apply(to: url),
                hosts: hosts,
                allowsLoopbackHTTP: surroundings.allowsLoopbackHTTP || surroundings.origins.allowLoopbackHTTP,
                bulkhead: id.description
            )
        )
    }

    /// `authorization:`: scopes and parameters.
    func authorizationRule(isOpenIDConnect: Bool) -> Provider.AuthorizationRule? {
        guard let mapping = root.required("authorization")?.mapping() else { return nil }
        let scopes = scopes(mapping.optional("scopes"), isOpenIDConnect: isOpenIDConnect, mapping)
        let parameters = parameters(mapping.optional("parameters")?.mapping())
        let passThrough = mapping.optional("pass_through")?.list()?.compactMap { value -> String? in
            guard let name = value.string(), checkParameter(name, value) else { return nil }
            return name
        }
        let mode = mapping.optional("response_mode")?.choice(of: Provider.AuthorizationRule.ResponseMode.self)
        let usesPKCE = mapping.optional("pkce")?.bool()
        mapping.finish()
        return Provider.AuthorizationRule(
            scopes: scopes,
            parameters: parameters,
            passThrough: Set(passThrough ?? []),
            responseMode: mode ?? .query,
            usesPKCE: usesPKCE ?? true
        )
    }

    /// Parameters that are always sent.
    func parameters(_ mapping: MappingReader?) -> [Provider.Parameter] {
        (mapping?.names ?? []).compactMap { name in
            guard let value = mapping?.optional(name), checkParameter(name, value), let text = value.string() else {
                return nil
            }
            return Provider.Parameter(name: name, value: text)
        }
    }

    /// RFC 6749 §3.3: visible ASCII without quote and backslash; each once.
    static func areScopes(_ scopes: [String]) -> Bool {
        Set(scopes).count == scopes.count
            && scopes.allSatisfy { scope in
                scope.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }
            }
    }

    private func scopes(_ value: ValueReader?, isOpenIDConnect: Bool, _ mapping: MappingReader) -> [String] {
        let scopes = value?.strings() ?? []
        if !Self.areScopes(scopes) {
            value?.fail("\"authorization.scopes\" has to be a list of different words")
        }
        if isOpenIDConnect, !scopes.contains("openid") {
            mapping.fail("scopes", "an openid_connect provider needs the scope openid")
        }
        if scopes.contains("offline_access") {
            value?.fail("offline_access asks for a refresh token, which signing in does not need: see \"kept_tokens\"")
        }
        return scopes
    }

    private func checkParameter(_ name: String, _ value: ValueReader) -> Bool {
        // In lower case only: a server that ignores case must not read `State` as a second state (F-6).
        guard (1...64).contains(name.utf8.count),
            name.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F })
        else {
            value.fail("a parameter name has to be of a-z, 0-9 and _")
            return false
        }
        guard !Provider.reservedParameters.contains(name) else {
            value.fail("\"\(name)\" is set by Latchkey and cannot be set or passed through")
            return false
        }
        return true
    }

    /// `profile:`: what is asked with the access token.
    func profileRequests() -> [ProfileRequest] {
        var names: Set<String> = [ClaimPath.idToken, ClaimPath.userInfo, ClaimPath.claims]
        return (root.optional("profile")?.list() ?? []).compactMap { value in
            guard let mapping = value.mapping() else { return nil }
            let nameValue = mapping.required("name")
            let name = nameValue?.string()
            if let name, !Self.isAnswerName(name) || !names.insert(name).inserted {
                nameValue?.fail("\"\(value.path).name\" has to be a new name of a-z, 0-9 and _")
            }
            let url = url(mapping.required("url"))
            let headers = headers(mapping.optional("headers")?.mapping())
            let pages = mapping.optional("maximum_pages")?.int(in: 1...20)
            let absent = mapping.optional("absent_on")?.list()?.compactMap { $0.int(in: 400...499) }
            mapping.finish()
            guard let name, let url else { return nil }
            return ProfileRequest(
                name: name,
                url: url,
                headers: headers,
                maximumPages: pages ?? 1,
                absentStatuses: Set(absent ?? []),
                bulkhead: id.description,
                origins: surroundings.origins
            )
        }
    }

    /// `token_check:`: which app an access token was given to.
    func tokenCheck(_ subjectType: IdentityRule.SubjectType?) -> TokenCheck? {
        guard let mapping = root.optional("token_check")?.mapping() else { return nil }
        let urlValue = mapping.required("url")
        let url = urlValue?.string()
        let example = url.flatMap { TokenCheck.url($0, clientID: "client") }
        let isSecure = example?.isSecure(allowingLoopbackHTTP: surroundings.allowsLoopbackHTTP) ?? false
        if let url, !isSecure || !url.contains(TokenCheck.placeholder) {
            urlValue?.fail("\"token_check.url\" has to be an https URL with {client_id} in it")
        }
        let headers = headers(mapping.optional("headers")?.mapping())
        let clientID = members(mapping.required("client_id"))
        let subject = members(mapping.required("subject"))
        mapping.finish()
        guard let url, let clientID, let subject, let subjectType else { return nil }
        return TokenCheck(
            url: url,
            headers: headers,
            clientID: clientID,
            subject: subject,
            subjectType: subjectType,
            bulkhead: id.description,
            origins: surroundings.origins
        )
    }

    /// Member names with dots between them.
    private func members(_ value: ValueReader?) -> [String]? {
        guard let value, let text = value.string() else { return nil }
        let names = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard names.allSatisfy({ !$0.isEmpty }) else {
            value.fail("\"\(value.path)\" has to be member names with dots between them")
            return nil
        }
        return names
    }

    private func headers(_ mapping: MappingReader?) -> [ProfileRequest.Header] {
        let reserved: Set<String> = [
            "authorization", "host", "cookie", "content-length", "content-type", "transfer-encoding", "connection",
            "te", "trailer", "upgrade", "expect", "proxy-authorization",
        ]
        return (mapping?.names ?? []).compactMap { name in
            guard let value = mapping?.optional(name), let text = value.string() else { return nil }
            let isToken = name.utf8.allSatisfy {
                (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D
            }
            guard isToken, !reserved.contains(name.lowercased()), text.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
            else {
                value.fail("this header cannot be set, or its value is not visible ASCII")
                return nil
            }
            return ProfileRequest.Header(name: name, value: text)
        }
    }

    private static func isAnswerName(_ name: String) -> Bool {
        (1...32).contains(name.utf8.count)
            && name.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
    }

    /// An endpoint: https as written; a stand-in may take its place afterwards.
    private func url(_ value: ValueReader?) -> EndpointURL? {
        guard let value, let text = value.string() else { return nil }
        guard let url = EndpointURL(text), url.isSecure(allowingLoopbackHTTP: surroundings.allowsLoopbackHTTP) else {
            value.fail("\"\(value.path)\" has to be an https URL without user name and fragment")
            return nil
        }
        return surroundings.origins.apply(to: url)
    }
}
