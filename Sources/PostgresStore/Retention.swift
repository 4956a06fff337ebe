/// How long rows are kept that nobody needs any more after a while. What ends by itself (sessions, proofs, links by mail) is not
/// here: it says in its own row when.
public struct Retention: Sendable, Hashable {
    /// Linking decisions; longer while an arrival that waits for an administrator names one.
    public var decisions: Duration
    /// What happened to accounts, for their owners.
    public var accountEvents: Duration
    /// What apps are told.
    public var appEvents: Duration
    /// Jobs that were given up.
    public var deadJobs: Duration
    /// Arrivals that wait for an administrator, from when they were seen last, and those that one has decided about.
    public var heldArrivals: Duration
    /// Providers whose tokens are kept for apps; those of all others are removed. Nil leaves them alone.
    public var upstreamProviders: Set<String>?

    /// Creates periods; what is left out is as the settings have it when nobody says otherwise.
    public init(
        decisions: Duration = .seconds(400 * 86_400),
        accountEvents: Duration = .seconds(400 * 86_400),
        appEvents: Duration = .seconds(90 * 86_400),
        deadJobs: Duration = .seconds(30 * 86_400),
        heldArrivals: Duration = .seconds(30 * 86_400),
        upstreamProviders: Set<String>? = nil
    ) {
        self.upstreamProviders = upstreamProviders
        self.decisions = decisions
        self.accountEvents = accountEvents
        self.appEvents = appEvents
        self.deadJobs = deadJobs
        self.heldArrivals = heldArrivals
    }
}
