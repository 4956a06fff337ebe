import CPostgres
import Glibc

/// epoll, and an eventfd that interrupts it.
final class Poller: Sendable {
    /// A descriptor that became ready, by the token it was registered with.
    struct Readiness: Sendable {
        let token: UInt64
    }

    private let epoll: Int32
    private let interrupt: Int32

    /// Nil when the process has no descriptors left.
    init?() {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard epoll >= 0 else { return nil }
        interrupt = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
        guard interrupt >= 0 else {
            close(epoll)
            return nil
        }
        // Edge-triggered: every write interrupts once and nobody has to read the counter, which takes 2^64 writes to fill.
        var event = unsafe epoll_event()
        unsafe event.events = EPOLLIN.rawValue | Self.edgeTriggered
        unsafe event.data.u64 = 0
        _ = unsafe epoll_ctl(epoll, EPOLL_CTL_ADD, interrupt, &event)
    }

    deinit {
        close(interrupt)
        close(epoll)
    }

    /// EPOLLET, whose definition (`1u << 31`) Swift does not import.
    private static let edgeTriggered: UInt32 = 1 << 31

    /// Ends the current or the next wait.
    func wake() {
        var one: UInt64 = 1
        _ = unsafe write(interrupt, &one, 8)
    }

    /// Watches a descriptor, or changes what is watched for. Token 0 is taken.
    func watch(_ descriptor: Int32, token: UInt64, readable: Bool, writable: Bool) {
        var event = unsafe epoll_event()
        unsafe event.events = (readable ? EPOLLIN.rawValue : 0) | (writable ? EPOLLOUT.rawValue : 0)
        unsafe event.data.u64 = token
        // libpq may have closed the descriptor and opened another with the same number: then there is nothing to modify.
        if unsafe epoll_ctl(epoll, EPOLL_CTL_MOD, descriptor, &event) != 0 {
            _ = unsafe epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event)
        }
    }

    /// Stops watching. A descriptor that is closed already is gone from epoll by itself.
    func unwatch(_ descriptor: Int32) {
        var event = unsafe epoll_event()
        _ = unsafe epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, &event)
    }

    /// Waits for descriptors, the interrupt, or the time (-1 is for ever), and appends what is ready.
    func wait(milliseconds: Int32, into ready: inout [Readiness]) {
        unsafe withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: 64) { events in
            let count = unsafe epoll_wait(epoll, events.baseAddress, Int32(events.count), milliseconds)
            guard count > 0 else { return }
            for index in 0..<Int(count) {
                let token = unsafe events[index].data.u64
                if token != 0 { ready.append(Readiness(token: token)) }
            }
        }
    }
}
