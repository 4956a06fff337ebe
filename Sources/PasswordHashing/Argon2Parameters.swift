/// What a new hash costs (Argon2id, RFC 9106, one lane).
public struct Argon2Parameters: Sendable, Hashable {
    /// Memory in KiB.
    public let memoryKiB: Int
    /// Passes over the memory.
    public let passes: Int

    /// Creates parameters.
    public init(memoryKiB: Int, passes: Int) {
        self.memoryKiB = memoryKiB
        self.passes = passes
    }

    /// OWASP's first choice for Argon2id: 19 MiB, two passes.
    public static let standard = Argon2Parameters(memoryKiB: 19_456, passes: 2)

    /// What one hash may take in memory, configured or imported: 512 KiB to 256 MiB.
    public static let memoryRange = 512...262_144
    /// How many passes one hash may make, configured or imported.
    public static let passesRange = 1...64
    /// The most work one hash may be, in KiB times passes: about a second.
    public static let maximumWork = 1_048_576

    /// True when memory, passes and their product are within the bounds above.
    public var areWithinBounds: Bool {
        Self.memoryRange.contains(memoryKiB) && Self.passesRange.contains(passes)
            && memoryKiB * passes <= Self.maximumWork
    }
}
