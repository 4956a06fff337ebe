import CCurl
import Logging
import OAuth

/// The thread's body: takes calls from the mailbox, lets the bulkheads decide, drives libcurl's multi handle, and
/// ends the calls. Every libcurl handle is touched here and nowhere else (L07).
@safe final class CurlLoop {
    private struct Running {
        let call: any Call
        let exchange: any Exchange
        let handle: EasyHandle
        let permit: CircuitBreaker.Permit
        let startedAt: ContinuousClock.Instant
    }

    private let multi: UnsafeMutableRawPointer
    private let mailbox: Mailbox
    private let configuration: CurlConfiguration
    private let metrics: OutboundMetrics
    private let logger: Logger
    private let clock = ContinuousClock()
    private let sockets = SocketTable()

    private var bulkheads: [String: Bulkhead] = [:]
    private var waiting: [UInt64: any Call] = [:]
    private var running: [UInt64: Running] = [:]
    /// Which call an easy handle carries.
    private var callOfHandle: [UInt: UInt64] = [:]
    private var spareHandles: [EasyHandle] = []

    init(
        multi: UnsafeMutableRawPointer,
        mailbox: Mailbox,
        configuration: CurlConfiguration,
        metrics: OutboundMetrics,
        logger: Logger
    ) {
        unsafe self.multi = unsafe multi
        self.mailbox = mailbox
        self.configuration = configuration
        self.metrics = metrics
        self.logger = logger
    }

    /// Runs until the mailbox says stop and everything in flight has ended; then releases libcurl's handles.
    func run() {
        while true {
            let letters = mailbox.collect()
            for call in letters.calls { receive(call) }
            for id in letters.cancelled { remove(id, failing: .stopped, outcome: "cancelled") }
            if let stopBy = letters.stopBy {
                if clock.now >= stopBy { abandonEverything() }
                if running.isEmpty && waiting.isEmpty { break }
            }
            perform()
            expireWaiting()
            pause(stopBy: letters.stopBy)
        }
        let unread = mailbox.close()
        for call in unread { finish(call, .stopped) }
        spareHandles.removeAll()
        unsafe curl_multi_cleanup(multi)
        mailbox.announceEnd()
    }

    // MARK: Calls

    private func receive(_ call: any Call) {
        guard !call.isCancelled else { return finish(call, .stopped, outcome: "cancelled") }
        guard clock.now < call.deadline else { return finish(call, .timedOut) }
        let arrival = change(call.bulkhead) { $0.arrive(call.id, at: clock.now) }
        switch arrival {
        case .start(let permit): start(call, permit)
        case .wait: waiting[call.id] = call
        case .busy: finish(call, .busy)
        case .circuitOpen: finish(call, .circuitOpen)
        }
    }

    private func start(_ call: any Call, _ permit: CircuitBreaker.Permit) {
        guard let handle = spareHandles.popLast() ?? EasyHandle() else {
            leave(call, permit, .neutral)
            return finish(call, .broken)
        }
        let entry = Running(
            call: call,
            exchange: call.makeExchange(),
            handle: handle,
            permit: permit,
            startedAt: clock.now
        )
        running[call.id] = entry
        add(entry)
    }

    /// Puts a transfer into the multi handle. From here until `detach` libcurl holds addresses of the exchange and
    /// of the socket table; `running` and the loop itself keep both alive.
    private func add(_ entry: Running) {
        let budget = clock.now.duration(to: entry.call.deadline)
        callOfHandle[entry.handle.address] = entry.call.id
        guard entry.exchange.configure(entry.handle, sockets: sockets, budget: budget),
            unsafe curl_multi_add_handle(multi, entry.handle.pointer) == CURLM_OK
        else {
            return remove(entry.call.id, failing: .broken, outcome: TransportFailure.broken.rawValue)
        }
    }

    /// Takes a transfer out of the multi handle and recycles its handle.
    private func detach(_ handle: EasyHandle) {
        unsafe curl_multi_remove_handle(multi, handle.pointer)
        handle.reset()
        callOfHandle[handle.address] = nil
    }

    /// Ends a call that has no answer, wherever it is; unknown when it ended already.
    private func remove(_ id: UInt64, failing failure: TransportFailure, outcome: String) {
        if let call = waiting.removeValue(forKey: id) {
            change(call.bulkhead) { $0.abandon(id) }
            finish(call, failure, outcome: outcome)
        } else if let entry = running[id] {
            detach(entry.handle)
            running[id] = nil
            spareHandles.append(entry.handle)
            finish(entry.call, failure, outcome: outcome)
            leave(entry.call, entry.permit, .neutral)
        }
    }

