public import Accounts
import Cryptography
public import JSON

/// What administrators do to apps, for the command line and the administration interface alike.
public struct AdministerClients: Sendable {
    private let registry: ClientRegistry
    private let store: any ClientStore
    private let rules: ClientRules
    private let changed: @Sendable () async -> Void

    /// Creates the flow.
    /// - Parameters:
    ///   - registry: knows the apps of files.
    ///   - changed: called after every change, before whoever asked for it is answered: this node follows at once.
    public init(
        registry: ClientRegistry,
        store: any ClientStore,
        rules: ClientRules,
        changed: @escaping @Sendable () async -> Void
    ) {
        self.registry = registry
        self.store = store
        self.rules = rules
        self.changed = changed
    }

    /// Every app, by id; one that a file shadows beside that of the file.
    public func list() async throws(ClientChangeFailure) -> [ListedClient] {
        let store = store
        let stored = try await storing { () async throws(StoreFailure) in try await store.storedClients() }
        let all = registry.files.values.map { ListedClient($0) } + stored.clients.map(listed)
        return all.sorted {
            ($0.id.description, $0.stored == nil ? 0 : 1) < ($1.id.description, $1.stored == nil ? 0 : 1)
        }
    }

    /// One app; that of a file where there are two.
    public func find(_ id: ClientID) async throws(ClientChangeFailure) -> ListedClient {
        if let file = registry.files[id] { return ListedClient(file) }
        return listed(try await present(id))
    }

    /// Registers an app. One that is neither public nor comes with the hash of a secret gets a secret.
    /// - Returns: the app, and the secret that was made, which is nowhere else.
    public func register(
        _ definition: JSONObject,
        by author: String
    ) async throws(ClientChangeFailure) -> (client: ListedClient, secret: ClientSecret?) {
        var definition = definition
        var secret: ClientSecret?
        if Self.needsSecret(definition) {
            let made = ClientSecret.generate()
            definition["secret_hashes"] = .array([.string(Self.written(made))])
            secret = made
        }
        let registered = try sound(definition, expecting: .any)
        let (id, store) = (registered.client.id, store)
        guard registry.files[id] == nil else { throw .inFile }
        let text = JSONValue.object(definition).serialized()
        let row = try await storing { () async throws(StoreFailure) in
            try await store.createClient(id, definition: text, by: author)
        }
        guard let row else { throw .exists }
        await changed()
        return (listed(row), secret)
    }

    /// Writes another definition over a version. Without `secret_hashes` the app keeps its secrets.
    public func change(
        _ id: ClientID,
        to definition: JSONObject,
        from version: ClientVersion?,
        by author: String
    ) async throws(ClientChangeFailure) -> ListedClient {
        guard registry.files[id] == nil else { throw .inFile }
        guard let version else { throw .versionMissing }
        let row = try await used(id)
        try version.match(row)
        var definition = definition
        if Self.needsSecret(definition) {
            definition["secret_hashes"] = row.members["secret_hashes"]
        }
        return try await write(definition, over: row, by: author)
    }

    /// Removes an app with everything it holds; of an app that a file has taken the place of, only what the store says about it.
    /// - Parameter version: nil for any.
    public func remove(
        _ id: ClientID,
        from version: ClientVersion?,
        by author: String
    ) async throws(ClientChangeFailure) {
        let store = store
        let isInFile = registry.files[id] != nil
        if isInFile {
            // Said before, so that nothing of the file's app goes with it.
            try await storing { () async throws(StoreFailure) in try await store.supersedeClients([id]) }
        }
        let change = try await storing { () async throws(StoreFailure) in
            try await store.removeClient(id, from: version?.number, by: author)
        }
        if isInFile, change == .missing { throw .inFile }
        _ = try done(change)
        await changed()
    }

    /// Makes one more secret; two at most, so that one can replace the other.
    public func makeSecret(
        _ id: ClientID,
        from version: ClientVersion?,
        by author: String
    ) async throws(ClientChangeFailure) -> (client: ListedClient, secret: ClientSecret) {
        let secret = ClientSecret.generate()
        let client = try await changeSecrets(id, from: version, by: author) { hashes throws(ClientChangeFailure) in
            guard hashes.count < 2 else { throw .secretsFull }
            return hashes + [Self.written(secret)]
        }
        return (client, secret)
    }

