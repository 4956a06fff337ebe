/// How long to wait before the next attempt to connect: doubling from 50 ms to 1 s, of which a random half is taken off,
/// so that many connections (and many nodes) do not come back in step.
struct Backoff {
    private var attempts = 0

    /// The next pause.
    mutating func next(using generator: inout some RandomNumberGenerator) -> Duration {
        let ceiling = min(50 << min(attempts, 5), 1000)
        attempts += 1
        return .milliseconds(Int.random(in: ceiling / 2...ceiling, using: &generator))
    }

    /// Starts over, after success.
    mutating func reset() { attempts = 0 }
}
