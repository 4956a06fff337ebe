public import Accounts

/// Where the signing keys are kept: once for all nodes.
public protocol SigningKeyStore: Sendable {
    /// All keys.
    func signingKeys() async throws(StoreFailure) -> StoredSigningKeys

    /// Changes the keys, one at a time over all nodes: `decide` is asked with what is there while nobody else can change it.
    /// Every node is told in the same commit, when anything changes at all.
    /// - Returns: all keys afterwards.
    func changeSigningKeys(
        _ decide: @Sendable (StoredSigningKeys) -> SigningKeyChange
    ) async throws(StoreFailure) -> StoredSigningKeys

    /// Something for every change of the keys, and whenever one may have been missed.
    func signingKeyChanges() -> AsyncStream<SigningKeySignal>
}

/// A rotation with the keys it needs.
public struct SigningKeyChange: Sendable, Hashable {
    /// What happens to the keys that are there.
    public let rotation: KeyRotation
    /// New keys, and whether each signs at once.
    public let added: [NewSigningKey]

    /// Creates a change.
    public init(_ rotation: KeyRotation, adding added: [NewSigningKey] = []) {
        self.rotation = rotation
        self.added = added
    }
}

/// What a node hears of the store.
public enum SigningKeySignal: Sendable, Hashable {
    /// Look: something changed, or may have.
    case changed
    /// Nothing will be heard until ``regained``.
    case lost
    /// Changes are heard, for the first time or again; some may have been missed before.
    case regained
}