    /// Takes a secret away; what was got with it stays.
    public func removeSecret(
        _ id: ClientID,
        fingerprint: String,
        from version: ClientVersion?,
        by author: String
    ) async throws(ClientChangeFailure) -> ListedClient {
        try await changeSecrets(id, from: version, by: author) { hashes throws(ClientChangeFailure) in
            let rest = hashes.filter { ListedClient.fingerprint($0) != fingerprint }
            guard rest.count < hashes.count else { throw .unknownSecret }
            guard !rest.isEmpty else { throw .lastSecret }
            return rest
        }
    }

    /// Whoever named no version wants it on whatever is there, so that a change that came between is no reason to fail.
    private func changeSecrets(
        _ id: ClientID,
        from version: ClientVersion?,
        by author: String,
        _ decide: ([String]) throws(ClientChangeFailure) -> [String]
    ) async throws(ClientChangeFailure) -> ListedClient {
        guard registry.files[id] == nil else { throw .inFile }
        for _ in 0..<8 {
            let row = try await used(id)
            try version?.match(row)
            var definition = row.members
            guard definition["public"]?.bool != true else { throw .publicClient }
            let hashes = (definition["secret_hashes"]?.array ?? []).compactMap(\.string)
            definition["secret_hashes"] = .array(try decide(hashes).map { .string($0) })
            do throws(ClientChangeFailure) {
                return try await write(definition, over: row, by: author)
            } catch {
                guard case .moved = error, version == nil else { throw error }
            }
        }
        throw .store(.unavailable)
    }

    private func write(
        _ definition: JSONObject,
        over row: StoredClient,
        by author: String
    ) async throws(ClientChangeFailure) -> ListedClient {
        _ = try sound(definition, expecting: .id(row.id))
        let (store, text) = (store, JSONValue.object(definition).serialized())
        let change = try await storing { () async throws(StoreFailure) in
            try await store.changeClient(row.id, definition: text, from: row.version, by: author)
        }
        let changed = try done(change)
        await self.changed()
        return listed(changed)
    }

    private func done(_ change: StoredClientChange) throws(ClientChangeFailure) -> StoredClient {
        switch change {
        case .done(let row): return row
        case .moved(let version): throw .moved(version: version)
        case .missing: throw .unknown
        }
    }

    private func present(_ id: ClientID) async throws(ClientChangeFailure) -> StoredClient {
        let store = store
        let found = try await storing { () async throws(StoreFailure) in try await store.storedClient(id) }
        guard let found else { throw .unknown }
        return found
    }

    private func used(_ id: ClientID) async throws(ClientChangeFailure) -> StoredClient {
        let row = try await present(id)
        guard !row.isInFile else { throw .inFile }
        return row
    }

    private func sound(
        _ definition: JSONObject,
        expecting expected: ExpectedID
    ) throws(ClientChangeFailure) -> RegisteredClient {
        switch RegisteredClient.read(definition, expecting: expected, under: rules) {
        case .success(let registered): return registered
        case .failure(let faults): throw .faulty(faults.sentences)
        }
    }

    private func listed(_ row: StoredClient) -> ListedClient {
        ListedClient(row, under: rules, isShadowed: registry.files[row.id] != nil)
    }

    private func storing<Value: Sendable>(
        _ call: () async throws(StoreFailure) -> Value
    ) async throws(ClientChangeFailure) -> Value {
        do {
            return try await call()
        } catch {
            throw .store(error)
        }
    }

    /// Whether nothing says how the app proves itself.
    private static func needsSecret(_ definition: JSONObject) -> Bool {
        definition["public"]?.bool != true && definition["secret_hashes"] == nil && definition["jwks"] == nil
    }

    private static func written(_ secret: ClientSecret) -> String { "sha256:" + Hex.encode(secret.hash.bytes) }
}

/// Which version somebody means to change.
public enum ClientVersion: Sendable, Hashable {
    /// Whatever is there.
    case any
    /// This one.
    case exactly(Int64)

    /// The number, where there is one.
    var number: Int64? {
        if case .exactly(let number) = self { number } else { nil }
    }

    func match(_ row: StoredClient) throws(ClientChangeFailure) {
        if let number, number != row.version { throw .moved(version: row.version) }
    }
}
