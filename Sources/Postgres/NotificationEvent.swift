/// What a subscriber to NOTIFY sees.
public enum NotificationEvent: Sendable, Equatable {
    /// Some session notified a channel.
    case notification(channel: String, payload: String)
    /// The listening connection broke; notifications from now on are missed.
    case linkLost
    /// All channels are being listened to, for the first time or again. Whatever was notified before may have been
    /// missed: reload.
    case linkRegained
    /// The subscriber was too slow and notifications were dropped: reload.
    case overflowed
}
