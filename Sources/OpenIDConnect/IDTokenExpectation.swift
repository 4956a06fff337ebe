public import Cryptography
import OAuth

/// What an ID token has to say to be ours.
public struct IDTokenExpectation: Sendable {
    /// The accepted spellings of `iss`, from configuration, never from a token (D01, X-1).
    public var issuers: Set<String>
    /// Our client id at this issuer.
    public var clientID: String
    /// Further client ids at this issuer that are ours: of native apps, whose tokens an app hands over.
    public var otherClientIDs: Set<String>
    /// The nonce that was sent; nil only where none was sent.
    public var nonce: Secret?
    /// The accepted signature algorithms; symmetric ones do not exist here (D06, D07).
    public var algorithms: Set<SignatureAlgorithm>
    /// Greatest age by `iat`, in seconds.
    public var maximumAge: Int64
    /// Tolerated clock difference, in seconds, at most 300.
    public var skew: Int64
    /// The access token that came along, to compare with `at_hash`.
    public var accessToken: Secret?
    /// When set, `auth_time` is required and may be at most this old, in seconds (D16).
    public var maximumAuthenticationAge: Int64?

    /// Whether a client id is one of ours.
    func isOurs(_ id: String) -> Bool {
        id.isExactly(clientID) || otherClientIDs.contains { $0.isExactly(id) }
    }

    /// Creates an expectation.
    public init(
        issuers: Set<String>,
        clientID: String,
        otherClientIDs: Set<String> = [],
        nonce: Secret?,
        algorithms: Set<SignatureAlgorithm> = [.rs256],
        maximumAge: Int64 = 3600,
        skew: Int64 = 60,
        accessToken: Secret? = nil,
        maximumAuthenticationAge: Int64? = nil
    ) {
        self.issuers = issuers
        self.clientID = clientID
        self.otherClientIDs = otherClientIDs
        self.nonce = nonce
        self.algorithms = algorithms
        self.maximumAge = maximumAge
        self.skew = min(max(skew, 0), 300)
        self.accessToken = accessToken
        self.maximumAuthenticationAge = maximumAuthenticationAge
    }
}
