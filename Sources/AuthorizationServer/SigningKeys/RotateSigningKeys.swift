public import Accounts
public import Cryptography

/// Looks at the stored keys and does what is due, or what an operator asks for. Any number of nodes may at the same time: the
/// store lets one decide after the other, and whoever comes second finds nothing left to do.
public struct RotateSigningKeys: Sendable {
    /// Why nothing was done.
    public enum Failure: Error, Sendable, Hashable {
        /// The next key is not known to relying parties before this time.
        case tooEarly(until: Instant)
        /// Somebody else changed the keys at the same moment; nothing was done. Look again.
        case moved
        /// No key could be made.
        case key(KeyFault)
        /// The store failed.
        case store(StoreFailure)
    }

    private let store: any SigningKeyStore
    private let sealing: KeyRing
    private let schedule: RotationSchedule

    /// - Parameter sealing: what private keys are sealed with.
    public init(store: any SigningKeyStore, sealing: KeyRing, schedule: RotationSchedule) {
        self.store = store
        self.sealing = sealing
        self.schedule = schedule
    }

    /// Decides and does it.
    /// - Returns: the keys afterwards, and whether anything was changed.
    public func callAsFunction(
        _ occasion: KeyRotation.Occasion,
        for algorithms: Set<TokenAlgorithm> = Set(TokenAlgorithm.allCases)
    ) async throws(Failure) -> (stored: StoredSigningKeys, isChanged: Bool) {
        let found = try await storing { () async throws(StoreFailure) in try await store.signingKeys() }
        let expected = try decide(occasion, algorithms, found)
        guard !expected.isEmpty else { return (found, false) }
        // Made before anybody has to wait: RSA keys take a while.
        var made: [NewSigningKey] = []
        for creation in expected.created {
            do throws(KeyFault) {
                made.append(
                    try NewSigningKey(creation, sealing: sealing, longestLifetime: schedule.longestLifetime)
                )
            } catch {
                throw .key(error)
            }
        }
        let (keys, schedule) = (made, schedule)
        let changed = try await storing { () async throws(StoreFailure) in
            try await store.changeSigningKeys { present in
                // Decided again, now that nobody else can change anything. An operator who meant the keys that were there
                // does not replace those that came meanwhile.
                guard present.keys.map(\.keyID) == found.keys.map(\.keyID),
                    let rotation = try? KeyRotation.decide(occasion, for: algorithms, present, schedule),
                    rotation.created == expected.created
                else { return SigningKeyChange(KeyRotation()) }
                return SigningKeyChange(rotation, adding: keys)
            }
        }
        let isDone = keys.first.map { first in changed.keys.contains { $0.keyID == first.keyID } }
        // The schedule is content with whatever another node did; an operator has to know whether it was done.
        guard occasion == .schedule || isDone == true else { throw .moved }
        return (changed, isDone ?? true)
    }

    private func decide(
        _ occasion: KeyRotation.Occasion,
        _ algorithms: Set<TokenAlgorithm>,
        _ stored: StoredSigningKeys
    ) throws(Failure) -> KeyRotation {
        do throws(KeyRotation.Refusal) {
            return try KeyRotation.decide(occasion, for: algorithms, stored, schedule)
        } catch {
            switch error {
            case .tooEarly(let until): throw .tooEarly(until: until)
            }
        }
    }

    private func storing<Value: Sendable>(
        _ body: () async throws(StoreFailure) -> Value
    ) async throws(Failure) -> Value {
        do throws(StoreFailure) {
            return try await body()
        } catch {
            throw .store(error)
        }
    }
}
