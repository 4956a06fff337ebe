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
    /// It did not come to an answer. Whatever there was stays.
    case failed
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

    /// Writes down how a refresh ended, and gives the right back. Nothing is overwritten that a sign-in brought meanwhile.
    func end(
        _ lease: UpstreamLeaseID,
        of stored: StoredUpstreamTokens,
        with end: UpstreamRefreshEnd
    ) async throws(StoreFailure)

    /// Writes the hand-out down, if everything still is as it was found: the tokens, the identity, the person, the session. False
    /// otherwise, and then nothing may be handed out.
    func recordHandOut(
        of stored: StoredUpstreamTokens,
        to lookup: UpstreamTokenLookup,
        event: AccountEvent
    ) async throws(StoreFailure) -> Bool
}
