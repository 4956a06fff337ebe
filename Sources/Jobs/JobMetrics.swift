import Metrics

/// What a runner counts. Kinds come from our own code, so the labels are few.
struct JobMetrics: Sendable {
    /// How a claim ended.
    enum Outcome: String, Sendable {
        case done
        case obsolete
        case retried
        case dead
        /// Broken off by the end of this node.
        case released
        /// The lease was over before the outcome could be written down, so another node has it now.
        case lost
    }

    private let queue: String
    private let waiting: Gauge
    private let dead: Gauge

    init(queue: String) {
        self.queue = queue
        waiting = Gauge(label: "latchkey_jobs_waiting", dimensions: [("queue", queue)])
        dead = Gauge(label: "latchkey_jobs_dead", dimensions: [("queue", queue)])
    }

    func count(_ outcome: Outcome, kind: String) {
        Counter(
            label: "latchkey_jobs_total",
            dimensions: [("queue", queue), ("kind", kind), ("outcome", outcome.rawValue)]
        ).increment()
    }

    func set(_ depth: QueueDepth) {
        waiting.record(depth.waiting)
        dead.record(depth.dead)
    }
}
