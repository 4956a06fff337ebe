public import Cryptography

/// What a provider knows Latchkey as: the result of registering an application there.
public struct ClientRegistration: Sendable, Hashable {
    /// The client id; not secret.
    public let clientID: String
    /// The secrets, the one to send first. Providers that allow two at once (Google, GitHub) make rotation painless: put
    /// the new one in front, then revoke the old one. Empty for a public client.
    public let clientSecrets: [Secret]

    /// Creates a registration.
    public init(clientID: String, clientSecrets: [Secret]) {
        self.clientID = clientID
        self.clientSecrets = clientSecrets
    }
}

/// How a client proves itself at the token endpoint (RFC 6749 §2.3.1). Exactly one of these is ever used (§2.3).
public enum ClientAuthentication: String, Sendable, Hashable, CaseIterable {
    /// `client_id` and `client_secret` in the body.
    case post
    /// `Authorization: Basic`, both parts form-urlencoded first.
    case basic
    /// `client_id` only; PKCE carries the proof.
    case none
}
