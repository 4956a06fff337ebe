/// Whom a stand-in plays.
enum StandInKind: String, CaseIterable, Sendable {
    /// Google's OpenID Connect.
    case google
    /// GitHub's OAuth 2.0.
    case github
    /// X's OAuth 2.0.
    case x
    /// Any OpenID Provider, with discovery on its own origin.
    case oidc
}

/// What a request asks a stand-in for; the names used by the log, the counters, overrides and misbehaviours.
enum Endpoint: String, CaseIterable, Sendable {
    /// The page at which a person consents.
    case authorize
    /// The token endpoint.
    case token
    /// Userinfo (OpenID), `/user` (GitHub), `/2/users/me` (X).
    case profile
    /// GitHub's `/user/emails`.
    case emails
    /// The key set.
    case keys
    /// Discovery, or authorization server metadata.
    case discovery
    /// Token revocation.
    case revoke
    /// GitHub's check of a token.
    case check
    /// Addresses only an attacked client would call: key sets named in token headers, redirect targets.
    case bait
    /// Anything else: 404.
    case unknown

    /// Reads a name; the usual other names are accepted.
    init?(name: String) {
        switch name {
        case "userinfo", "user", "me": self = .profile
        case "jwks", "certs": self = .keys
        default: self.init(rawValue: name)
        }
    }
}
