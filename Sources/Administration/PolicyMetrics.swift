import Metrics

/// What a node counts of its policy.
struct PolicyMetrics: Sendable {
    private let version = Gauge(label: "latchkey_policy_version")
    private let polling = Gauge(label: "latchkey_policy_polling")

    func inForce(_ number: Int) { version.record(number) }

    func polling(_ isPolling: Bool) { polling.record(isPolling ? 1 : 0) }

    /// - Parameter source: `file` or `version`.
    func faulty(_ source: String) {
        Counter(label: "latchkey_policy_faults_total", dimensions: [("source", source)]).increment()
    }
}
