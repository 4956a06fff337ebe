public import Cryptography
public import Logging

/// Keeps the signing keys of one node what the store says they are, and replaces them when it is time.
public actor SigningKeyLoader {
    private let live: LiveSigningKeys
    private let store: any SigningKeyStore
    private let rotate: RotateSigningKeys
    private let sealing: KeyRing
    private let logger: Logger
    /// Looking is one at a time; whoever comes meanwhile makes it look once more.
    private var isLooking = false
    private var isLookWanted = false
    // Wake-ups can get lost, so they are never the only reason to look: often enough that what was read stays good although
    // several tries fail.
    private let lookEvery: Duration = .seconds(20)

    /// Creates a loader; nothing happens before ``start()``.
    public init(
        live: LiveSigningKeys,
        store: any SigningKeyStore,
        sealing: KeyRing,
        schedule: RotationSchedule,
        logger: Logger
    ) {
        self.live = live
        self.store = store
        self.sealing = sealing
        self.logger = logger
        rotate = RotateSigningKeys(store: store, sealing: sealing, schedule: schedule)
    }

    /// Reads the keys, or makes the first ones, before anybody asks for them.
    /// - Returns: current keys that cannot be opened with this node's encryption keys; such a node must not run.
    public func start() async throws(RotateSigningKeys.Failure) -> [SigningKeyRecord] {
        try await look()
        // Who lost the race for the first keys has looked at those of the winner by now.
        return live.ring?.unopened ?? []
    }

    /// Looks at the store until the task is cancelled.
    public func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.listen() }
            group.addTask { await self.watch() }
            await group.waitForAll()
        }
    }

    private func listen() async {
        for await signal in store.signingKeyChanges() {
            switch signal {
            case .lost: logger.warning("changes of the signing keys are not heard; looking for them")
            case .regained, .changed: await tryToLook()
            }
            if Task.isCancelled { return }
        }
    }

    private func watch() async {
        while !Task.isCancelled {
            do { try await Task.sleep(for: lookEvery) } catch { return }
            await tryToLook()
        }
    }

    private func tryToLook() async {
        do throws(RotateSigningKeys.Failure) {
            try await look()
        } catch {
            logger.warning("the signing keys could not be looked at", metadata: ["error": "\(error)"])
        }
    }

    private func look() async throws(RotateSigningKeys.Failure) {
        guard !isLooking else {
            isLookWanted = true
            return
        }
        isLooking = true
        defer { isLooking = false }
        repeat {
            isLookWanted = false
            let asked = ContinuousClock.now
            let (stored, isChanged) = try await rotate(.schedule)
            if isChanged { logger.notice("signing keys rotated") }
            adopt(stored, readAt: asked)
        } while isLookWanted
    }

    private func adopt(_ stored: StoredSigningKeys, readAt: ContinuousClock.Instant) {
        guard stored.keys != live.ring?.records else { return live.confirm(readAt: readAt) }
        let ring = SigningKeyRing(stored, opening: sealing)
        live.replace(with: ring, readAt: readAt)
        for record in ring.records where record.place == .current {
            logger.notice(
                "signing key in use",
                metadata: ["kid": "\(record.keyID)", "algorithm": "\(record.algorithm.rawValue)"]
            )
        }
        for record in ring.unopened {
            logger.error(
                "a signing key cannot be opened with encryption.keys; this node cannot sign",
                metadata: ["kid": "\(record.keyID)", "sealed_with": "\(record.sealedWith ?? "unknown")"]
            )
        }
    }
}
