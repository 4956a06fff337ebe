public import Accounts
public import Logging
import PolicyLanguage
import Synchronization

/// Keeps the policy of one node what the store says it is, and makes versions of edits of the policy's file.
public actor PolicyLoader {
    private let live: LivePolicy
    private let store: any PolicyStore
    private let file: PolicyFile
    private let logger: Logger
    private let metrics = PolicyMetrics()
    private nonisolated let published = Mutex(PolicyStatus())
    /// The file's contents that were dealt with last.
    private var seen: PolicyFile.Contents?
    /// The last text of the file that was dealt with: a file that was away for a moment and comes back the same was not edited.
    private var lastText: String?
    /// What was checked last. A policy is tried on every case there is, and a file's text comes back at once as the version in force.
    private var checked: PolicyDocument?
    /// Loading is one at a time; whoever comes meanwhile makes it look once more.
    private var isLoading = false
    private var isLoadWanted = false
    /// A version that this node cannot read is reported once.
    private var refused: Int?
    // Wake-ups can get lost, so they are never the only reason to look.
    private let lookEvery = 30

    /// Creates a loader; nothing happens before ``start()``.
    public init(live: LivePolicy, store: any PolicyStore, file: PolicyFile, logger: Logger) {
        self.live = live
        self.store = store
        self.file = file
        self.logger = logger
    }

    /// How the policy is doing.
    public nonisolated var status: PolicyStatus { published.withLock { $0 } }

    /// Reads and checks the file ahead of ``start()``, which says what is wrong with it and looks at it once more. A node does this beside
    /// the rest of what it is made of.
    public func prepare() {
        if case .text(let text) = file.read() { _ = try? check(text, file: file.path) }
    }

    private func check(_ text: String, file: String) throws(PolicyFailure) -> PolicyDocument {
        // Byte by byte: a hash tells texts apart that are equal as strings.
        if let checked, checked.text.utf8.elementsEqual(text.utf8) { return checked }
        let document = try PolicyDocument.checked(text, file: file)
        checked = document
        return document
    }

    /// Puts a policy in force before anybody signs in, or fails: a node without a policy that checks must not run.
    ///
    /// A file that says something new is a new version; one that says what an older version said changes nothing, so that a
    /// restart never takes a change back. A faulty file only stops a node when no version was ever in force.
    public func start() async throws(PolicyFailure) {
        let contents = file.read()
        seen = contents
        if case .text(let text) = contents { lastText = text }
        let snapshot = try await storing { () async throws(StoreFailure) in try await store.snapshot() }
        switch contents {
        case .absent where !file.isRequired:
            if snapshot.live == nil {
                logger.notice("no policy file: the built-in policy is used", metadata: ["file": "\(file.path)"])
                let document = try check(LinkingPolicy.standard.yaml, file: "built-in")
                try await append(document, source: .builtIn)
            } else {
                logger.info("no policy file: the version in force stays", metadata: ["file": "\(file.path)"])
            }
        case .absent, .unreadable:
            guard snapshot.live != nil else { throw .faulty([Self.fault(contents, file)]) }
            say([Self.fault(contents, file)])
        case .text(let text):
            do throws(PolicyFailure) {
                let document = try check(text, file: file.path)
                try await atStart(document, snapshot.live)
            } catch {
                guard case .faulty(let faults) = error, snapshot.live != nil else { throw error }
                say(faults)
            }
        }
        guard try await load() else { throw .faulty(["the version in force does not check under this release"]) }
    }

    private func atStart(_ document: PolicyDocument, _ present: PolicyVersion?) async throws(PolicyFailure) {
        let hash = document.policy.hash
        guard present?.policyHash != hash else { return }
        let isKnown = try await storing { () async throws(StoreFailure) in try await store.knows(policyHash: hash) }
        guard present != nil, isKnown else { return try await append(document, source: .file) }
        logger.notice(
            "the policy file says what an older version said; the version in force stays",
            metadata: ["file": "\(file.path)", "version": "\(present?.number ?? 0)"]
        )
        published.withLock { $0.fileIsOlder = true }
    }

    /// Looks at the file and the store until the task is cancelled.
    public func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.listen() }
            group.addTask { await self.watch() }
            await group.waitForAll()
        }
    }

    /// Looks at the file at once (SIGHUP). One that was not edited is treated as at a start: what an older version said does
    /// not come back by itself.
    public func reload() async {
        logger.notice("looking at the policy file again", metadata: ["file": "\(file.path)"])
        let contents = file.read()
        guard contents == seen else { return await look() }
        switch contents {
        case .absent where !file.isRequired: return
        case .absent, .unreadable: say([Self.fault(contents, file)])
        case .text(let text):
            do throws(PolicyFailure) {
                let document = try check(text, file: file.path)
                let snapshot = try await storing { () async throws(StoreFailure) in try await store.snapshot() }
                try await atStart(document, snapshot.live)
                _ = try await load()
            } catch {
                guard case .faulty(let faults) = error else {
                    return logger.warning("the policy could not be looked at", metadata: ["error": "\(error.code)"])
                }
                say(faults)
            }
        }
    }

    // MARK: The store

    private func listen() async {
        for await signal in store.changes() {
            switch signal {
            case .lost:
                logger.warning("changes of the policy are not heard; looking for them every second")
                set(polling: true)
            case .regained:
                if status.isPolling { logger.notice("changes of the policy are heard again") }
                set(polling: false)
                _ = try? await load()
            case .changed: _ = try? await load()
            }
            if Task.isCancelled { return }
        }
    }

    private func set(polling isPolling: Bool) {
        published.withLock { $0.isPolling = isPolling }
        metrics.polling(isPolling)
    }

    /// Puts the latest version and the candidate in force here. One at a time; whoever comes meanwhile makes it look again.
    /// - Returns: whether some version is in force.
    private func load() async throws(PolicyFailure) -> Bool {
        guard !isLoading else {
            isLoadWanted = true
            return live.inForce.version > 0
        }
        isLoading = true
        defer { isLoading = false }
        repeat {
            isLoadWanted = false
            adopt(try await storing { () async throws(StoreFailure) in try await store.snapshot() })
        } while isLoadWanted
        return live.inForce.version > 0
    }

    private func adopt(_ snapshot: PolicySnapshot) {
        guard let version = snapshot.live, version.number != refused else { return }
        let inForce = live.inForce
        let isSame = version.number == inForce.version && version.policyHash == inForce.hash
        guard !isSame || snapshot.shadow?.policyHash != inForce.shadow?.hash else { return }
        if !isSame, version.number <= inForce.version {
            // A database that was restored, or meddled with: what it says counts on every node, and somebody should look.
            logger.error(
                "the policy's history went back; following it",
                metadata: ["from": "\(inForce.version)", "to": "\(version.number)", "hash": "\(version.policyHash)"]
            )
        }
        var policy = inForce.policy
        if !isSame {
            do throws(PolicyFailure) {
                policy = try check(version.text, file: "version \(version.number)").policy
            } catch {
                refused = version.number
                metrics.faulty("version")
                logger.error(
                    "a version of the policy does not check under this release; the one before stays",
                    metadata: ["version": "\(version.number)", "faults": "\(error.details.joined(separator: "\n"))"]
                )
                published.withLock { $0.faults = error.details.count }
                return
            }
        }
        live.replace(with: PolicyInForce(policy, version: version.number, shadow: shadow(snapshot.shadow, inForce)))
        metrics.inForce(version.number)
        guard !isSame else { return }
        logger.notice(
            "policy in force",
            metadata: [
                "version": "\(version.number)", "hash": "\(version.policyHash)", "author": "\(version.author)",
                "source": "\(version.source.rawValue)",
                // Whoever keeps this line somewhere else has a witness: see PolicyChain.
                "chain_hash": "\(version.chainHash)",
            ]
        )
    }

    private func shadow(_ stored: StoredShadow?, _ inForce: PolicyInForce) -> ShadowPolicy? {
        guard let stored else { return nil }
        if let present = inForce.shadow, present.hash == stored.policyHash { return present }
        guard let document = try? PolicyDocument.parse(stored.text, file: "shadow") else {
            logger.error("the candidate in shadow mode does not check under this release; it is left out")
            return nil
        }
        return ShadowPolicy(document.policy)
    }

    // MARK: The file

    private func watch() async {
        var turn = 0
        while !Task.isCancelled {
            do { try await Task.sleep(for: .seconds(1)) } catch { return }
            await look()
            turn += 1
            if status.isPolling || turn % lookEvery == 0 { _ = try? await load() }
        }
    }

    /// Deals with the file if its contents are others than before. A file that went away takes nothing with it.
    private func look() async {
        let contents = file.read()
        guard contents != seen else { return }
        seen = contents
        published.withLock { status in
            status.faults = 0
            status.fileIsOlder = false
        }
        switch contents {
        case .absent where !file.isRequired:
            logger.notice("the policy file is gone; the version in force stays", metadata: ["file": "\(file.path)"])
        case .absent, .unreadable: say([Self.fault(contents, file)])
        case .text(let text):
            guard text != lastText else { return }
            do throws(PolicyFailure) {
                let document = try check(text, file: file.path)
                if lastText == nil {
                    // The first time that this node sees the file: not an edit, as at a start.
                    try await atStart(
                        document,
                        try await storing { () async throws(StoreFailure) in try await store.snapshot() }.live
                    )
                } else {
                    try await append(document, source: .file)
                }
                lastText = text
                _ = try await load()
            } catch {
                switch error {
                case .faulty(let faults):
                    lastText = text
                    say(faults)
                default:
                    logger.warning("the policy file will be looked at again", metadata: ["error": "\(error.code)"])
                    seen = nil
                }
            }
        }
    }

    /// Another node that sees the same file may be faster: then there is nothing left to do.
    private func append(_ document: PolicyDocument, source: PolicyVersion.Source) async throws(PolicyFailure) {
        let apply = ApplyPolicy(store: store)
        for _ in 0..<4 {
            do throws(PolicyFailure) {
                let author = source == .file ? "file" : "latchkey"
                _ = try await apply(document, source: source, author: author, reason: "")
                return
            } catch {
                switch error {
                case .unchanged: return
                case .moved: continue
                default: throw error
                }
            }
        }
        throw .store(.unavailable)
    }

    private func say(_ faults: [String]) {
        metrics.faulty("file")
        published.withLock { $0.faults = faults.count }
        logger.error(
            "the policy file is faulty; the policy in force stays",
            metadata: ["faults": "\(faults.joined(separator: "\n"))"]
        )
    }

    private static func fault(_ contents: PolicyFile.Contents, _ file: PolicyFile) -> String {
        if case .unreadable(let why) = contents { return "\(file.path): \(why)" }
        return "\(file.path): there is no such file"
    }
}
