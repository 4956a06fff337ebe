/// What one visitor has seen, and the sum of all.
struct Tally: Sendable {
    private var latencies: [Int64] = []
    /// How often what went wrong.
    private(set) var faults: [String: Int] = [:]

    /// Completed sign-ins.
    var count: Int { latencies.count }
    /// Sign-ins that failed.
    var errors: Int { faults.values.reduce(0, +) }

    mutating func completed(microseconds: Int64) { latencies.append(microseconds) }

    mutating func failed(_ fault: String) { faults[fault, default: 0] += 1 }

    mutating func add(_ other: Tally) {
        latencies += other.latencies
        faults.merge(other.faults, uniquingKeysWith: +)
    }

    /// The latency that this share of sign-ins stays within.
    func milliseconds(atShare share: Double) -> Double {
        guard !latencies.isEmpty else { return 0 }
        let index = min(Int(Double(latencies.count) * share), latencies.count - 1)
        return Double(latencies.sorted()[index]) / 1000
    }
}
