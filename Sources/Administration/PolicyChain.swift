/// Whether a history is whole.
///
/// The chain has no key: it shows that no version was altered or left out since its latest chain hash was seen somewhere else, and
/// nothing to whoever has never kept one. Somebody who may write to the database as its owner can write the whole chain anew. So
/// every node logs the hash with each version it puts in force, and a log that is kept elsewhere is the witness.
public enum PolicyChain {
    /// Where a history is broken.
    public struct Break: Sendable, Hashable, CustomStringConvertible {
        /// The first version that does not follow from the one before.
        public let number: Int
        /// What is wrong with it.
        public let description: String
    }

    /// The first place where it is broken; nil when every version follows from the one before.
    ///
    /// - Parameter versions: all of them, the oldest first.
    public static func firstBreak(in versions: [PolicyVersion]) -> Break? {
        var previous: PolicyVersion?
        for version in versions {
            let expected = (previous?.number ?? 0) + 1
            guard version.number == expected else {
                return Break(number: expected, description: "version \(expected) is missing")
            }
            guard version.chainHash == version.expectedChainHash(after: previous?.chainHash) else {
                return Break(
                    number: version.number,
                    description: "version \(version.number) is not what was written down: its chain hash does not match"
                )
            }
            previous = version
        }
        return nil
    }
}
