public import JSON

/// The claims of an ID token that passed every check (OpenID Connect Core §2). Only ``IDTokenVerifier`` makes these.
public struct IDTokenClaims: Sendable, Hashable {
    /// The token's issuer as it was spelled; one of the accepted spellings.
    public let issuer: String
    /// The person at the issuer: 1 to 255 visible ASCII characters, case-sensitive.
    public let subject: String
    /// When it was issued, in Unix seconds.
    public let issuedAt: Int64
    /// When it expires, in Unix seconds.
    public let expiresAt: Int64
    /// When the person last proved who they are, in Unix seconds; nil when the issuer does not say.
    public let authenticatedAt: Int64?
    /// All claims.
    public let all: JSONObject

    /// For a verifier and for examples in provider files, which stand for a verified token.
    package init(
        issuer: String,
        subject: String,
        issuedAt: Int64,
        expiresAt: Int64,
        authenticatedAt: Int64?,
        all: JSONObject
    ) {
        self.issuer = issuer
        self.subject = subject
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
        self.authenticatedAt = authenticatedAt
        self.all = all
    }
}
