import Accounts
import Cryptography
import OAuth
import OpenIDConnect
import YAML

/// Reads one provider file. Every fault goes to the report; a provider comes back only when there was none.
struct ProviderFile {
    /// What the configuration adds to the files.
    struct Surroundings {
        /// Issuers for files that say `issuer: configured`, by provider id.
        var issuers: [String: String]
        var origins: OriginSubstitutions
        var allowsLoopbackHTTP: Bool
    }

    enum Result {
        case provider(Provider)
        /// The file says `issuer: configured` and the configuration names none: the provider is off.
        case awaitingIssuer(ProviderID)
        case faulty
    }

    let root: MappingReader
    let surroundings: Surroundings
    /// The issuer, from the file or from the configuration.
    let issuer: String
    /// The provider's id.
    let id: ProviderID

    /// Reads a file.
    static func read(name: String, text: String, surroundings: Surroundings, report: DiagnosticReport) -> Result {
        let before = report.count
        guard let root = YAMLDocument.load(text: text, file: name, report: report) else { return .faulty }
        guard let id = readID(root, file: name) else { return .faulty }
        guard let issuerValue = root.required("issuer"), let issuer = issuerValue.string() else { return .faulty }
        guard issuer == "configured" else {
            return finish(
                Self(root: root, surroundings: surroundings, issuer: issuer, id: id).provider(),
                before,
                report
            )
        }
        // Reading with a placeholder finds every other fault, also while the provider is off.
        let configured = surroundings.issuers[id.description]
        let file = Self(root: root, surroundings: surroundings, issuer: configured ?? "https://issuer.invalid", id: id)
        let result = finish(file.provider(), before, report)
        if case .provider = result, configured == nil { return .awaitingIssuer(id) }
        return result
    }

    private static func finish(_ provider: Provider?, _ before: Int, _ report: DiagnosticReport) -> Result {
        guard let provider, report.count == before else { return .faulty }
        return .provider(provider)
    }

    private static func readID(_ root: MappingReader, file: String) -> ProviderID? {
        guard let value = root.required("id"), let text = value.string() else { return nil }
        guard let id = ProviderID(text) else {
            value.fail("\"id\" has to be 1 to 32 characters of a-z, 0-9 and -")
            return nil
        }
        let base = file.split(separator: "/").last.map(String.init) ?? file
        guard base == "\(id).yaml" else {
            value.fail("\"id\" has to be the file's name without .yaml")
            return nil
        }
        return id
    }

    private enum Language: String, CaseIterable {
        case openIDConnect = "openid_connect"
        case oauth2
    }

    private func provider() -> Provider? {
        let name = root.required("name")?.string()
        let button = button(name: name ?? "")
        let language = root.required("protocol")?.choice(of: Language.self)
        checkIssuer()
        let isOpenIDConnect = language == .openIDConnect
        let idToken = isOpenIDConnect ? idTokenRule() : nil
        let endpoints = endpointSource(isOpenIDConnect: isOpenIDConnect)
        let authorization = authorizationRule(isOpenIDConnect: isOpenIDConnect)
        let callbackIssuer = callbackIssuerRule()
        let authentication = root.required("client_authentication")?.choice(of: ClientAuthentication.self)
        let asksUserInfo = isOpenIDConnect ? root.optional("userinfo")?.bool() ?? false : false
        let keptTokens = KeptTokenFile(file: self).rule()
        let profile = profileRequests()
        var names = Set(profile.map(\.name))
        if isOpenIDConnect { names.formUnion([ClaimPath.idToken, ClaimPath.claims]) }
        if asksUserInfo { names.insert(ClaimPath.userInfo) }
        let rule = IdentityFile(answers: names, isOpenIDConnect: isOpenIDConnect, root: root).rule()
        let tokenCheck = tokenCheck(rule?.subjectType)
        let examples = ExampleFile(answers: names, root: root).examples()
        root.finish()
        guard let name, let button, language != nil, let endpoints, let authorization, let callbackIssuer,
            let authentication, let identity = rule, isOpenIDConnect == (idToken != nil)
        else { return nil }
        return Provider(
            id: id,
            name: name,
            button: button,
            issuer: issuer,
            idToken: idToken,
            endpointSource: endpoints,
            authorization: authorization,
            keptTokens: keptTokens,
            callbackIssuer: callbackIssuer,
            clientAuthentication: authentication,
            asksUserInfo: asksUserInfo,
            profile: profile,
            tokenCheck: tokenCheck,
            identity: identity,
            examples: examples,
            origins: surroundings.origins
        )
    }

    private func checkIssuer() {
        // OpenID Connect Core §2: https, no query, no fragment.
        if let url = EndpointURL(issuer), url.query == nil,
            url.isSecure(allowingLoopbackHTTP: surroundings.allowsLoopbackHTTP)
        {
            return
        }
        root.fail("issuer", "the issuer has to be an https URL without a query, or the word configured")
    }

    private func button(name: String) -> Provider.Button? {
        guard let mapping = root.optional("button")?.mapping() else {
            return Provider.Button(brand: .generic, label: Provider.label(for: name), logo: nil)
        }
        let brand = mapping.required("brand")?.choice(of: Provider.Button.Brand.self)
        let label = mapping.optional("label")?.string() ?? Provider.label(for: name)
        let logoValue = mapping.optional("logo")
        let logo = logoValue?.string()
        if let logo, !logo.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }) {
            logoValue?.fail("\"button.logo\" has to be a name of a-z, 0-9 and -")
        }
        mapping.finish()
        return brand.map { Provider.Button(brand: $0, label: label, logo: logo) }
    }

    private func idTokenRule() -> Provider.IDTokenRule? {
        guard let value = root.optional("id_token") else {
            return Provider.IDTokenRule(issuers: [issuer], algorithms: [.rs256], maximumAge: 3600)
        }
        guard let mapping = value.mapping() else { return nil }
        let issuers = mapping.optional("issuers")?.strings() ?? [issuer]
        let algorithms = mapping.optional("algorithms")?.list()?.compactMap {
            $0.choice(of: SignatureAlgorithm.self)
        }
        let range = Duration.seconds(60)...Duration.seconds(86_400)
        let age = mapping.optional("maximum_age")?.duration(in: range) ?? .seconds(3600)
        if issuers.isEmpty || algorithms?.isEmpty == true { value.fail("\"id_token\" lists may not be empty") }
        mapping.finish()
        return Provider.IDTokenRule(
            issuers: Set(issuers),
            algorithms: Set(algorithms ?? [.rs256]),
            maximumAge: age.components.seconds
        )
    }

    private func callbackIssuerRule() -> CallbackIssuerRule? {
        guard let value = root.optional("callback_issuer") else {
            return CallbackIssuerRule(expected: issuer, required: false)
        }
        guard let mapping = value.mapping() else { return nil }
        let expected = mapping.optional("expected")?.string() ?? issuer
        let required = mapping.optional("required")?.bool() ?? false
        mapping.finish()
        return CallbackIssuerRule(expected: expected, required: required)
    }

    private init(root: MappingReader, surroundings: Surroundings, issuer: String, id: ProviderID) {
        self.root = root
        self.surroundings = surroundings
        self.issuer = issuer
        self.id = id
    }
}
