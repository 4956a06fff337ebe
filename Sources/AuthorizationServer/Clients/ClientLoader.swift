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
        /// Native apps whose addresses forms may not lead to: there are too many.
        public var unreachable = 0
        /// When the store was last seen, by a clock that only goes forward.
        public var seen: ContinuousClock.Instant?

        /// What to show, by name; empty when all is well. Never an app's name: the health page is for everybody.
        public func details(at now: ContinuousClock.Instant) -> [(name: String, text: String)] {
            var texts: [String] = []
            if leftOut > 0 { texts.append("left out (\(leftOut)): see the log") }
            if unreachable > 0 { texts.append("addresses of native apps left out (\(unreachable)): see the log") }
            if isPolling { texts.append("polling") }
            if let seen, now - seen > .seconds(60) {
                texts.append("not looked at for \((now - seen).components.seconds) seconds")
            }
            return texts.isEmpty ? [] : [("apps", texts.joined(separator: "; "))]
        }
    }

    /// How long a node goes on with apps it could not look at: who was removed meanwhile, or lost a secret, is still let in until then.
    public static let longestUnseen = Duration.seconds(300)

    private let registry: ClientRegistry
    private let store: any ClientStore
    private let rules: ClientRules
    private let logger: Logger
    private let now: @Sendable () -> ContinuousClock.Instant
    private nonisolated let published = Mutex(Status())
    private var known = StoredClients([])
    private var lastLook: Task<Result<Void, StoreFailure>, Never>?
    // Wake-ups can get lost, so they are never the only reason to look. In seconds.
    private let lookEvery = 20

    /// Creates a loader; nothing happens before ``start()``.
    public init(
        registry: ClientRegistry,
        store: any ClientStore,
        rules: ClientRules,
        logger: Logger,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.now = now
        self.registry = registry
        self.store = store
        self.rules = rules
        self.logger = logger
    }

    /// How the apps are doing.
    public nonisolated var status: Status { published.withLock { $0 } }

    /// What the health page shows.
    public nonisolated var details: [(name: String, text: String)] { status.details(at: now()) }

    /// Whether the apps are known well enough to let anybody in.
    public nonisolated var isFresh: Bool { status.seen.map { now() - $0 <= Self.longestUnseen } ?? false }

    /// Reads the apps before anybody asks for one.
    public func start() async throws(StoreFailure) { try await look() }

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
                let began = now()
                // Every time: the row of an id may have come, or its app been removed, on a node that has no file of it.
                try await store.supersedeClients(Array(registry.files.keys))
                adopt(try await store.storedClients(), seen: began)
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

    private func adopt(_ stored: StoredClients, seen instant: ContinuousClock.Instant) {
        published.withLock { $0.seen = instant }
        guard stored != known else { return }
        let seen = Set(known.clients)
        var clients: [RegisteredClient] = []
        var leftOut = stored.unreadable.count
        for name in stored.unreadable where !known.unreadable.contains(name) {
            logger.error("an app's row cannot be read and is left out", metadata: ["client": "\(name.prefix(64))"])
        }
        for row in stored.clients {
            let isNew = !seen.contains(row)
            guard !row.isInFile, registry.files[row.id] == nil else {
                leftOut += 1
                guard isNew else { continue }
                logger.warning(
                    "an app is registered in a file as well, or was; the file counts: remove the app, or register it again",
                    metadata: ["client": "\(row.id)"]
                )
                continue
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
        let unreachable = registry.addresses.leftOutTargets
        if unreachable > 0, unreachable != status.unreachable {
            logger.warning(
                "too many addresses of native apps: forms may not lead to the last ones",
                metadata: ["count": "\(unreachable)"]
            )
        }
        published.withLock { ($0.leftOut, $0.unreachable) = (leftOut, unreachable) }
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
