/// Why somebody was sent to a provider.
public enum SignInPurpose: Sendable, Hashable {
    /// To sign in, or to sign up.
    case signIn
    /// To add a way in to the account of a signed-in user: bound to that user and to the session that began it
    /// (L-16; RFC 9700 §4.7).
    case link(UserID, SessionID)
    /// To prove, with an identity that is linked already, that the account of a pending link is theirs. Signs nobody in by itself.
    case confirm(PendingLinkID)
}

/// A sign-in in progress, as stored. Single-use; it dies with its first use whatever comes of it (A08).
public struct SignInTransaction: Sendable, Hashable {
    /// The provider the person was sent to.
    public let provider: ProviderID
    /// The identity issuer of that provider when it began.
    public let issuer: String
    /// The redirect URI that was sent; the token request repeats it (RFC 6749 §4.1.3).
    public let redirectURI: String
    /// Why.
    public let purpose: SignInPurpose
    /// The session the browser had when it began, where its cookie is `SameSite=Strict` and so does not come along with the
    /// callback; without this the session could neither be replaced nor be linked to. Nil with a Lax cookie: there the
    /// callback itself has to bring it.
    public let session: TokenHash?
    /// Where to go afterwards: a same-origin path or a registered URL, checked before it was stored.
    public let returnTo: String

    /// Creates a transaction.
    public init(
        provider: ProviderID,
        issuer: String,
        redirectURI: String,
        purpose: SignInPurpose,
        session: TokenHash?,
        returnTo: String
    ) {
        self.provider = provider
        self.issuer = issuer
        self.redirectURI = redirectURI
        self.purpose = purpose
        self.session = session
        self.returnTo = returnTo
    }
}

/// What became of a transaction that a callback named.
public enum ConsumedTransaction: Sendable, Hashable {
    /// It existed, belonged to this browser, had not expired, and is gone now.
    case live(SignInTransaction)
    /// It existed and belonged to this browser, but its time was over; it is gone now.
    case expired(SignInTransaction)
    /// Unknown, used, or another browser's: deliberately one answer.
    case unknown
}
