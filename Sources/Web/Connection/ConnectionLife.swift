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
    private var takesRequests = true

    /// - Parameter idleTimeout: how long a peer may say nothing while something is expected of it: a request, or the rest of one.
    init(idleTimeout: TimeAmount, now: NIODeadline) {
        self.idleTimeout = idleTimeout
        lastActive = now
    }

    /// Whether nothing is being read and nothing waits for an answer.
    var isQuiet: Bool { requestsInProgress == 0 && !isRequestBeingRead }

    /// The head of a request has arrived; false when one before it was the last, so that nothing is to be done about it
    /// (RFC 9112 §9.6).
    ///
    /// - Parameter isLast: whether its sender wants the connection closed behind the answer.
    mutating func requestBegan(isLast: Bool, now: NIODeadline) -> Bool {
        guard takesRequests else { return false }
        if isLast {
            isClosing = true
            takesRequests = false
        }
        requestsInProgress += 1
        isRequestBeingRead = true
        lastActive = now
        return true
    }

    /// A part of a request's body has arrived.
    mutating func requestWentOn(now: NIODeadline) { lastActive = now }

    /// All of a request has arrived.
    mutating func requestEnded(now: NIODeadline) {
        isRequestBeingRead = false
        lastActive = now
    }

    /// An answer is about to be sent; true when it has to say that it is the last one.
    ///
    /// A proxy that is not told keeps the connection for its next request, which then meets the end of it: a POST that nobody
    /// may repeat is lost.
    mutating func answerBegins() -> Bool {
        guard isClosing, requestsInProgress <= 1 else { return false }
        takesRequests = false
        return true
    }

    /// A request has been answered; true when it was the last answer.
    ///
    /// What was no request may be answered as well: rubbish is, before any head has arrived.
    mutating func answered(now: NIODeadline) -> Bool {
        requestsInProgress = max(0, requestsInProgress - 1)
        lastActive = now
        let isLast = isClosing && requestsInProgress == 0
        if isLast { takesRequests = false }
        return isLast
    }

    /// No more requests are wanted; true when the connection can be closed at once.
    mutating func close() -> Bool {
        isClosing = true
        if requestsInProgress == 0 { takesRequests = false }
        return requestsInProgress == 0
    }

    /// While the peer waits for us, it owes nothing and its time does not run.
    func idleVerdict(now: NIODeadline) -> IdleVerdict {
        if !isRequestBeingRead, requestsInProgress > 0 { return .waitUntil(now + idleTimeout) }
        return now >= lastActive + idleTimeout ? .close : .waitUntil(lastActive + idleTimeout)
    }
}
