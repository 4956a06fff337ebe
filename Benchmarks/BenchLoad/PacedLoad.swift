import NIOCore
import NIOPosix

/// Requests that come at a fixed rate, whether those before have been answered or not: what is slow for one is late for all behind
/// it, and that counts. Lives on one event loop; looks every half millisecond for who has come.
final class PacedLoad {
    private let loop: any EventLoop
    private let requests: [ByteBuffer]
    /// Nanoseconds between two arrivals.
    private let interval: Int64
    private let began: NIODeadline
    private let end: NIODeadline
    private let companion: Companion?
    private let done: EventLoopPromise<Tally>

    /// In turn, so that none is idle for so long that the node closes it.
    private var idle = CircularBuffer<PacedConnection>()
    private var waiting = CircularBuffer<NIODeadline>()
    private var outstanding = 0
    private var arrived: Int64 = 0
    private var tally = Tally()
    /// Since when nobody arrives any more.
    private var over: NIODeadline?
    private var ticking: RepeatedTask?

    /// - Parameters:
    ///   - rate: Arrivals a second.
    ///   - seconds: How long people go on arriving, unless the companion ends before.
    init(loop: any EventLoop, requests: [ByteBuffer], rate: Double, seconds: Int, companion: Companion?) {
        self.loop = loop
        self.requests = requests
        self.companion = companion
        interval = Int64(1_000_000_000 / rate)
        began = .now() + .milliseconds(50)
        end = began + .seconds(Int64(seconds))
        done = loop.makePromise()
    }

    /// Starts over these connections; what it has seen, once everybody who arrived has been answered.
    func start(_ connections: [PacedConnection]) -> EventLoopFuture<Tally> {
        idle.append(contentsOf: connections)
        for connection in connections { connection.load = self }
        let load = NIOLoopBound(self, eventLoop: loop)
        ticking = loop.scheduleRepeatedTask(initialDelay: .milliseconds(50), delay: .microseconds(500)) { _ in
            load.value.tick()
        }
        return done.futureResult
    }

    /// A connection has its answer.
    func answered(_ connection: PacedConnection, status: Int, due: NIODeadline) {
        outstanding -= 1
        if (200..<300).contains(status) {
            tally.completed(microseconds: (.now() - due).nanoseconds / 1000)
        } else {
            tally.failed("answered \(status)")
        }
        guard let next = waiting.popFirst() else { return idle.append(connection) }
        send(over: connection, due: next)
    }

    /// A connection is gone, with what it was asked.
    func lost(wasBusy: Bool, reason: HTTPFault) {
        if wasBusy { outstanding -= 1 }
        tally.failed("connection \(reason)")
    }

    private func tick() {
        let now = NIODeadline.now()
        if over == nil, now >= end || companion?.hasEnded == true { over = now }
        guard let over else {
            let due = ((now - began).nanoseconds + interval) / interval
            while arrived < due {
                let moment = began + .nanoseconds(arrived * interval)
                arrived += 1
                if let connection = idle.popFirst() {
                    send(over: connection, due: moment)
                } else {
                    waiting.append(moment)
                }
            }
            return
        }
        guard outstanding == 0 && waiting.isEmpty || now > over + .seconds(20) else { return }
        for _ in 0..<outstanding + waiting.count { tally.failed("no answer") }
        ticking?.cancel()
        done.succeed(tally)
    }

    private func send(over connection: PacedConnection, due: NIODeadline) {
        outstanding += 1
        let number = (tally.count + tally.errors + outstanding) % requests.count
        connection.send(requests[number], due: due)
    }
}

/// One keep-alive connection of a ``PacedLoad``.
final class PacedConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    weak var load: PacedLoad?
    private var due: NIODeadline?
    private var received = ByteBuffer()
    private var context: ChannelHandlerContext?

    /// Connects to a port of this machine.
    static func connect(port: Int, on loop: any EventLoop) async throws -> NIOLoopBound<PacedConnection> {
        let channel = try await ClientBootstrap(group: loop)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(PacedConnection())
                }
            }
            .connect(host: "127.0.0.1", port: port)
            .get()
        return try await loop.submit {
            NIOLoopBound(try channel.pipeline.syncOperations.handler(type: PacedConnection.self), eventLoop: loop)
        }.get()
    }

    func send(_ request: ByteBuffer, due: NIODeadline) {
        self.due = due
        guard let context, context.channel.isActive else { return lose(.closed) }
        context.writeAndFlush(wrapOutboundOut(request), promise: nil)
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        received.writeBuffer(&bytes)
        do throws(HTTPFault) {
            guard let answer = try HTTPAnswer.take(from: &received), let due else { return }
            if received.readableBytes == 0 { received.clear() }
            self.due = nil
            load?.answered(self, status: answer.status, due: due)
        } catch {
            lose(error)
            context.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelInactive(context: ChannelHandlerContext) { lose(.closed) }

    private func lose(_ reason: HTTPFault) {
        guard let load else { return }
        self.load = nil
        load.lost(wasBusy: due != nil, reason: reason)
        due = nil
    }
}
