import Synchronization

/// Lets so many tasks through at a time, in order of arrival.
final class Turnstile: Sendable {
    /// For starting stacks.
    static let starting = Turnstile(places: 1)

    /// For callbacks: the tests of a suite all start at once, and a node lets 32 calls to a provider run and 128 wait.
    /// More than that are refused as they should be, but not in tests of something else.
    static let callbacks = Turnstile(places: 96)

    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    init(places: Int) { state = Mutex(State(free: places)) }

    func enter() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.free == 0 else {
                    state.free -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    func leave() {
        let next = state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.free += 1
                return CheckedContinuation<Void, Never>?.none
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}
