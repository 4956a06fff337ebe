public import Accounts
public import Cryptography

/// The successors of a refresh token: made from it with a key that only this service has, so that whoever asks twice with the same
/// token gets the same answer twice, and nothing but hashes is stored (J05).
public struct RefreshSuccessors: Sendable {
    /// Refresh token and access token that follow.
    public struct Pair: Sendable {
        /// The next refresh token.
        public let refreshToken: RefreshToken
        /// The access token that comes with it.
        public let accessToken: AccessToken
    }

    /// One pair for each key of the ring, the current one's first.
    public let pairs: [Pair]
    /// The pair to store.
    public let current: Pair

    /// Nil only for a ring without keys, which there is not.
    public init?(of token: RefreshToken, keys: KeyRing) {
        let parent = Array(token.reveal().utf8)
        let refresh = keys.macs(purpose: "refresh token successor", message: parent)
        let access = keys.macs(purpose: "refresh token's access token", message: parent)
        pairs = zip(refresh, access).compactMap { refresh, access in
            guard let refresh = RefreshToken(secretBytes: refresh), let access = AccessToken(secretBytes: access) else {
                return nil
            }
            return Pair(refreshToken: refresh, accessToken: access)
        }
        guard let first = pairs.first else { return nil }
        current = first
    }

    /// The pair that was stored.
    public func pair(with hash: TokenHash) -> Pair? { pairs.first { $0.refreshToken.hash == hash } }
}

/// What is known of a refresh token that cannot be used any more.
public struct UsedRefreshToken: Sendable, Hashable {
    /// What it belongs to.
    public let grant: LiveGrant
    /// The one that followed it.
    public let successor: TokenHash
    /// Whether that one was used as well.
    public let isSuccessorUsed: Bool
    /// How long ago this one was used.
    public let age: Duration

    /// Creates it.
    public init(grant: LiveGrant, successor: TokenHash, isSuccessorUsed: Bool, age: Duration) {
        self.grant = grant
        self.successor = successor
        self.isSuccessorUsed = isSuccessorUsed
        self.age = age
    }

    /// What its second use means.
    public enum Meaning: Sendable, Hashable {
        /// A lost answer or two tabs: the same successor again.
        case repetition
        /// Two holders of one token, one of whom is a thief: nobody keeps anything (RFC 9700 §4.14.2).
        case replay
    }

    /// Only the parent of the live token, and only for so long, is forgiven.
    public func meaning(window: Duration) -> Meaning { !isSuccessorUsed && age <= window ? .repetition : .replay }
}

/// What came of a rotation.
public enum RefreshOutcome: Sendable, Hashable {
    /// The successor is stored.
    case rotated(LiveGrant)
    /// It had been used before.
    case used(UsedRefreshToken)
    /// Unknown, ended, or another client's.
    case invalid
}

/// A rotation about to happen.
public struct RefreshRotation: Sendable {
    /// The token that is presented.
    public let token: TokenHash
    /// Who presents it.
    public let client: Client
    /// What follows it.
    public let successor: TokenHash
    /// The access token that comes with it; nil for a JWT.
    public let accessToken: TokenHash?
    /// The scope of that access token; nil for all of the grant's.
    public let scope: [String]?

    /// Creates a rotation.
    public init(token: TokenHash, client: Client, successor: TokenHash, accessToken: TokenHash?, scope: [String]?) {
        self.token = token
        self.client = client
        self.successor = successor
        self.accessToken = accessToken
        self.scope = scope
    }
}
