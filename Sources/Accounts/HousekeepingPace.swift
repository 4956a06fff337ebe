/// How housekeeping goes on: in small bites, and while there is more, with pauses several times as long as the bites. However much
/// is over, most of the database's time is everybody else's, and when the database is busy and a bite takes longer, so does the pause.
public struct HousekeepingPace: Sendable {
    /// Most rows of each kind that one bite removes. Few enough that nobody waits for one of them for long.
    public let bite: Int
    /// The pause when nothing is left.
    public let idle: Duration
    /// How many times as long as a bite the pause after it is.
    public let restraint: Int

    /// Five hundred rows, half a minute, and a fifth of the time.
    public init(bite: Int = 500, idle: Duration = .seconds(30), restraint: Int = 4) {
        self.bite = max(bite, 1)
        self.idle = idle
        self.restraint = max(restraint, 0)
    }

    /// The pause after a bite, never longer than ``idle``.
    /// - Parameters:
    ///   - removed: how many rows went; fewer than a bite means that nothing is left, as does a bite that failed.
    ///   - took: how long it took.
    public func pause(after removed: Int, in took: Duration) -> Duration {
        guard removed >= bite else { return idle }
        guard took < idle else { return idle }
        return min(max(took, .zero) * restraint, idle)
    }
}
