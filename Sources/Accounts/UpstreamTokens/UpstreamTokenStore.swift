/// Whose tokens are looked for.
public struct UpstreamTokenLookup: Sendable {
    /// The person.
    public let user: UserID
    /// A session or grant of theirs: of several identities at the provider, the one it was begun with counts.
    public let session: SessionID
    /// The provider.
    public let provider: ProviderID
    /// Its issuer: what was stored under another one is not sent to this one.
    public let issuer: String
    /// Identities unused for longer have lapsed, and count no more; nil for never.
    public let lapsesAfter: Duration?

    /// Creates a lookup.
    public init(user: UserID, session: SessionID, provider: ProviderID, issuer: String, lapsesAfter: Duration?) {
        self.user = user
        self.session = session
        self.provider = provider
        self.issuer = issuer
        self.lapsesAfter = lapsesAfter
    }
}

/// What was found.
public enum FoundUpstreamTokens: Sendable, Hashable {
    /// No identity that counts, of a person who may sign in, under a live session.
    case noIdentity
    /// An identity, and nothing kept of it.
    case nothingKept
    /// Stored tokens.
    case stored(StoredUpstreamTokens)
}

/// Marks ``ID``s of leases.
public enum UpstreamLeaseKind {}
/// The right to refresh a row, taken by one node for a while.
public typealias UpstreamLeaseID = ID<UpstreamLeaseKind>

/// How a refresh ended.
public enum UpstreamRefreshEnd: Sendable, Hashable {
    /// The provider gave a new access token, and perhaps a new refresh token.
    case renewed(SealedUpstreamTokens)
    /// The provider will not: the stored tokens are dead.
    case refused
    /// It did not come to an answer that could be used. Whatever there was stays, but for the refresh token where the provider has
    /// sent another one, sealed: the old one may be spent.
    case failed(rotated: [UInt8]?)
}

/// A stored row as its sealing is looked at.
public struct UpstreamTokenSealing: Sendable, Hashable {
    /// Whose it is.
    public let identity: FederatedIdentityID
    /// Who that is at the provider.
    public let key: FederatedIdentityKey
    /// The provider.
    public let provider: ProviderID
    /// The sealed access token.
    public let accessToken: [UInt8]?
    /// The sealed refresh token.
    public let refreshToken: [UInt8]?

    /// Creates what was read.
    public init(
        identity: FederatedIdentityID,
        key: FederatedIdentityKey,
        provider: ProviderID,
        accessToken: [UInt8]?,
        refreshToken: [UInt8]?
    ) {
        self.identity = identity
        self.key = key
        self.provider = provider
        self.accessToken = accessToken
        self.refreshToken = refreshToken
    }
}

/// Providers' tokens, sealed.
public protocol UpstreamTokenStore: Sendable {
    /// Looks for stored tokens, in one read.
    func upstreamTokens(_ lookup: UpstreamTokenLookup) async throws(StoreFailure) -> FoundUpstreamTokens

    /// Takes the right to refresh a row, in one statement: of many callers on many nodes exactly one gets it. It runs out by itself,
    /// so that a node that dies does not keep it. False when somebody else has it, or the row is not what was read any more.
    func lease(
        _ stored: StoredUpstreamTokens,
        as lease: UpstreamLeaseID,
        for duration: Duration
    ) async throws(StoreFailure) -> Bool

    /// Has the right end later: so long from now.
    func extend(
        _ lease: UpstreamLeaseID,
        of stored: StoredUpstreamTokens,
        for duration: Duration
    ) async throws(StoreFailure)

    /// Writes down how a refresh ended, and gives the right back. Nothing is overwritten that a sign-in brought meanwhile. False when
    /// there was nothing left to write to: a newer refresh token has come, or the row is gone.
    func end(
        _ lease: UpstreamLeaseID,
        of stored: StoredUpstreamTokens,
        with end: UpstreamRefreshEnd
    ) async throws(StoreFailure) -> Bool

    /// Writes the hand-out down, if everything still is as it was found: the tokens, the identity, the person, the session. False
    /// otherwise, and then nothing may be handed out.
    func recordHandOut(
        of stored: StoredUpstreamTokens,
        to lookup: UpstreamTokenLookup,
        event: AccountEvent
    ) async throws(StoreFailure) -> Bool

    /// The next rows, at most `limit`, in the order of their identities. Empty at the end.
    func upstreamTokenSealings(
        after identity: FederatedIdentityID?,
        limit: Int
    ) async throws(StoreFailure) -> [UpstreamTokenSealing]

    /// Puts the same tokens, sealed anew, in place of what was read. False when something else is there by now.
    func replace(
        _ sealing: UpstreamTokenSealing,
        accessToken: [UInt8]?,
        refreshToken: [UInt8]?
    ) async throws(StoreFailure) -> Bool
}
