public import JSON

/// Signs what Latchkey issues as an OpenID Provider.
public protocol TokenSigner: Sendable {
    /// Whether everything can be signed at this moment.
    var isReady: Bool { get }

    /// A JWS in compact form with the current key.
    ///
    /// - Parameters:
    ///   - claims: the payload. `exp` has to be there, in seconds, and no further away than the key is sure to be published.
    ///   - type: `typ` of the header.
    ///   - algorithm: which of the current keys.
    /// - Throws: ``TokenSigningFault``; nothing is ever signed with a key of which it is not known that it may still sign.
    func sign(
        _ claims: JSONObject,
        type: SignedTokenType,
        algorithm: TokenAlgorithm
    ) throws(TokenSigningFault) -> String

    /// The claims of a token that was signed here and whose key is still published; nil for everything else. Time, audience
    /// and issuer are the caller's to check.
    ///
    /// - Parameter type: what the token has to be: an access token is no ID token, whoever signed it (D18).
    func claims(of token: String, type: SignedTokenType) -> JSONObject?
}

/// The kinds of tokens that are signed, by their `typ` (RFC 8725 section 3.11).
public enum SignedTokenType: String, Sendable, Hashable, CaseIterable {
    /// An ID token (OpenID Connect Core section 2).
    case idToken = "JWT"
    /// An access token that resource servers check themselves (RFC 9068 section 2.1).
    case accessToken = "at+jwt"
    /// A logout token (OpenID Connect Back-Channel Logout section 2.4).
    case logoutToken = "logout+jwt"
}

/// Why nothing was signed. The raw values are stable, for logs and metrics.
public enum TokenSigningFault: String, Error, Sendable, Hashable, CaseIterable {
    /// This node has no current key of the algorithm that it can open.
    case noKey = "no_signing_key"
    /// This node has not heard of the keys for too long: the one it holds may have been replaced.
    case stale = "signing_keys_stale"
    /// The claims have no `exp`.
    case noExpiry = "token_without_expiry"
    /// The token would be valid for longer than its key is published.
    case outlivesKey = "token_outlives_signing_key"
    /// The key could not be used.
    case operationFailed = "signing_failed"
}
