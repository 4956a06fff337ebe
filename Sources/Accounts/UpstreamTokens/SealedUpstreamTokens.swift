/// What a provider gave at a sign-in, sealed, as it is stored beside the identity (C13).
///
/// Sealed for the identity's provider, issuer and subject and for one of two purposes, so that neither opens in another row nor
/// in the other's place.
public struct SealedUpstreamTokens: Sendable, Hashable {
    /// The access token.
    public let accessToken: [UInt8]
    /// The refresh token; nil where none came along, and then one from before goes on.
    public let refreshToken: [UInt8]?
    /// What was granted, in the names the provider's file uses.
    public let scope: [String]
    /// Life of the access token in seconds; nil where the provider sets no end.
    public let expiresIn: Int64?

    /// Creates what is stored.
    public init(accessToken: [UInt8], refreshToken: [UInt8]?, scope: [String], expiresIn: Int64?) {
        self.accessToken = accessToken
        self.refreshToken = refreshToken
        self.scope = scope
        self.expiresIn = expiresIn
    }
}

/// A stored row, as it was read.
public struct StoredUpstreamTokens: Sendable, Hashable {
    /// Whose they are.
    public let identity: FederatedIdentityID
    /// Who that is at the provider: what they are sealed for.
    public let key: FederatedIdentityKey
    /// The access token; nil once the provider has refused to renew it.
    public let accessToken: [UInt8]?
    /// The refresh token, where there is one.
    public let refreshToken: [UInt8]?
    /// What was granted.
    public let scope: [String]
    /// When the access token ends; nil where the provider sets no end.
    public let expiresAt: Instant?
    /// Counts what was stored: another number is another access token.
    public let version: Int64
    /// Counts refreshes that came to nothing for reasons that pass.
    public let failures: Int64
    /// Whether some node is refreshing them.
    public let isBeingRefreshed: Bool
    /// When the row was read, by the database's clock.
    public let readAt: Instant

    /// Creates what was read.
    public init(
        identity: FederatedIdentityID,
        key: FederatedIdentityKey,
        accessToken: [UInt8]?,
        refreshToken: [UInt8]?,
        scope: [String],
        expiresAt: Instant?,
        version: Int64,
        failures: Int64,
        isBeingRefreshed: Bool,
        readAt: Instant
    ) {
        self.identity = identity
        self.key = key
        self.accessToken = accessToken
        self.refreshToken = refreshToken
        self.scope = scope
        self.expiresAt = expiresAt
        self.version = version
        self.failures = failures
        self.isBeingRefreshed = isBeingRefreshed
        self.readAt = readAt
    }

    /// Seconds until the access token ends; nil where the provider sets no end.
    public var secondsLeft: Int64? { expiresAt.map { $0.seconds - readAt.seconds } }
}
