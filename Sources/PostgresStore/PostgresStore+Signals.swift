import Postgres

extension PostgresStore {
    /// What a channel of NOTIFY says, in a caller's own words, until nobody listens any more.
    /// - Parameter words: nil for an event that says nothing to this caller.
    func signals<Signal: Sendable>(
        of channel: String,
        buffering: AsyncStream<Signal>.Continuation.BufferingPolicy = .unbounded,
        _ words: @escaping @Sendable (NotificationEvent) -> Signal?
    ) -> AsyncStream<Signal> {
        let events = client.notifications(channels: [channel])
        let (stream, continuation) = AsyncStream<Signal>.makeStream(bufferingPolicy: buffering)
        let forwarding = Task {
            for await event in events {
                if let signal = words(event) { continuation.yield(signal) }
            }
            continuation.finish()
        }
        continuation.onTermination = { _ in forwarding.cancel() }
        return stream
    }
}
