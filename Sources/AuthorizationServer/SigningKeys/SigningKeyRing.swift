import Accounts
public import Cryptography
public import JOSE
import JSON

/// The signing keys as a node holds them: the set to publish, ready to send, and the current keys, ready to sign.
public struct SigningKeyRing: Sendable {
    /// A current key, and the longest validity of what it may sign, in seconds.
    struct Current: Sendable {
        let key: SigningKey
        let longestLifetime: Int64
    }

    /// What it was made of.
    public let records: [SigningKeyRecord]
    /// Every public key: next, current and previous of each algorithm.
    public let keySet: JWKSet
    /// The key set as it is published.
    public let document: [UInt8]
    /// A strong validator of ``document`` (RFC 9110 section 8.8.3).
    public let entityTag: String
    let current: [TokenAlgorithm: Current]

    /// Opens the current keys. One that cannot be opened is published all the same: others can, and sign with it.
    public init(_ stored: StoredSigningKeys, opening ring: KeyRing) {
        var current: [TokenAlgorithm: Current] = [:]
        var keys: [JWK] = []
        for record in stored.keys {
            let opened = record.place == .current ? record.opened(with: ring) : nil
            if let opened {
                current[record.algorithm] = Current(key: opened, longestLifetime: record.longestLifetime)
            }
            // Checking an RSA key takes milliseconds, so the public half of one that was just opened is not read once more.
            if let key = opened?.jwk ?? record.jwk { keys.append(key) }
        }
        records = stored.keys
        keySet = JWKSet(keys)
        document = keySet.json.serializedBytes()
        entityTag = "\"" + Base64URL.encode(Array(SHA2.sha256(document).prefix(16))) + "\""
        self.current = current
    }

    /// Algorithms that cannot be signed with here, although the store has a key.
    public var unopened: [SigningKeyRecord] {
        records.filter { $0.place == .current && current[$0.algorithm] == nil }
    }

    /// Whether every algorithm can be signed with.
    public var canSign: Bool { TokenAlgorithm.allCases.allSatisfy { current[$0] != nil } }
}
