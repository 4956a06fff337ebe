import Cryptography
import JOSE
import JSON
import Synchronization

extension SigningKey {
    /// A new key. Ids look like Google's: forty hexadecimal digits.
    static func make(_ algorithm: SignatureAlgorithm) throws(KeyFault) -> SigningKey {
        try generate(algorithm, keyID: Hex.encode(Random.bytes(20)))
    }

    /// The public half as a key set publishes it (RFC 7517).
    var published: JSONObject { jwk.json.object ?? JSONObject() }
}

/// The keys of one stand-in: those it publishes, the one it signs with, and one it never publishes.
final class SigningKeys: Sendable {
    private struct State {
        var published: [SigningKey]
        var current: SigningKey
    }

    private let state: Mutex<State>
    private let first: State
    /// A key no key set ever holds: what an attacker would sign with.
    let foreign: SigningKey

    init(_ algorithm: SignatureAlgorithm, count: Int) throws(KeyFault) {
        var keys: [SigningKey] = []
        for _ in 0..<max(1, count) { keys.append(try SigningKey.make(algorithm)) }
        // Not the first one signs: clients must not rely on its place in the list.
        first = State(published: keys, current: keys[keys.count / 2])
        state = Mutex(first)
        foreign = try SigningKey.make(algorithm)
    }

    /// As many keys as the provider has: Google published four in 2026.
    static func standard(_ kind: StandInKind) throws(ControlFault) -> SigningKeys {
        do throws(KeyFault) {
            return try SigningKeys(Settings.standard(kind).signature, count: kind == .google ? 4 : 2)
        } catch {
            throw ControlFault("no keys: \(error.rawValue)")
        }
    }

    /// Back to the first keys.
    func reset() {
        state.withLock { $0 = first }
    }

    /// The key that signs.
    var current: SigningKey { state.withLock { $0.current } }

    /// The published keys, in order.
    var published: [SigningKey] { state.withLock { $0.published } }

    /// Signs with a new key from now on.
    /// - Parameters:
    ///   - keepingOld: whether the former keys stay published; without them, tokens signed before become unverifiable.
    ///   - publishing: whether the new key is published at all.
    func rotate(_ algorithm: SignatureAlgorithm, keepingOld: Bool, publishing: Bool) throws(KeyFault) {
        let key = try SigningKey.make(algorithm)
        state.withLock { state in
            let old = keepingOld ? state.published : []
            state = State(published: publishing ? old + [key] : old, current: key)
        }
    }
}