    private func finish(_ call: any Call, _ failure: TransportFailure, outcome: String? = nil) {
        metrics.count(outcome ?? failure.rawValue, provider: call.bulkhead)
        call.fail(failure)
    }

    private func abandonEverything() {
        for id in Array(waiting.keys) + Array(running.keys) {
            remove(id, failing: .stopped, outcome: TransportFailure.stopped.rawValue)
        }
    }

    private func expireWaiting() {
        let now = clock.now
        for (id, call) in waiting where now >= call.deadline {
            remove(id, failing: .timedOut, outcome: TransportFailure.timedOut.rawValue)
        }
    }

    // MARK: Bulkheads

    /// A call left its bulkhead: the next ones get their turn.
    private func leave(_ call: any Call, _ permit: CircuitBreaker.Permit, _ verdict: CircuitBreaker.Verdict) {
        let chance = Double.random(in: 0..<1)
        change(call.bulkhead) { $0.leave(permit, verdict, at: clock.now, chance: chance) }
        while let departure = change(call.bulkhead, { $0.next(at: clock.now) }) {
            switch departure {
            case .start(let id, let permit):
                if let next = waiting.removeValue(forKey: id) { start(next, permit) }
            case .circuitOpen(let id):
                if let next = waiting.removeValue(forKey: id) { finish(next, .circuitOpen) }
            }
        }
    }

    /// Changes a bulkhead in place, and tells the log and the metrics when its circuit changed.
    @discardableResult
    private func change<Value>(_ name: String, _ body: (inout Bulkhead) -> Value) -> Value {
        var bulkhead =
            bulkheads[name]
            ?? Bulkhead(
                maximumRunning: configuration.maximumConcurrentPerBulkhead,
                maximumWaiting: configuration.maximumQueuedPerBulkhead,
                breaker: configuration.circuitBreaker
            )
        let before = bulkheads[name]?.breaker.state
        let value = body(&bulkhead)
        bulkheads[name] = bulkhead
        let after = bulkhead.breaker.state
        if before != after {
            metrics.set(after, provider: name)
            if before != nil {
                let level: Logger.Level = after == .open ? .warning : .notice
                logger.log(level: level, "circuit changed", metadata: ["provider": "\(name)", "circuit": "\(after)"])
            }
        }
        return value
    }

    // MARK: libcurl

    private func perform() {
        var count: Int32 = 0
        unsafe curl_multi_perform(multi, &count)
        var remaining: Int32 = 0
        while let message = unsafe curl_multi_info_read(multi, &remaining) {
            guard unsafe message.pointee.msg == CURLMSG_DONE, let easy = unsafe message.pointee.easy_handle else {
                continue
            }
            // Copied before the handle is removed, which frees the message.
            let code = unsafe message.pointee.data.result
            guard let id = callOfHandle[UInt(bitPattern: easy)], let entry = running[id] else { continue }
            end(entry, code)
        }
    }

    private func end(_ entry: Running, _ code: CURLcode) {
        let conclusion = entry.exchange.conclude(entry.handle, code)
        detach(entry.handle)
        switch conclusion {
        case .startAgain:
            add(entry)
        case .ended(let verdict, let outcome):
            running[entry.call.id] = nil
            spareHandles.append(entry.handle)
            metrics.count(outcome, provider: entry.call.bulkhead)
            metrics.record(entry.startedAt.duration(to: clock.now), provider: entry.call.bulkhead)
            leave(entry.call, entry.permit, verdict)
        }
    }

    /// Sleeps until a socket, a timer of libcurl's, a letter, or the next moment something here is due.
    private func pause(stopBy: ContinuousClock.Instant?) {
        var wakeAt = clock.now.advanced(by: .seconds(60))
        for call in waiting.values { wakeAt = min(wakeAt, call.deadline) }
        if let stopBy { wakeAt = min(wakeAt, running.isEmpty && waiting.isEmpty ? clock.now : stopBy) }
        let milliseconds = max(0, Int32(clamping: clock.now.duration(to: wakeAt).wholeMilliseconds))
        unsafe curl_multi_poll(multi, nil, 0, milliseconds, nil)
    }
}
