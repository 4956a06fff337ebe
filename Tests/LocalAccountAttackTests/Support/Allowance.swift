/// What has come back of an allowance while a test ran: limits fill up again all the time, and a machine may be slow.
struct Allowance: Sendable {
    private let start = ContinuousClock.now
    private let limit: Int
    private let step: Duration

    init(_ limit: Int, per seconds: Int) {
        self.limit = limit
        step = .seconds(seconds) / limit
    }

    /// Whether so many were admitted as there may have been since the start.
    func allows(_ count: Int) -> Bool { (limit...limit + returned).contains(count) }

    /// Whether an attempt after the last one was stopped, or something had come back.
    func stops(_ status: Int) -> Bool { status == 429 || returned > 0 }

    private var returned: Int { Int((ContinuousClock.now - start) / step) }
}
