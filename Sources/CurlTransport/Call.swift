import CCurl
import OAuth

/// Something the loop carries for a caller: an HTTP request today, a mail tomorrow. Created by the caller, shared
/// between its task and the loop's thread.
protocol Call: AnyObject, Sendable {
    /// Unique within the process.
    var id: UInt64 { get }
    /// The bulkhead it counts against.
    var bulkhead: String { get }
    /// When its budget ends, waiting included.
    var deadline: ContinuousClock.Instant { get }
    /// Whether its task was cancelled.
    var isCancelled: Bool { get }

    /// Makes the part that lives on the loop's thread.
    func makeExchange() -> any Exchange

    /// Ends the call without an answer. Only the first end counts.
    func fail(_ failure: TransportFailure)
}

/// A call in progress; used on the loop's thread only. The loop keeps it alive while libcurl knows its address.
protocol Exchange: AnyObject {
    /// Sets every option of the transfer on a fresh or reset handle; false when it cannot be run.
    func configure(_ handle: EasyHandle, sockets: SocketTable, budget: Duration) -> Bool

    /// Judges the finished transfer and, unless it has to start again, ends the call.
    func conclude(_ handle: EasyHandle, _ code: CURLcode) -> Conclusion
}

/// How a transfer ended.
enum Conclusion: Sendable, Hashable {
    /// The reused connection turned out to be closed before a byte of the request was sent: start again on a new one.
    case startAgain
    /// The call ended; what that says about the provider, and the metric's outcome label.
    case ended(CircuitBreaker.Verdict, outcome: String)
}
