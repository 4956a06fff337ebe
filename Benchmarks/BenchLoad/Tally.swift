/// What one visitor has seen, and the sum of all.
struct Tally: Sendable {
    private var latencies: [Int64] = []
    /// How often what went wrong.
    private(set) var faults: [String: Int] = [:]

    /// Completed sign-ins, or answers.
    var count: Int { latencies.count }
    /// Those that failed.
    var errors: Int { faults.values.reduce(0, +) }
    /// Up to ten lines of how often what went wrong, the most frequent first.
    var mostFrequentFaults: [String] {
        faults.sorted { $0.value > $1.value }.prefix(10).map { "\($0.value) x \($0.key)" }
    }

    mutating func completed(microseconds: Int64) { latencies.append(microseconds) }

    mutating func failed(_ fault: String) { faults[fault, default: 0] += 1 }

    mutating func add(_ other: Tally) {
        latencies += other.latencies
        faults.merge(other.faults, uniquingKeysWith: +)
    }

    /// The latency that this share stays within; the largest for 1.
    func milliseconds(atShare share: Double) -> Double {
        guard !latencies.isEmpty else { return 0 }
        let index = min(Int(Double(latencies.count) * share), latencies.count - 1)
        return Double(latencies.sorted()[index]) / 1000
    }
}
