/// What a provider gave at a sign-in, sealed, as it is stored beside the identity (C13).
///
/// Sealed for the identity's provider, issuer and subject and for one of two purposes, so that neither opens in another row nor
/// in the other's place.
public struct SealedUpstreamTokens: Sendable, Hashable {
    /// The access token, its scope and its end.
    public let accessToken: [UInt8]
    /// The refresh token and its scope; nil where none came along, and then one from before goes on.
    public let refreshToken: [UInt8]?
    /// What was granted, in the names the provider's file uses: a copy, to look at.
    public let scope: [String]
    /// Life of the access token in seconds; nil where the provider sets no end.
    public let expiresIn: Int64?
    /// Its life in seconds where the provider sets no end, and there is a refresh token to renew it with.
    public let assumedLife: Int64

    /// Creates what is stored.
    public init(
        accessToken: [UInt8],
        refreshToken: [UInt8]?,
        scope: [String],
        expiresIn: Int64?,
        assumedLife: Int64 = 3600
    ) {
        self.accessToken = accessToken
        self.refreshToken = refreshToken
        self.scope = scope
        self.expiresIn = expiresIn
        self.assumedLife = assumedLife
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
    /// Counts refresh tokens: another number is another refresh token, however it is sealed.
    public let refreshVersion: Int64
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
        refreshVersion: Int64,
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
        self.refreshVersion = refreshVersion
        self.failures = failures
        self.isBeingRefreshed = isBeingRefreshed
        self.readAt = readAt
    }

    /// The same with what was sealed in place of what stands beside it.
    /// - Parameter refreshToken: nil where it does not open, and so is none.
    public func judged(scope: [String], expiresAt: Instant?, refreshToken: [UInt8]?) -> StoredUpstreamTokens {
        StoredUpstreamTokens(
            identity: identity,
            key: key,
            accessToken: accessToken,
            refreshToken: refreshToken,
            scope: scope,
            expiresAt: expiresAt,
            version: version,
            refreshVersion: refreshVersion,
            failures: failures,
            isBeingRefreshed: isBeingRefreshed,
            readAt: readAt
        )
    }

    /// Seconds until the access token ends; nil where the provider sets no end.
    public var secondsLeft: Int64? { expiresAt.map { $0.seconds - readAt.seconds } }
}
