/// How much JSON is accepted from a peer before any of it is believed.
public struct JSONLimits: Sendable, Hashable {
    /// The largest text, in bytes.
    public let bytes: Int
    /// The deepest nesting of arrays and objects: `[[1]]` has depth 2.
    public let depth: Int

    /// No text may nest deeper than this, whatever ``depth`` asks for: parsing, comparing and releasing a value
    /// use stack in proportion to its depth.
    public static let deepest = 128

    /// 256 KiB and 32 levels: far above every real token, profile and key set.
    public static let standard = JSONLimits(bytes: 262_144, depth: 32)

    /// Makes limits; a depth above ``deepest`` counts as ``deepest``, negative values as 0.
    public init(bytes: Int, depth: Int) {
        self.bytes = max(0, bytes)
        self.depth = min(max(0, depth), Self.deepest)
    }
}
