import Glibc
import Synchronization

/// A flag that a server's thread can wait for.
final class Signal: Sendable {
    private let signalled = Atomic<Bool>(false)

    /// Whether somebody called ``signal()``.
    var isSignalled: Bool { signalled.load(ordering: .sequentiallyConsistent) }

    /// Lets the waiting thread go on.
    func signal() { signalled.store(true, ordering: .sequentiallyConsistent) }

    /// Blocks the thread until the signal.
    func wait() {
        while !isSignalled { usleep(1000) }
    }
}
