import NIOCore

/// One person after another on one pair of connections. Runs on the connections' own loop, so that nothing changes
/// threads.
actor Visitor {
    /// Who comes next.
    struct Queue: Sendable {
        private var next: Int
        private let step: Int
        private let people: Int
        private let once: Bool

        /// - Parameters:
        ///   - first: the first person's number, from 1.
        ///   - step: the distance to the next, so that nobody is in two queues.
        ///   - people: how many people there are; 0 for somebody new each time.
        ///   - once: whether the queue ends when everybody has been there.
        init(first: Int, step: Int, people: Int, once: Bool) {
            next = first
            self.step = step
            self.people = people
            self.once = once
        }

        mutating func person() -> String? {
            guard people > 0 else { return "fresh" }
            if next > people {
                guard !once else { return nil }
                next = (next - 1) % step + 1
            }
            defer { next += step }
            return "bench-\(next)"
        }
    }

    /// A step that was not answered as a sign-in needs it.
    private struct Refused: Error, CustomStringConvertible {
        let description: String
    }

    nonisolated let unownedExecutor: UnownedSerialExecutor
    private let script: SignInScript
    private let node: NIOLoopBound<HTTPConversation>
    private let standIn: NIOLoopBound<HTTPConversation>
    private var queue: Queue
    private var pace: Pace?
    /// The cookie that each person's browser is known by, if browsers are kept.
    private(set) var devices: [String: String]?

    init(
        script: SignInScript,
        node: NIOLoopBound<HTTPConversation>,
        standIn: NIOLoopBound<HTTPConversation>,
        queue: Queue,
        pace: Pace? = nil,
        devices: [String: String]? = nil
    ) {
        self.script = script
        self.node = node
        self.standIn = standIn
        self.queue = queue
        self.pace = pace
        self.devices = devices
        unownedExecutor = node.eventLoop.executor.asUnownedSerialExecutor()
    }

    /// Signs people in until the time is over, nobody is left, or the companion has ended.
    func work(until deadline: ContinuousClock.Instant, beside companion: Companion?) async -> Tally {
        var tally = Tally()
        while ContinuousClock.now < deadline, let person = queue.person() {
            let began = await turn()
            if began >= deadline || companion?.hasEnded == true { break }
            do {
                try await signIn(person)
                tally.completed(microseconds: began.duration(to: .now).microseconds)
            } catch HTTPFault.closed {
                // The connection is gone for good.
                tally.failed("connection closed")
                break
            } catch {
                tally.failed("\(error)")
            }
        }
        return tally
    }

    private func turn() async -> ContinuousClock.Instant {
        guard var pace else { return .now }
        let due = await pace.turn()
        self.pace = pace
        return due
    }

    private func signIn(_ person: String) async throws {
        let begun = try await exchange(node, script.beginning())
        guard begun.status == 303, let location = begun["location"], let flow = begun["set-cookie"],
            let authorization = script.authorization(location, person: person)
        else { throw Refused(description: "POST /sign-in: \(begun.status)") }
        let allowed = try await exchange(standIn, authorization)
        guard allowed.status == 302, let back = allowed["location"],
            let callback = script.callback(back, cookie: cookies(of: person, with: SignInScript.cookie(in: flow)))
        else { throw Refused(description: "stand-in: \(allowed.status)") }
        let completed = try await exchange(node, callback)
        guard completed.status == 303, completed["set-cookie"]?.contains("latchkey=lks_") == true else {
            throw Refused(description: "GET /callback: \(completed.status)")
        }
        if devices != nil, let device = SignInScript.device(in: completed) { devices?[person] = device }
    }

    private func cookies(of person: String, with flow: String) -> String {
        devices?[person].map { "\(flow); \($0)" } ?? flow
    }

    private func exchange(_ conversation: NIOLoopBound<HTTPConversation>, _ request: ByteBuffer) async throws
        -> HTTPAnswer
    {
        try await withCheckedThrowingContinuation { conversation.value.exchange(request, $0) }
    }
}
