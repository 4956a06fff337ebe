import Glibc

/// A thread of its own for work that takes milliseconds of processor time, which Swift's cooperative threads must not.
enum HashingThread {
    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Starts a detached thread of lower priority; false when the system has none to give. All signals stay with the
    /// other threads.
    static func start(niceness: Int32, _ run: @escaping @Sendable () -> Void) -> Bool {
        // A new thread inherits the mask of its creator, so the mask is set around the creation.
        var all = sigset_t()
        var before = sigset_t()
        unsafe sigfillset(&all)
        guard unsafe pthread_sigmask(SIG_SETMASK, &all, &before) == 0 else { return false }
        defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }

        // Retained here, released by the thread when it takes the body over, or below when there is no thread.
        let body = unsafe Unmanaged.passRetained(
            Body {
                // On Linux 0 means this thread, not the process, and a thread may always lower itself. Should it fail,
                // hashing competes on equal terms, which is no reason to refuse it.
                setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, niceness)
                run()
            }
        )
        var thread = pthread_t()
        let status = unsafe pthread_create(
            &thread,
            nil,
            { context in
                guard let context = unsafe context else { return nil }
                unsafe Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
                return nil
            },
            body.toOpaque()
        )
        guard status == 0 else {
            unsafe body.release()
            return false
        }
        pthread_detach(thread)
        return true
    }
}
