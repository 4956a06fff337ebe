import Synchronization

/// Refreshes that are under way on this node. Each runs in a task of its own: an app that hangs up must not take along an answer that
/// came for the one use of a refresh token, and neither must a node that is told to stop.
public final class UpstreamRefreshes: Sendable {
    private let underWay = Mutex(0)

    /// Nothing is under way.
    public init() {}

    func begin(_ work: @escaping @Sendable () async -> Void) {
        underWay.withLock { $0 += 1 }
        Task {
            await work()
            underWay.withLock { $0 -= 1 }
        }
    }

    /// Returns when nothing is under way any more, or the calling task is cancelled.
    public func drained() async {
        while underWay.withLock({ $0 > 0 }) {
            do { try await Task.sleep(for: .milliseconds(50)) } catch { return }
        }
    }
}
