extension PostgresClient {
    /// Listens to channels on a connection of its own, shared by all subscribers, until the stream is dropped or the
    /// client shut down. The first event is ``NotificationEvent/linkRegained``.
    ///
    /// - Parameter channels: names of channels, exactly as NOTIFY spells them.
    public func notifications(channels: [String]) -> AsyncStream<NotificationEvent> {
        let (stream, continuation) = AsyncStream<NotificationEvent>.makeStream(bufferingPolicy: .bufferingOldest(1024))
        let subscription = Subscription(channels: channels, continuation: continuation)
        continuation.onTermination = { [weak pool, weak subscription] _ in
            if let subscription { pool?.run(.unsubscribe(subscription)) }
        }
        if !pool.run(.subscribe(subscription)) { continuation.finish() }
        return stream
    }
}
