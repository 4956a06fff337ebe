import NIOCore

/// What one connection is doing, as far as closing it is concerned: a pure state machine that is told what passes.
struct ConnectionLife: Sendable {
    /// What to do when the idle time may be over.
    enum IdleVerdict: Sendable, Hashable {
        case close
        case waitUntil(NIODeadline)
    }

    private let idleTimeout: TimeAmount
    private var lastActive: NIODeadline
    private var requestsInProgress = 0
    private var isRequestBeingRead = false
    private var isClosing = false

    /// - Parameter idleTimeout: how long a peer may say nothing while something is expected of it: a request, or the rest of one.
    init(idleTimeout: TimeAmount, now: NIODeadline) {
        self.idleTimeout = idleTimeout
        lastActive = now
    }

    /// Whether nothing is being read and nothing waits for an answer.
    var isQuiet: Bool { requestsInProgress == 0 && !isRequestBeingRead }

    /// The head of a request has arrived.
    mutating func requestBegan(now: NIODeadline) {
        requestsInProgress += 1
        isRequestBeingRead = true
        lastActive = now
    }

    /// A part of a request's body has arrived.
    mutating func requestWentOn(now: NIODeadline) { lastActive = now }

    /// All of a request has arrived.
    mutating func requestEnded(now: NIODeadline) {
        isRequestBeingRead = false
        lastActive = now
    }

    /// A request has been answered; true when the connection is to be closed behind the answer.
    ///
    /// What was no request may be answered as well: rubbish is, before any head has arrived.
    mutating func answered(now: NIODeadline) -> Bool {
        requestsInProgress = max(0, requestsInProgress - 1)
        lastActive = now
        return isClosing && requestsInProgress == 0
    }

    /// No more requests are wanted; true when the connection can be closed at once.
    mutating func close() -> Bool {
        isClosing = true
        return requestsInProgress == 0
    }

    /// While the peer waits for us, it owes nothing and its time does not run.
    func idleVerdict(now: NIODeadline) -> IdleVerdict {
        if !isRequestBeingRead, requestsInProgress > 0 { return .waitUntil(now + idleTimeout) }
        return now >= lastActive + idleTimeout ? .close : .waitUntil(lastActive + idleTimeout)
    }
}
