import Accounts
import Mail
import OAuth
import Synchronization

/// One mail on its way: holds the caller's continuation and resumes it exactly once, whoever comes first.
final class SMTPCall: Call {
    typealias Answer = Result<Void, MailFailure>

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

    static let bulkheadName = "mail"
    private static let lastID = Atomic<UInt64>(0)

    let id: UInt64
    let url: String
    let sender: String
    let recipient: String
    let message: [UInt8]
    let configuration: SMTPConfiguration
    let deadline: ContinuousClock.Instant
    private let state = Mutex(State())

    init(_ message: MIMEMessage, url: String, configuration: SMTPConfiguration) {
        id = Self.lastID.add(1, ordering: .relaxed).newValue
        self.url = url
        sender = message.sender.address.description
        recipient = message.recipient.description
        self.message = message.bytes
        self.configuration = configuration
        deadline = .now.advanced(by: configuration.timeout)
    }

    var bulkhead: String { Self.bulkheadName }

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

    /// The transport's failures all pass: a server that is down now is up later.
    func fail(_ failure: TransportFailure) { end(.failure(.temporary("mail_\(failure.rawValue)"))) }

    /// Notes that nobody waits any more, so that a call which has not reached the loop yet is not started.
    func cancel() { state.withLock { $0.isCancelled = true } }

    func makeExchange() -> any Exchange { SMTPExchange(self) }
}
