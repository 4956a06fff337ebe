public import Accounts

/// An app of the store: one row.
public struct StoredClient: Sendable, Hashable {
    /// Its id.
    public let id: ClientID
    /// The members of an app's file in JSON, secrets as SHA-256 only; nil when it was removed.
    public let definition: String?
    /// Grows with every change, and never goes back: also an app that is registered again goes on counting.
    public let version: Int64
    /// Whether a file describes an app of this id, or did since this one was registered: then this one is not used.
    public let isInFile: Bool
    /// When it was registered.
    public let createdAt: Instant
    /// Who did that.
    public let createdBy: String
    /// When it was last changed, or removed.
    public let changedAt: Instant
    /// Who did that.
    public let changedBy: String

    /// Creates a row.
    public init(
        id: ClientID,
        definition: String?,
        version: Int64,
        isInFile: Bool = false,
        createdAt: Instant,
        createdBy: String,
        changedAt: Instant,
        changedBy: String
    ) {
        self.id = id
        self.definition = definition
        self.version = version
        self.isInFile = isInFile
        self.createdAt = createdAt
        self.createdBy = createdBy
        self.changedAt = changedAt
        self.changedBy = changedBy
    }
}

/// All apps of the store.
public struct StoredClients: Sendable, Hashable {
    /// Those that can be read, by id.
    public let clients: [StoredClient]
    /// Names of rows that cannot be read. They keep nobody else's app from being used.
    public let unreadable: [String]

    /// Creates a list.
    public init(_ clients: [StoredClient], unreadable: [String] = []) {
        self.clients = clients
        self.unreadable = unreadable
    }
}

/// What became of a change of an app.
public enum StoredClientChange: Sendable, Hashable {
    /// It is so.
    case done(StoredClient)
    /// Somebody else changed it meanwhile.
    case moved(version: Int64)
    /// There is no such app.
    case missing
}

/// Where apps are kept that no file describes: once for all nodes. Each change tells every node in the same commit.
public protocol ClientStore: Sendable {
    /// All apps that were not removed, by id.
    func storedClients() async throws(StoreFailure) -> StoredClients

    /// One app that was not removed.
    func storedClient(_ id: ClientID) async throws(StoreFailure) -> StoredClient?

    /// Whether an app of this id was removed, and is neither registered again nor described by a file.
    func wasRemoved(_ id: ClientID) async throws(StoreFailure) -> Bool

    /// Registers an app. Whatever an app of this id had before is gone in the same commit, notices of ended sessions included. One
    /// that a file had taken the place of is registered anew.
    /// - Returns: nil when there is one of this id.
    func createClient(_ id: ClientID, definition: String, by author: String) async throws(StoreFailure) -> StoredClient?

    /// Writes another definition over that of a version. Codes and pushed requests that are under way end where what they were made
    /// by has changed.
    func changeClient(
        _ id: ClientID,
        definition: String,
        from version: Int64,
        by author: String
    ) async throws(StoreFailure) -> StoredClientChange

    /// Removes an app. Its grants, codes, pushed requests and consents end in the same commit, and from then on no node can
    /// make another, whether it has heard of this or not. Where a file describes an app of this id, only the row goes: what there
    /// is belongs to the app of the file.
    /// - Parameter version: nil for any.
    func removeClient(
        _ id: ClientID,
        from version: Int64?,
        by author: String
    ) async throws(StoreFailure) -> StoredClientChange

    /// Gives these ids to apps of files, once and for all nodes: an app of the store with such an id is not used any more, and what
    /// it holds ends, so that neither of the two ever has what the other one was given.
    func supersedeClients(_ ids: [ClientID]) async throws(StoreFailure)

    /// Something for every change of an app, and whenever one may have been missed.
    func clientChanges() -> AsyncStream<ClientSignal>
}

/// What a node hears of the store.
public enum ClientSignal: Sendable, Hashable {
    /// Look: something changed, or may have.
    case changed
    /// Nothing will be heard until ``regained``.
    case lost
    /// Changes are heard, for the first time or again; some may have been missed before.
    case regained
}
