public import Accounts
import JSON
public import Logging
import Synchronization

/// Keeps a node's apps what the store says they are.
public actor ClientLoader {
    /// How the apps are doing, for the health page.
    public struct Status: Sendable, Hashable {
        /// Apps of the store that this node leaves out: it cannot read them, or its settings do not fit them.
        public var leftOut = 0
        /// Changes are not heard but looked for, every second.
        public var isPolling = false

        /// What to show, by name; empty when all is well. Never an app's name: the health page is for everybody.
        public var details: [(name: String, text: String)] {
            var details: [(String, String)] = []
            if leftOut > 0 { details.append(("apps", "left out (\(leftOut)): see the log")) }
            if isPolling { details.append(("apps", "polling")) }
            return details
        }
    }

    private let registry: ClientRegistry
    private let store: any ClientStore
    private let rules: ClientRules
    private let logger: Logger
    private nonisolated let published = Mutex(Status())
    private var known: [StoredClient] = []
    private var lastLook: Task<Result<Void, StoreFailure>, Never>?
    // Wake-ups can get lost, so they are never the only reason to look. In seconds.
    private let lookEvery = 20

    /// Creates a loader; nothing happens before ``start()``.
    public init(registry: ClientRegistry, store: any ClientStore, rules: ClientRules, logger: Logger) {
        self.registry = registry
        self.store = store
        self.rules = rules
        self.logger = logger
    }

    /// How the apps are doing.
    public nonisolated var status: Status { published.withLock { $0 } }

    /// Reads the apps before anybody asks for one.
    public func start() async throws(StoreFailure) {
        try await store.forgetRemovedClients(Array(registry.files.keys))
        try await look()
    }

    /// Follows the store until the task is cancelled.
    public func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.listen() }
            group.addTask { await self.watch() }
            await group.waitForAll()
        }
    }

    /// Reads the apps once more. Looks follow each other, so that none puts in place what an earlier one saw, and everybody who
    /// waits here gets a look that began after they asked.
    public func look() async throws(StoreFailure) {
        let before = lastLook
        let look = Task { () -> Result<Void, StoreFailure> in
            _ = await before?.value
            do throws(StoreFailure) {
                adopt(try await store.storedClients())
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        lastLook = look
        try await look.value.get()
    }

    private func listen() async {
        for await signal in store.clientChanges() {
            switch signal {
            case .lost:
                logger.warning("changes of apps are not heard; looking for them every second")
                published.withLock { $0.isPolling = true }
            case .regained:
                published.withLock { $0.isPolling = false }
                await tryToLook()
            case .changed: await tryToLook()
            }
            if Task.isCancelled { return }
        }
    }

    private func watch() async {
        var turn = 0
        while !Task.isCancelled {
            do { try await Task.sleep(for: .seconds(1)) } catch { return }
            turn += 1
            if status.isPolling || turn % lookEvery == 0 { await tryToLook() }
        }
    }

    private func tryToLook() async {
        do throws(StoreFailure) {
            try await look()
        } catch {
            logger.warning("the apps could not be looked at", metadata: ["error": "\(error)"])
        }
    }

    private func adopt(_ stored: [StoredClient]) {
        guard stored != known else { return }
        let seen = Set(known)
        var clients: [RegisteredClient] = []
        var leftOut = 0
        for row in stored {
            let isNew = !seen.contains(row)
            if isNew, registry.files[row.id] != nil {
                logger.warning(
                    "an app is registered in a file as well; the file counts",
                    metadata: ["client": "\(row.id)"]
                )
            }
            switch RegisteredClient.read(row, under: rules) {
            case .success(let client): clients.append(client)
            case .failure(let faults):
                leftOut += 1
                guard isNew else { continue }
                logger.error(
                    "an app cannot be used by this node and is left out",
                    metadata: ["client": "\(row.id)", "faults": "\(faults.sentences.joined(separator: "; "))"]
                )
            }
        }
        registry.replace(stored: clients)
        known = stored
        published.withLock { $0.leftOut = leftOut }
        logger.notice("apps of the store in use", metadata: ["count": "\(clients.count)"])
    }
}

extension RegisteredClient {
    /// An app as it was stored; fails for what this node cannot use.
    static func read(_ row: StoredClient, under rules: ClientRules) -> Result<RegisteredClient, ClientFaults> {
        guard let text = row.definition, let object = try? JSONValue.parse(Array(text.utf8)).object else {
            return .failure(ClientFaults(["this cannot be read as JSON"]))
        }
        return read(object, expecting: .id(row.id), under: rules)
    }

    /// JSON about an app that has to agree with the settings as well.
    static func read(
        _ definition: JSONObject,
        expecting expected: ExpectedID,
        under rules: ClientRules
    ) -> Result<RegisteredClient, ClientFaults> {
        read(definition, expecting: expected).flatMap { registered in
            var faults = rules.faults(of: registered.client).map { "/\($0.member): \($0.sentence)" }
            if !rules.hasKeys { faults.append("apps need encryption.keys: requests and keys are sealed with them") }
            return faults.isEmpty ? .success(registered) : .failure(ClientFaults(faults))
        }
    }
}
