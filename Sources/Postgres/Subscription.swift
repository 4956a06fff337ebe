import Synchronization

/// One subscriber to NOTIFY.
final class Subscription: Sendable {
    let channels: [String]
    private let continuation: AsyncStream<NotificationEvent>.Continuation
    private let overflowed = Atomic<Bool>(false)

    init(channels: [String], continuation: AsyncStream<NotificationEvent>.Continuation) {
        self.channels = channels
        self.continuation = continuation
    }

    /// Whether events were dropped and the subscriber does not know yet.
    var hasOverflowed: Bool { overflowed.load(ordering: .relaxed) }

    /// Hands over an event; notes it when the subscriber's buffer is full.
    func send(_ event: NotificationEvent) {
        reportOverflow()
        if case .dropped = continuation.yield(event) { overflowed.store(true, ordering: .relaxed) }
    }

    /// Tells the subscriber that it missed events, as soon as there is room to.
    func reportOverflow() {
        guard hasOverflowed else { return }
        if case .enqueued = continuation.yield(.overflowed) { overflowed.store(false, ordering: .relaxed) }
    }

    /// Ends the stream.
    func end() { continuation.finish() }
}
