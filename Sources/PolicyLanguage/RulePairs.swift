import Accounts

/// Which rule of a later policy is which rule of an earlier one.
struct RulePairs {
    /// Position in the earlier policy, by position in the later one; new rules are missing.
    private(set) var earlierOf: [Int: Int] = [:]
    /// Positions in the later policy of the fewest rules whose moving explains the new order.
    private(set) var moved: Set<Int> = []

    /// Pairs rules by name, and those left over by what they say: the same rule under another name.
    init(_ earlier: [LinkingRule], _ later: [LinkingRule]) {
        var free = Set(earlier.indices)
        for (to, rule) in later.enumerated() {
            guard let from = earlier.indices.first(where: { free.contains($0) && earlier[$0].name == rule.name })
            else { continue }
            earlierOf[to] = from
            free.remove(from)
        }
        for (to, rule) in later.enumerated() where earlierOf[to] == nil {
            let same = earlier.indices.first {
                free.contains($0) && earlier[$0].when == rule.when && earlier[$0].then == rule.then
            }
            guard let same else { continue }
            earlierOf[to] = same
            free.remove(same)
        }
        let kept = later.indices.filter { earlierOf[$0] != nil }
        moved = Set(kept).subtracting(Self.inOrder(kept.map { (later: $0, earlier: earlierOf[$0] ?? 0) }))
    }

    /// The later positions of the longest run of pairs that stand in the same order on both sides.
    private static func inOrder(_ pairs: [(later: Int, earlier: Int)]) -> [Int] {
        var lengths: [Int] = []
        var before: [Int?] = []
        for (index, pair) in pairs.enumerated() {
            let best = pairs.indices.prefix(index).filter { pairs[$0].earlier < pair.earlier }
                .max { lengths[$0] < lengths[$1] }
            lengths.append((best.map { lengths[$0] } ?? 0) + 1)
            before.append(best)
        }
        var result: [Int] = []
        var next = lengths.indices.max { lengths[$0] < lengths[$1] }
        while let index = next {
            result.append(pairs[index].later)
            next = before[index]
        }
        return result
    }
}
