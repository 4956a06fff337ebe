public import Accounts
import Cryptography

/// A signing key as it is stored.
public struct SigningKeyRecord: Sendable, Hashable {
    /// Where a key is in its life.
    public enum Place: String, Sendable, Hashable, CaseIterable, Comparable {
        /// Published, and signs nothing yet.
        case next
        /// Signs.
        case current
        /// Signs no more, and is published for what it signed.
        case previous

        /// In the order of a key's life.
        public static func < (left: Place, right: Place) -> Bool { left.order < right.order }

        private var order: Int {
            switch self {
            case .next: 0
            case .current: 1
            case .previous: 2
            }
        }
    }

    /// The key id: the public half's RFC 7638 thumbprint.
    public let keyID: String
    /// What it signs with.
    public let algorithm: TokenAlgorithm
    /// The public half as a JWK, in JSON.
    public let publicKey: String
    /// The private half, sealed; nil once it signs no more, because then nobody needs it.
    public let sealedPrivateKey: [UInt8]?
    /// Since when it is published.
    public let publishedAt: Instant
    /// When it began to sign.
    public let signsSince: Instant?
    /// When it stopped.
    public let signedUntil: Instant?
    /// The longest validity, in seconds, that any node may give to what it signs with this key.
    public let longestLifetime: Int64

    /// A key as it was read.
    public init(
        keyID: String,
        algorithm: TokenAlgorithm,
        publicKey: String,
        sealedPrivateKey: [UInt8]?,
        publishedAt: Instant,
        signsSince: Instant?,
        signedUntil: Instant?,
        longestLifetime: Int64
    ) {
        self.keyID = keyID
        self.algorithm = algorithm
        self.publicKey = publicKey
        self.sealedPrivateKey = sealedPrivateKey
        self.publishedAt = publishedAt
        self.signsSince = signsSince
        self.signedUntil = signedUntil
        self.longestLifetime = longestLifetime
    }

    /// Where it is in its life.
    public var place: Place {
        guard signsSince != nil else { return .next }
        return signedUntil == nil ? .current : .previous
    }

    /// When it leaves the key set; nil before it has stopped signing.
    public var publishedUntil: Instant? {
        signedUntil?.adding(seconds: longestLifetime + RotationSchedule.lag + RotationSchedule.clockTolerance)
    }

    /// Id of the encryption key that its private half is sealed with.
    public var sealedWith: String? { sealedPrivateKey.flatMap { KeyRing.keyID(of: $0) } }

    /// What the private half is sealed for: this key of this table and nothing else.
    static func sealingContext(_ keyID: String) -> [UInt8] { Array("signing_keys.sealed_private_key:\(keyID)".utf8) }
}

/// All signing keys, and the database's time at which they were read.
public struct StoredSigningKeys: Sendable, Hashable {
    /// The keys.
    public let keys: [SigningKeyRecord]
    /// The database's time.
    public let now: Instant

    /// Keys as they were read; they are put in the order in which they are shown and published.
    public init(_ keys: [SigningKeyRecord], now: Instant) {
        self.keys = keys.sorted { left, right in
            (left.algorithm, left.place, right.publishedAt, left.keyID)
                < (right.algorithm, right.place, left.publishedAt, right.keyID)
        }
        self.now = now
    }
}

extension Instant {
    /// Some seconds later.
    func adding(seconds: Int64) -> Instant {
        let (difference, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        guard !overflow else { return Instant(microseconds: seconds < 0 ? .min : .max) }
        let (sum, isOut) = microseconds.addingReportingOverflow(difference)
        return Instant(microseconds: isOut ? (seconds < 0 ? .min : .max) : sum)
    }
}
