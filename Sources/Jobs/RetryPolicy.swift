/// How often a job is tried and how long it waits in between. Pure: the chance comes from outside.
public struct RetryPolicy: Sendable, Hashable {
    /// Attempts before a job becomes a dead letter. Default 12.
    public let maximumAttempts: Int
    /// Longest wait after the first attempt; doubles with each. Default 5 s.
    public let firstDelay: Duration
    /// No wait is longer. Default 1 h.
    public let maximumDelay: Duration

    /// Creates a policy; at least one attempt, and no negative waits.
    public init(
        maximumAttempts: Int = 12,
        firstDelay: Duration = .seconds(5),
        maximumDelay: Duration = .seconds(3600)
    ) {
        self.maximumAttempts = max(1, maximumAttempts)
        self.firstDelay = max(.zero, firstDelay)
        self.maximumDelay = max(self.firstDelay, maximumDelay)
    }

    /// The longest wait after a failed attempt, counted from 1.
    public func longestDelay(after attempt: Int) -> Duration {
        var delay = firstDelay
        for _ in 1..<min(max(attempt, 1), 64) {
            // Compared before doubling, so that nothing overflows however large the numbers are.
            guard delay < maximumDelay / 2 else { return maximumDelay }
            delay *= 2
        }
        return min(delay, maximumDelay)
    }

    /// What becomes of a job after an attempt.
    ///
    /// - Parameters:
    ///   - fault: what the handler said; nil when it did the job.
    ///   - attempt: which attempt it was, from 1.
    ///   - chance: in 0..<1. The wait is anything up to the longest (full jitter): jobs that failed together because a
    ///     server was away do not come back together.
    public func verdict(on fault: JobFault?, attempt: Int, chance: Double) -> JobVerdict {
        switch fault {
        case nil: .done
        case .obsolete: .obsolete
        case .dead(let code): .bury(code)
        case .retry(let code) where attempt >= maximumAttempts: .bury(code)
        case .retry(let code): .postpone(longestDelay(after: attempt) * min(max(chance, 0), 1), code)
        }
    }
}

/// What becomes of a job after an attempt.
public enum JobVerdict: Sendable, Hashable {
    /// It is done.
    case done
    /// There was nothing to do any more.
    case obsolete
    /// Again after this wait, because of this code.
    case postpone(Duration, String)
    /// It becomes a dead letter because of this code.
    case bury(String)
}
