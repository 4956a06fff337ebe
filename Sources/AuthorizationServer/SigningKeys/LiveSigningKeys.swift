import Cryptography
import JOSE
public import JSON
import Synchronization

/// The signing keys of this node, swapped as a whole. In memory: publishing the key set and signing ask no database.
public final class LiveSigningKeys: TokenSigner {
    /// The key set to answer with.
    public struct Publication: Sendable {
        /// The key set in JSON.
        public let document: [UInt8]
        /// Its `ETag`.
        public let entityTag: String
        /// How long it may be kept, in seconds; nil when it must not be kept, because this node cannot say how old it is.
        public let cacheFor: Int64?
    }

    private struct State {
        var ring: SigningKeyRing?
        /// When the store was last asked and answered.
        var readAt: ContinuousClock.Instant
    }

    private let state: Mutex<State>
    private let schedule: RotationSchedule
    private let unixTime: @Sendable () -> Int64
    private let now: @Sendable () -> ContinuousClock.Instant

    /// A node that knows no keys yet.
    public init(
        schedule: RotationSchedule,
        unixTime: @escaping @Sendable () -> Int64,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.schedule = schedule
        self.unixTime = unixTime
        self.now = now
        state = Mutex(State(ring: nil, readAt: now()))
    }

    /// The keys at this moment; nil before they are known.
    public var ring: SigningKeyRing? { state.withLock { $0.ring } }

    /// Puts other keys in place.
    /// - Parameter readAt: a moment before they were read.
    func replace(with ring: SigningKeyRing, readAt: ContinuousClock.Instant) {
        state.withLock { $0 = State(ring: ring, readAt: max($0.readAt, readAt)) }
    }

    /// The store still says the same.
    func confirm(readAt: ContinuousClock.Instant) { state.withLock { $0.readAt = max($0.readAt, readAt) } }

    /// Whether everything can be signed that somebody may ask for.
    public var isReady: Bool { fresh?.canSign ?? false }

    /// The keys, unless they were read too long ago.
    private var fresh: SigningKeyRing? {
        state.withLock { state in
            state.readAt.duration(to: now()) <= .seconds(RotationSchedule.readingGoodFor) ? state.ring : nil
        }
    }

    /// What `GET /oauth/jwks` answers; nil before the keys are known.
    ///
    /// A node that lost the database goes on answering, since tokens that are out there have to be verified all the same; but
    /// nobody may keep what may be missing the next key.
    public var publication: Publication? {
        guard let ring else { return nil }
        let cacheFor = fresh == nil ? nil : schedule.cacheFor
        return Publication(document: ring.document, entityTag: ring.entityTag, cacheFor: cacheFor)
    }

    /// Signs with the current key.
    public func sign(
        _ claims: JSONObject,
        type: SignedTokenType,
        algorithm: TokenAlgorithm
    ) throws(TokenSigningFault) -> String {
        guard ring != nil else { throw .noKey }
        guard let ring = fresh else { throw .stale }
        guard let current = ring.current[algorithm] else { throw .noKey }
        guard let expiry = claims["exp"]?.int64 else { throw .noExpiry }
        let latest = unixTime() + min(current.longestLifetime, schedule.longestLifetime)
        guard expiry <= latest else { throw .outlivesKey }
        do throws(KeyFault) {
            return try current.key.sign(claims, type: type.rawValue)
        } catch {
            throw .operationFailed
        }
    }

    /// The claims of a token of ours.
    public func claims(of token: String, type: SignedTokenType) -> JSONObject? {
        let allowed = Set(TokenAlgorithm.allCases.map(\.signatureAlgorithm))
        guard let ring, let verified = try? JWS.verify(token, keys: ring.keySet, allowing: allowed),
            verified.header.typ == type.rawValue
        else { return nil }
        return try? JSONValue.parse(verified.payload).object
    }
}
