public import Accounts

/// What is to be done with the signing keys: a value that somebody else carries out.
public struct KeyRotation: Sendable, Hashable {
    /// Why somebody looks at the keys.
    public enum Occasion: Sendable, Hashable {
        /// It is time to look.
        case schedule
        /// An operator wants the next key to sign; as safe for relying parties as the schedule.
        case request
        /// A key is known to others: it leaves the key set at once, and what it signed stops being accepted.
        case leak
    }

    /// Why a request is not carried out.
    public enum Refusal: Error, Sendable, Hashable {
        /// Relying parties may not have the next key yet; from this time on they do.
        case tooEarly(until: Instant)
    }

    /// A key that is needed.
    public struct Creation: Sendable, Hashable {
        /// Of this algorithm.
        public let algorithm: TokenAlgorithm
        /// Whether it signs at once, because nothing else can.
        public let isCurrent: Bool
    }

    /// Keys that leave the key set.
    public var retired: [String] = []
    /// Keys that stop signing.
    public var stopped: [String] = []
    /// Keys that begin to sign.
    public var promoted: [String] = []
    /// Keys to make.
    public var created: [Creation] = []
    /// The validity that every key which signs, or will, has to outlast, in seconds; nil when all do.
    public var longestLifetime: Int64?

    /// Nothing to do.
    public init() {}

    /// Whether there is nothing to do.
    public var isEmpty: Bool { self == KeyRotation() }

    /// Decides, for each algorithm on its own.
    ///
    /// Afterwards there is exactly one current key and exactly one next key of each algorithm, so that a key can always be
    /// replaced at once by one that relying parties know already.
    /// - Throws: ``Refusal``, only for ``Occasion/request``.
    public static func decide(
        _ occasion: Occasion,
        for algorithms: Set<TokenAlgorithm> = Set(TokenAlgorithm.allCases),
        _ stored: StoredSigningKeys,
        _ schedule: RotationSchedule
    ) throws(Refusal) -> KeyRotation {
        var rotation = KeyRotation()
        for algorithm in TokenAlgorithm.allCases {
            let keys = stored.keys.filter { $0.algorithm == algorithm }
            let occasion = algorithms.contains(algorithm) ? occasion : .schedule
            try rotation.decide(occasion, algorithm, keys, now: stored.now, schedule)
        }
        let signing = stored.keys.filter { $0.signedUntil == nil }
        if signing.contains(where: { $0.longestLifetime < schedule.longestLifetime }) {
            rotation.longestLifetime = schedule.longestLifetime
        }
        return rotation
    }

    private mutating func decide(
        _ occasion: Occasion,
        _ algorithm: TokenAlgorithm,
        _ keys: [SigningKeyRecord],
        now: Instant,
        _ schedule: RotationSchedule
    ) throws(Refusal) {
        let next = keys.first { $0.place == .next }
        let current = keys.first { $0.place == .current }
        let previous = keys.filter { $0.place == .previous }
        // A leak leaves nothing behind that ever signed: nobody can say which tokens of the time before are real.
        retired += previous.filter { key in
            occasion == .leak || key.publishedUntil.map { $0 <= now } ?? false
        }.map(\.keyID)

        if let current {
            guard try isReplaced(current, by: next, occasion, now: now, schedule) else {
                if next == nil { created.append(Creation(algorithm: algorithm, isCurrent: false)) }
                return
            }
            if occasion == .leak { retired.append(current.keyID) } else { stopped.append(current.keyID) }
        }
        if let next {
            promoted.append(next.keyID)
        } else {
            created.append(Creation(algorithm: algorithm, isCurrent: true))
        }
        created.append(Creation(algorithm: algorithm, isCurrent: false))
    }

    private func isReplaced(
        _ current: SigningKeyRecord,
        by next: SigningKeyRecord?,
        _ occasion: Occasion,
        now: Instant,
        _ schedule: RotationSchedule
    ) throws(Refusal) -> Bool {
        let known = (next?.publishedAt ?? now).adding(seconds: schedule.publishAhead)
        switch occasion {
        case .leak: return true
        case .request:
            guard next != nil, known <= now else { throw .tooEarly(until: known) }
            return true
        case .schedule:
            let due = current.signsSince?.adding(seconds: schedule.rotateEvery) ?? now
            return next != nil && known <= now && due <= now
        }
    }
}
