/// The candidate that a misspelt word most likely meant: at most two edits away (one for short words), else nil.
public func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
    let letters = Array(word.utf8.prefix(64))
    let allowed = letters.count <= 4 ? 1 : 2
    return candidates.map { (name: $0, distance: edits(letters, Array($0.utf8.prefix(64)))) }
        .filter { $0.distance <= allowed }
        .min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
}

/// Damerau-Levenshtein distance (optimal string alignment): insertions, deletions, substitutions and swaps.
private func edits(_ left: [UInt8], _ right: [UInt8]) -> Int {
    guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
    var beforeLast = [Int](repeating: 0, count: right.count + 1)
    var last = Array(0...right.count)
    for i in 1...left.count {
        var row = [i]
        for j in 1...right.count {
            let substitution = last[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1)
            var best = min(substitution, last[j] + 1, row[j - 1] + 1)
            if i > 1, j > 1, left[i - 1] == right[j - 2], left[i - 2] == right[j - 1] {
                best = min(best, beforeLast[j - 2] + 1)
            }
            row.append(best)
        }
        beforeLast = last
        last = row
    }
    return last[right.count]
}
