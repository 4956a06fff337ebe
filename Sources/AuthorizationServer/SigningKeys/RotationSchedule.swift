/// When keys are replaced and how long they are published. All times in seconds.
///
/// Why nobody ever fails to verify a token, given ``publishAhead`` ≥ ``cacheFor`` + ``lag``:
/// - A relying party's copy of the key set is at most ``cacheFor`` old, and what a node answers is at most ``lag`` behind the
///   database. A key that has been in the database for ``publishAhead`` is in every copy when it first signs.
/// - A node signs with a key for at most ``lag`` after it was replaced. What it signs lives for at most ``longestLifetime``.
///   The key stays until then, and ``clockTolerance`` longer for relying parties whose clock is behind.
public struct RotationSchedule: Sendable, Hashable {
    /// How long a node relies on what it read last. Signing stops then, and answers may no longer be kept.
    public static let readingGoodFor: Int64 = 120
    /// How far a node can be behind the database: ``readingGoodFor``, and a minute that a commit may take.
    public static let lag: Int64 = readingGoodFor + 60
    /// How far clocks of relying parties may be off; they rarely accept more.
    public static let clockTolerance: Int64 = 300

    /// How long a key signs.
    public let rotateEvery: Int64
    /// How long a key is published at least before it signs.
    public let publishAhead: Int64
    /// The longest that anything signed may be valid.
    public let longestLifetime: Int64
    /// How long relying parties may keep the key set.
    public let cacheFor: Int64

    /// Creates a schedule; nil where it cannot keep its promise: nothing may be negative, and a key has to be published for as
    /// long as relying parties keep the set, and ``lag``, before it signs.
    public init?(rotateEvery: Int64, publishAhead: Int64, longestLifetime: Int64, cacheFor: Int64) {
        let bounds: ClosedRange<Int64> = 0...1_000_000_000
        guard [rotateEvery, publishAhead, longestLifetime, cacheFor].allSatisfy(bounds.contains), longestLifetime > 0,
            publishAhead >= cacheFor + Self.lag
        else { return nil }
        self.rotateEvery = rotateEvery
        self.publishAhead = publishAhead
        self.longestLifetime = longestLifetime
        self.cacheFor = cacheFor
    }
}
