import Accounts
import Logging

/// Writes down how a refresh ended. The provider may have spent the old refresh token for its answer, so what it gave in its place is
/// not let go of while a database may still come back: without it the person has to sign in again, and whoever tries with the old one
/// looks like a thief.
struct RecordRefresh: Sendable {
    let store: any UpstreamTokenStore
    let logger: Logger
    let lease: UpstreamLease
    let stored: StoredUpstreamTokens
    var now: @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }
    var sleep: @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }

    /// How long an answer with tokens is held on to.
    static let patience = Duration.seconds(300)

    /// False when it could not be written in time.
    func callAsFunction(_ end: UpstreamRefreshEnd) async -> Bool {
        let deadline = now() + patience(for: end)
        // Short: when the database comes back, this should be earlier than whoever finds the lease run out.
        var pause = Duration.milliseconds(50)
        while true {
            do {
                if try await !store.end(lease.id, of: stored, with: end) {
                    logger.notice("what a refresh brought was overtaken", metadata: ["outcome": "\(end.code)"])
                }
                return true
            } catch {
                guard now() + pause < deadline else { break }
            }
            await sleep(pause)
            pause = min(pause * 2, .milliseconds(500))
            // It may be this one write only that does not get through.
            try? await store.extend(lease.id, of: stored, for: lease.length)
        }
        logger.error("a refreshed token could not be stored", metadata: ["outcome": "\(end.code)"])
        return false
    }

    /// What holds no token is said by the lease that runs out as well.
    private func patience(for end: UpstreamRefreshEnd) -> Duration {
        switch end {
        case .renewed, .failed(.some): Self.patience
        case .refused, .failed(nil): .seconds(3)
        }
    }
}

extension UpstreamRefreshEnd {
    /// Stable name for logs.
    fileprivate var code: String {
        switch self {
        case .renewed: "renewed"
        case .refused: "refused"
        case .failed: "failed"
        }
    }
}
