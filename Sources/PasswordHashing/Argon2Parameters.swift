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
}
