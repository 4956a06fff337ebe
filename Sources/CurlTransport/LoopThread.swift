import CCurl
import Glibc

/// A thread of its own for a loop that blocks, which the cooperative pool must not.
enum LoopThread {
    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Starts a detached thread; false when the system refuses. All signals stay with the other threads, and a write
    /// to a connection that is gone becomes an error instead of SIGPIPE, which OpenSSL's writes would raise.
    static func start(_ run: @escaping @Sendable () -> Void) -> Bool {
        var attributes = pthread_attr_t()
        guard unsafe pthread_attr_init(&attributes) == 0 else { return false }
        defer { unsafe pthread_attr_destroy(&attributes) }
        guard unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED)) == 0 else { return false }

        // A new thread inherits the mask of its creator, so the mask is set around the creation.
        var all = sigset_t()
        var before = sigset_t()
        unsafe sigfillset(&all)
        guard unsafe pthread_sigmask(SIG_SETMASK, &all, &before) == 0 else { return false }
        defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }

        // Retained here, released by the thread when it takes the body over, or below when there is no thread.
        let body = unsafe Unmanaged.passRetained(Body(run))
        var thread = pthread_t()
        let status = unsafe pthread_create(
            &thread,
            &attributes,
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
        return true
    }
}
