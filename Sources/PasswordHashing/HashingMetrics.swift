import Metrics
import Synchronization

/// What the pool tells about itself. Nothing of it depends on who signs in or with what.
struct HashingMetrics: Sendable {
    /// One piece of work took this long.
    let took: @Sendable (Duration) -> Void
    /// So many are waiting.
    let waiting: @Sendable (Int) -> Void
    /// One was sent away.
    let shed: @Sendable () -> Void
    /// Something happened to the memory that a thread keeps.
    let region: @Sendable (HashRegion.Event) -> Void

    /// The instruments of the process.
    static func instruments() -> HashingMetrics {
        let seconds = Timer(label: "latchkey_password_hash_seconds")
        let queue = Meter(label: "latchkey_password_hash_queue")
        let shed = Counter(label: "latchkey_password_hashes_shed_total")
        let memory = Gauge(label: "latchkey_password_hash_memory_bytes")
        let kept = Mutex(0)
        let keep: @Sendable (Int) -> Void = { bytes in
            kept.withLock { kept in
                kept += bytes
                memory.record(kept)
            }
        }
        queue.set(0)
        shed.increment(by: 0)
        keep(0)
        return HashingMetrics(
            took: { duration in
                let (whole, atto) = duration.components
                seconds.recordNanoseconds(whole * 1_000_000_000 + atto / 1_000_000_000)
            },
            waiting: { queue.set($0) },
            shed: { shed.increment() },
            region: { event in
                switch event {
                case .mapped(let bytes): keep(bytes)
                case .released(let bytes), .lost(let bytes): keep(-bytes)
                case .wiped: break
                }
            }
        )
    }
}
