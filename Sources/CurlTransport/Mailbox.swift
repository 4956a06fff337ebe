import CCurl
import Synchronization

/// How tasks reach the loop's thread: letters in a locked box, and a wake-up when the box was empty. libcurl's
/// handles stay on the thread; `curl_multi_wakeup` is the one call libcurl allows from elsewhere.
final class Mailbox: Sendable {
    /// What arrived since the loop looked last.
    struct Letters: Sendable {
        var calls: [any Call] = []
        var cancelled: [UInt64] = []
        /// When transfers in flight are given up; nil while the transport runs.
        var stopBy: ContinuousClock.Instant?
    }

    private struct State: Sendable {
        var letters = Letters()
        /// The multi handle's address, a number because pointers do not cross threads; nil once it is gone.
        var multi: UInt?
        var hasUnreadLetters = false
        var hasEnded = false
        var awaitingEnd: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    init(multi: UInt) {
        state = Mutex(State(multi: multi))
    }

    /// Hands a call to the loop; false when it stops or has stopped.
    func post(_ call: any Call) -> Bool {
        state.withLock { state in
            guard state.multi != nil, state.letters.stopBy == nil else { return false }
            state.letters.calls.append(call)
            Self.wake(&state)
            return true
        }
    }

    /// Asks the loop to remove a call.
    func cancel(_ id: UInt64) {
        state.withLock { state in
            guard state.multi != nil else { return }
            state.letters.cancelled.append(id)
            Self.wake(&state)
        }
    }

    /// Asks the loop to end: it accepts nothing more and gives up what still runs at the given moment.
    func stop(by deadline: ContinuousClock.Instant) {
        state.withLock { state in
            guard state.multi != nil else { return }
            state.letters.stopBy = min(state.letters.stopBy ?? deadline, deadline)
            Self.wake(&state)
        }
    }

    /// Returns when the loop has ended.
    func ended() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                guard !state.hasEnded else { return true }
                state.awaitingEnd.append(continuation)
                return false
            }
            if isOver { continuation.resume() }
        }
    }

    /// Loop only: empties the box.
    func collect() -> Letters {
        state.withLock { state in
            let letters = state.letters
            state.letters.calls.removeAll(keepingCapacity: true)
            state.letters.cancelled.removeAll(keepingCapacity: true)
            state.hasUnreadLetters = false
            return letters
        }
    }

    /// Loop only, before the multi handle goes away: from now on nobody wakes it. Returns what was left in the box.
    func close() -> [any Call] {
        state.withLock { state in
            state.multi = nil
            let calls = state.letters.calls
            state.letters.calls = []
            return calls
        }
    }

    /// Loop only, after the multi handle is gone.
    func announceEnd() {
        let continuations = state.withLock { state in
            state.hasEnded = true
            let continuations = state.awaitingEnd
            state.awaitingEnd = []
            return continuations
        }
        for continuation in continuations { continuation.resume() }
    }

    private static func wake(_ state: inout State) {
        guard !state.hasUnreadLetters, let address = state.multi,
            let multi = unsafe UnsafeMutableRawPointer(bitPattern: address)
        else { return }
        state.hasUnreadLetters = true
        unsafe curl_multi_wakeup(multi)
    }
}
