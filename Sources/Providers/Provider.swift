public import Accounts
public import Cryptography
public import OAuth
public import OpenIDConnect

/// One provider, as its file describes it: how it is asked, what is believed of its answers, and who a person is there.
///
/// An immutable value. Nothing a request carries can change it: what one sign-in needs is an argument (F-7).
public struct Provider: Sendable, Hashable {
    /// Name in paths, configuration, logs; also the file's name.
    public let id: ProviderID
    /// Name people know.
    public private(set) var name: String
    /// How its button looks.
    public private(set) var button: Button
    /// The issuer half of every identity key from here. From the file or from configuration, never from an answer.
    public let issuer: String
    /// What an ID token has to be; nil for plain OAuth 2.0, which has none.
    public let idToken: IDTokenRule?
    /// Where the endpoints come from.
    public let endpointSource: EndpointSource
    /// How the browser is sent there.
    public internal(set) var authorization: AuthorizationRule
    /// How that changes where its tokens are kept.
    public let keptTokens: KeptTokenRule
    /// The rule for `iss` in the callback.
    public let callbackIssuer: CallbackIssuerRule
    /// How we prove who we are at the token endpoint.
    public let clientAuthentication: ClientAuthentication
    /// Whether the userinfo endpoint is asked too (OpenID Connect only).
    public let asksUserInfo: Bool
    /// What is asked with the access token, in order.
    public let profile: [ProfileRequest]
    /// What tells whose app an access token was given to; nil where the provider has no such question.
    public let tokenCheck: TokenCheck?
    /// How the answers become a person.
    public private(set) var identity: IdentityRule
    /// Captured answers and what has to become of them.
    public let examples: [ProviderExample]
    /// Stand-ins for origins, in development.
    let origins: OriginSubstitutions

    /// How a provider's button looks.
    public struct Button: Sendable, Hashable {
        /// Brands whose guidelines the pages know.
        public enum Brand: String, Sendable, Hashable, CaseIterable {
            /// Google's colours and "G".
            case google
            /// GitHub's Invertocat in black or white.
            case github
            /// The X logo.
            case x
            /// No brand rules: name and an optional logo.
            case generic
        }

        /// The brand.
        public let brand: Brand
        /// The words on the button.
        public let label: String
        /// Key of a logo that comes with the templates; nil for the brand's own or none.
        public let logo: String?
    }

    /// What an ID token has to be.
    public struct IDTokenRule: Sendable, Hashable {
        /// Accepted spellings of `iss`; Google has two.
        public let issuers: Set<String>
        /// Accepted signature algorithms.
        public let algorithms: Set<SignatureAlgorithm>
        /// Greatest age by `iat`, in seconds.
        public let maximumAge: Int64
    }

    /// Where the endpoints come from.
    public enum EndpointSource: Sendable, Hashable {
        /// Written in the file.
        case explicit(ResolvedEndpoints)
        /// The issuer's published metadata.
        case discovery(DiscoverySource)
    }

    /// How the browser is sent to the provider.
    public struct AuthorizationRule: Sendable, Hashable {
        /// How the answer comes back.
        public enum ResponseMode: String, Sendable, Hashable, CaseIterable {
            /// In the query of a GET.
            case query
            /// In the body of a cross-site POST, without our cookies (Apple).
            case formPost = "form_post"
        }

        /// Requested scopes in order.
        public let scopes: [String]
        /// Further parameters that are always sent, in order.
        public let parameters: [Parameter]
        /// Names a sign-in may add from the outside; everything else is dropped (F-6).
        public let passThrough: Set<String>
        /// How the answer comes back.
        public let responseMode: ResponseMode
        /// Whether PKCE is used; off only where a provider does not know it (A05).
        public let usesPKCE: Bool
    }

    /// A fixed parameter.
    public struct Parameter: Sendable, Hashable {
        /// Name.
        public let name: String
        /// Value.
        public let value: String
    }

    /// Whether an ID token comes with the tokens.
    public var isOpenIDConnect: Bool { idToken != nil }
}

extension Provider {
    /// The provider as the operator's configuration has it: another name, and more domains whose mailboxes it runs. The
    /// domains have to be lower-case A-labels; they count only for addresses that the provider verified.
    public func configured(name: String?, authoritativeFor domains: [String]) -> Provider {
        var provider = self
        if let name {
            let label = button.label == Self.label(for: self.name) ? Self.label(for: name) : button.label
            provider.name = name
            provider.button = Button(brand: button.brand, label: label, logo: button.logo)
        }
        provider.identity.email?.authoritativeFor.formUnion(domains)
        return provider
    }

    /// The words on a button whose file has none.
    static func label(for name: String) -> String { "Sign in with \(name)" }
}

extension Provider {
    /// Domains whose mailboxes it runs, by its file and the configuration.
    public var authoritativeDomains: Set<String> { identity.email?.authoritativeFor ?? [] }

    /// What its word about an address at a domain is usually worth; nil where it tells no address that counts.
    ///
    /// - Parameter domain: lower-case A-labels. A claim that a domain is hosted there (`hosted_domain`) is not foreseen.
    public func usualEvidence(at domain: String) -> EmailEvidence? {
        guard let email = identity.email, !email.isExcluded(domain) else { return nil }
        if email.verification == .never { return .unverified }
        return email.authoritativeFor.contains(domain) ? .authoritative : .verified
    }
}
