import Synchronization

/// Counts that several tasks add to.
final class Tally: Sendable {
    private let counts = Mutex<[Int: Int]>([:])

    /// Counts one of a kind, such as a status.
    func note(_ kind: Int) { counts.withLock { $0[kind, default: 0] += 1 } }

    /// How many of a kind.
    subscript(_ kind: Int) -> Int { counts.withLock { $0[kind] ?? 0 } }

    /// How many of all kinds.
    var total: Int { counts.withLock { $0.values.reduce(0, +) } }

    /// Every count.
    var all: [Int: Int] { counts.withLock { $0 } }
}
