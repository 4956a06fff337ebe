import Synchronization

/// What a person does at the consent page.
enum Decision: Sendable {
    /// Signs in as this person and allows.
    case allow(Person)
    /// Presses "Deny".
    case deny
    /// The provider itself redirects with this error.
    case error(code: String, description: String?)
}

/// Who answers the consent page of one stand-in when nobody is there to press a button.
final class ConsentPolicy: Sendable {
    /// What happens when nothing else was said.
    enum Mode: Sendable {
        /// Show the page.
        case page
        /// Always this decision.
        case fixed(Decision)
        /// A new person each time: benchmarks.
        case fresh
    }

    private struct State {
        var mode = Mode.page
        var next: [Decision] = []
    }

    private let state = Mutex(State())

    /// Changes what happens from now on.
    func set(_ mode: Mode) {
        state.withLock { $0.mode = mode }
    }

    /// Queues a decision for one coming authorization; the queue goes before the mode.
    func queue(_ decision: Decision) {
        state.withLock { $0.next.append(decision) }
    }

    /// The decision for the authorization at hand; `nil` shows the page.
    func decide(inventing invent: () -> Person) -> Decision? {
        let mode = state.withLock { state -> Mode in
            state.next.isEmpty ? state.mode : .fixed(state.next.removeFirst())
        }
        return switch mode {
        case .page: nil
        case .fixed(let decision): decision
        case .fresh: .allow(invent())
        }
    }

    /// Back to the beginning.
    func reset() {
        state.withLock { $0 = State() }
    }
}
