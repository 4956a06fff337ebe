/// Keeps one fetched document per key, for metadata and for key sets.
///
/// - One fetch at a time per key: everybody who waits gets the same answer.
/// - Fresh for the document's lifetime; in the last fifth of it the next reader starts a fetch in the background.
/// - When a fetch fails, the last good document serves on for up to ``staleLimit``, and the source is asked again
///   after ``retryInterval`` at the earliest.
/// - ``refresh(_:fetch:)`` asks ahead of time, at most once per ``refreshInterval``.
actor DocumentCache<Key: Hashable & Sendable, Document: Sendable> {
    typealias Fetch = @Sendable () async throws(MetadataFault) -> (document: Document, lifetime: Duration)

    /// How long past its lifetime a document may serve while its source cannot be reached.
    static var staleLimit: Duration { .seconds(86_400) }
    /// Pause after a failed fetch while an older document serves.
    static var retryInterval: Duration { .seconds(10) }
    /// Least time between two refreshes ahead of time.
    static var refreshInterval: Duration { .seconds(10) }

    private struct Entry {
        var document: Document
        var fetchedAt: ContinuousClock.Instant
        var lifetime: Duration
        var notBefore: ContinuousClock.Instant
    }

    private var entries: [Key: Entry] = [:]
    private var fetches: [Key: Task<Result<Document, MetadataFault>, Never>] = [:]
    private var lastRefresh: [Key: ContinuousClock.Instant] = [:]
    private let now: @Sendable () -> ContinuousClock.Instant

    init(now: @escaping @Sendable () -> ContinuousClock.Instant) {
        self.now = now
    }

    func document(_ key: Key, fetch: @escaping Fetch) async throws(MetadataFault) -> Document {
        guard let entry = entries[key] else { return try await fetched(key, fetch).get() }
        let instant = now()
        let age = entry.fetchedAt.duration(to: instant)
        let mayAsk = instant >= entry.notBefore
        if age < entry.lifetime {
            if age >= entry.lifetime * 4 / 5, mayAsk { _ = start(key, fetch) }
            return entry.document
        }
        guard age < entry.lifetime + Self.staleLimit else { return try await fetched(key, fetch).get() }
        guard mayAsk else { return entry.document }
        switch await fetched(key, fetch) {
        case .success(let document): return document
        case .failure: return entry.document
        }
    }

    /// Fetches although the document may be fresh. Unless that was done a moment ago: then what is there now is the answer,
    /// which another caller's refresh may just have brought.
    func refresh(_ key: Key, fetch: @escaping Fetch) async -> Result<Document, MetadataFault>? {
        let instant = now()
        if let last = lastRefresh[key], last.duration(to: instant) < Self.refreshInterval {
            if let running = fetches[key] { return await running.value }
            return entries[key].map { .success($0.document) }
        }
        lastRefresh[key] = instant
        return await fetched(key, fetch)
    }

    private func fetched(_ key: Key, _ fetch: @escaping Fetch) async -> Result<Document, MetadataFault> {
        await start(key, fetch).value
    }

    // The task belongs to the cache and not to the first caller, whose cancellation must not fail the others.
    private func start(_ key: Key, _ fetch: @escaping Fetch) -> Task<Result<Document, MetadataFault>, Never> {
        if let running = fetches[key] { return running }
        let task = Task { await self.run(key, fetch) }
        fetches[key] = task
        return task
    }

    private func run(_ key: Key, _ fetch: Fetch) async -> Result<Document, MetadataFault> {
        defer { fetches[key] = nil }
        do throws(MetadataFault) {
            let (document, lifetime) = try await fetch()
            let instant = now()
            entries[key] = Entry(document: document, fetchedAt: instant, lifetime: lifetime, notBefore: instant)
            return .success(document)
        } catch {
            entries[key]?.notBefore = now() + Self.retryInterval
            return .failure(error)
        }
    }
}
