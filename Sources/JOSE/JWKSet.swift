public import Cryptography
public import JSON

/// The keys a signer has published (RFC 7517 section 5), without those that cannot check a signature.
public struct JWKSet: Sendable {
    /// Why an entry is not used.
    public enum SkipReason: Error, Sendable, Hashable, CustomStringConvertible {
        /// Not an object with a string `kty`, or a member of the wrong type.
        case malformed
        /// A symmetric key (`kty: oct`), which is never used.
        case symmetric
        /// A `kty` that is not offered.
        case unsupportedType
        /// Its private half is published with it.
        case privateKey
        /// `use` is not `sig`, or `key_ops` does not contain `verify`.
        case notForSigning
        /// An `alg` that is not offered, or is for another kind of key.
        case unsupportedAlgorithm
        /// The key itself is refused.
        case key(KeyFault)
        /// Behind the first ``JWKSet/maximumKeys`` entries.
        case tooMany

        /// A stable code.
        public var description: String {
            switch self {
            case .malformed: "malformed"
            case .symmetric: "symmetric_key"
            case .unsupportedType: "unsupported_type"
            case .privateKey: "private_key"
            case .notForSigning: "not_for_signing"
            case .unsupportedAlgorithm: "unsupported_algorithm"
            case .key(let fault): fault.rawValue
            case .tooMany: "too_many_keys"
            }
        }
    }

    /// An entry that is not used.
    public struct Skipped: Sendable, Hashable {
        /// Its key id, when it has one.
        public let kid: String?
        /// Why it is not used.
        public let reason: SkipReason
    }

    /// How many entries of a set are looked at: checking a key costs time, and the set comes from outside.
    public static let maximumKeys = 64

    /// The usable keys, in the order of the set.
    public let keys: [JWK]
    /// What was left out, for a note in the log.
    public let skipped: [Skipped]

    /// A set of these keys.
    public init(_ keys: [JWK]) {
        self.keys = keys
        skipped = []
    }

    private init(keys: [JWK], skipped: [Skipped]) {
        self.keys = keys
        self.skipped = skipped
    }

    /// Reads a key set entry by entry. An entry that cannot be used is skipped with a note: a provider that adds a new
    /// kind of key must not stop everybody from signing in (E07).
    ///
    /// - Throws: ``JOSEFault/malformed`` when there is no array `keys`. An empty set is not a fault.
    public static func parse(_ json: JSONValue) throws(JOSEFault) -> JWKSet {
        guard let entries = json["keys"]?.array else { throw .malformed }
        var keys: [JWK] = []
        var skipped: [Skipped] = []
        for (position, entry) in entries.enumerated() {
            do throws(SkipReason) {
                guard position < maximumKeys else { throw .tooMany }
                keys.append(try JWKReader.read(entry))
            } catch {
                skipped.append(Skipped(kid: entry["kid"]?.string, reason: error))
            }
        }
        return JWKSet(keys: keys, skipped: skipped)
    }

    /// The set as JSON, to be published.
    public var json: JSONValue { ["keys": .array(keys.map(\.json))] }

    /// True when a usable key has this id.
    public func containsKeyID(_ keyID: String) -> Bool {
        keys.contains { Self.same($0.kid, keyID) }
    }

    /// The keys that may have made a signature. Never empty, and more than one only when they share the key id.
    func candidates(keyID: String?, algorithm: SignatureAlgorithm) throws(JOSEFault) -> [JWK] {
        guard let keyID else {
            let fitting = keys.filter { $0.allows(algorithm) }
            guard !fitting.isEmpty else { throw .keyMismatch }
            // Documented outcome of E06: refused, not tried one by one.
            guard fitting.count == 1 else { throw .ambiguousKey }
            return fitting
        }
        let named = keys.filter { Self.same($0.kid, keyID) }
        guard !named.isEmpty else {
            throw skipped.contains { Self.same($0.kid, keyID) } ? .unusableKey : .unknownKeyID
        }
        let fitting = named.filter { $0.allows(algorithm) }
        guard !fitting.isEmpty else { throw .keyMismatch }
        return fitting
    }

    /// Key ids are compared byte by byte; Swift's `==` would take equivalent Unicode spellings for the same.
    private static func same(_ left: String?, _ right: String) -> Bool {
        left.map { $0.utf8.elementsEqual(right.utf8) } ?? false
    }
}
