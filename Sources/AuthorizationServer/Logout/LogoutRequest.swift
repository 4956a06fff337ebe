public import Accounts
import JSON
public import OAuth

/// What a request to `/oauth/logout` asks for (OpenID Connect RP-Initiated Logout 1.0 §2).
public struct LogoutRequest: Sendable, Hashable {
    /// Whose session is meant: what a valid `id_token_hint` says.
    public let user: UserID?
    /// Whether the app that asks is one of ours: somebody else's may only lead to the question.
    public let isFirstParty: Bool
    /// Where to go afterwards, with `state`: a URI the app registered, and only with a valid hint (K05).
    public let location: String?
    /// Whether a redirect was asked for that cannot be given.
    public let isRedirectRefused: Bool

    /// Reads the parameters. What is wrong in them costs the redirect, never the signing out.
    public static func read(_ parameters: FormParameters, clients: ClientRegistry, signer: any TokenSigner)
        -> LogoutRequest
    {
        let hint = parameters["id_token_hint"].flatMap { signer.claims(of: $0, type: .idToken) }
        let named = parameters["client_id"]
        var client = hint?["aud"]?.string.flatMap { ClientID($0) }.flatMap { clients[$0] }
        if let named, let found = client, !named.isExactly(found.id.description) { client = nil }
        let wanted = parameters["post_logout_redirect_uri"]
        var location: String?
        if let wanted, let client, client.postLogoutRedirectURIs.contains(where: { $0.isExactly(wanted) }) {
            location = wanted
            if let state = parameters["state"], state.utf8.count <= 1024 {
                location = wanted + (wanted.contains("?") ? "&" : "?") + FormURLEncoded.encode([("state", state)])
            }
        }
        return LogoutRequest(
            user: hint?["sub"]?.string.flatMap { UserID($0) },
            isFirstParty: client?.isFirstParty ?? false,
            location: location,
            isRedirectRefused: wanted != nil && location == nil
        )
    }

    /// Whether the session may end without asking: the app that asks has an ID token of the very person (§2); anybody else may only
    /// lead a browser to the question (K02).
    public func isFor(_ user: UserID) -> Bool { isFirstParty && self.user == user }
}
