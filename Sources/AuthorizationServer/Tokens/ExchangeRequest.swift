public import Accounts
public import Cryptography
public import OAuth

/// What kind of token a parameter of an exchange names (RFC 8693 §3). The generic `…:jwt` is left out: "any JWT that somebody
/// signed" says nothing about what it is for.
public enum ExchangedTokenType: String, Sendable, Hashable, CaseIterable {
    /// An access token: of the provider that `subject_issuer` names, or without it one of ours.
    case accessToken = "urn:ietf:params:oauth:token-type:access_token"
    /// An ID token of a provider.
    case idToken = "urn:ietf:params:oauth:token-type:id_token"
}

/// A request for somebody's fresh token at a provider.
public struct UpstreamTokenRequest: Sendable, Hashable {
    /// A token of ours that stands for the person; not looked at yet.
    public let subject: Secret
    /// Whose token is asked for.
    public let provider: ProviderID
    /// The scopes the token has to have; nil when the app named none.
    public let scope: [String]?
}

/// A token exchange, as its form says it (RFC 8693 §2.1). Nothing in here has been believed yet.
public enum ExchangeRequest: Sendable, Hashable {
    /// Somebody signs in with what a provider gave them. `scope` is nil when the app named none.
    case signIn(ProviderID, ProviderCredential, scope: [String]?)
    /// A token of ours for a token of a provider.
    case upstreamToken(UpstreamTokenRequest)

    /// Reads the parameters. One that comes twice is refused by ``FormParameters`` before this.
    ///
    /// `subject_issuer` decides which of the two it is: it names the provider whose token the subject is, one of those configured
    /// here; the token itself is never asked who issued it.
    public init(_ form: FormParameters) throws(OAuthFailure) {
        // Nobody acts for somebody else here.
        guard form["actor_token"] == nil, form["actor_token_type"] == nil else {
            throw .invalidRequest("actor_token is not supported")
        }
        guard form["resource"] == nil else { throw OAuthFailure(.invalidTarget, "resource is not supported") }
        guard let subject = form["subject_token"] else { throw .invalidRequest("subject_token is missing") }
        guard let typeName = form["subject_token_type"] else {
            throw .invalidRequest("subject_token_type is missing")
        }
        guard let type = ExchangedTokenType(rawValue: typeName) else {
            throw .invalidRequest("this subject_token_type is not supported")
        }
        let requested = form["requested_token_type"].map { ExchangedTokenType(rawValue: $0) }
        if let requested, requested != .accessToken {
            throw .invalidRequest("this requested_token_type is not supported")
        }
        let scope = try Self.scope(form)
        if let issuer = form["subject_issuer"] {
            guard form["audience"] == nil else {
                throw .invalidRequest("subject_issuer and audience do not go together")
            }
            guard let provider = ProviderID(issuer) else {
                throw .invalidRequest("subject_issuer has to be the id of a provider")
            }
            let credential: ProviderCredential =
                switch type {
                case .idToken: .idToken(Secret(subject))
                case .accessToken: .accessToken(Secret(subject))
                }
            self = .signIn(provider, credential, scope: scope)
            return
        }
        guard let audience = form["audience"] else {
            throw .invalidRequest("subject_issuer or audience has to name a provider")
        }
        guard requested != nil else { throw .invalidRequest("requested_token_type is missing") }
        guard type == .accessToken else {
            throw .invalidRequest("without subject_issuer the subject token is an access token of this service")
        }
        guard let provider = ProviderID(audience) else {
            throw OAuthFailure(.invalidTarget, "audience has to be the id of a provider")
        }
        self = .upstreamToken(UpstreamTokenRequest(subject: Secret(subject), provider: provider, scope: scope))
    }

    private static func scope(_ form: FormParameters) throws(OAuthFailure) -> [String]? {
        guard let text = form["scope"] else { return nil }
        guard let scope = Scope.parse(text), !scope.isEmpty else {
            throw OAuthFailure(.invalidScope, "scope is malformed")
        }
        return scope
    }
}
