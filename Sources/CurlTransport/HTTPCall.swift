import OAuth
import Synchronization

/// One HTTP request on its way: holds the caller's continuation and resumes it exactly once, whoever comes first.
final class HTTPCall: Call {
    typealias Answer = Result<OutboundResponse, TransportFailure>

    private enum Progress: Sendable {
        case created
        case waiting(CheckedContinuation<Answer, Never>)
        case ended(Answer)
        case delivered
    }

    private struct State: Sendable {
        var progress: Progress = .created
        var isCancelled = false
    }

    private static let lastID = Atomic<UInt64>(0)

    let id: UInt64
    let request: OutboundRequest
    let target: RequestURL
    let configuration: CurlConfiguration
    let deadline: ContinuousClock.Instant
    private let state = Mutex(State())

    init(_ request: OutboundRequest, target: RequestURL, configuration: CurlConfiguration) {
        id = Self.lastID.add(1, ordering: .relaxed).newValue
        self.request = request
        self.target = target
        self.configuration = configuration
        deadline = .now.advanced(by: request.timeout)
    }

    var bulkhead: String { request.bulkhead }

    var isCancelled: Bool { state.withLock { $0.isCancelled } }

    /// The answer, once there is one; awaited once.
    func answer() async -> Answer {
        await withCheckedContinuation { continuation in
            let early: Answer? = state.withLock { state in
                if case .ended(let answer) = state.progress {
                    state.progress = .delivered
                    return answer
                }
                state.progress = .waiting(continuation)
                return nil
            }
            if let early { continuation.resume(returning: early) }
        }
    }

    /// Ends the call; later ends are ignored.
    func end(_ answer: Answer) {
        let continuation: CheckedContinuation<Answer, Never>? = state.withLock { state in
            switch state.progress {
            case .created:
                state.progress = .ended(answer)
                return nil
            case .waiting(let continuation):
                state.progress = .delivered
                return continuation
            case .ended, .delivered:
                return nil
            }
        }
        continuation?.resume(returning: answer)
    }

    func fail(_ failure: TransportFailure) { end(.failure(failure)) }

    /// Notes that nobody waits any more, so that a call which has not reached the loop yet is not started.
    func cancel() { state.withLock { $0.isCancelled = true } }

    func makeExchange() -> any Exchange { HTTPExchange(self) }
}
