import Accounts
import NIOCore
import NIOHTTP1

/// Stands on every connection between the HTTP/1.1 codec and the router. It closes connections that are idle or no longer
/// wanted, and answers session checks itself: they are most of what this service is asked, and the way through the router,
/// with a task, its hops between threads and a generic answer, costs several times as much as the check.
///
/// A check is answered here only when nothing else is under way on the connection. Whatever arrives meanwhile is held back, so
/// that answers leave in the order of their requests (RFC 9112 §9.3.2): an answer in another's place is the takeover that
/// pipelining is known for.
final class ConnectionHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private enum Check {
        case none
        /// The head has arrived, the end of the request has not.
        case arriving(SessionToken)
        /// Postgres is being asked.
        case underWay
    }

    private enum Held {
        case part(HTTPServerRequestPart)
        case readComplete
        case event(any Sendable)
        case error(any Error)
    }

    /// How many parts of further requests are read before the peer has to wait.
    private static let heldLimit = 16

    private let checks: SessionCheckRoute
    private var life: ConnectionLife
    private var check = Check.none
    private var held = CircularBuffer<Held>(initialCapacity: 0)
    private var isReadHeld = false
    /// Nothing that arrives is looked at any more.
    private var isDropping = false
    private var idleTimer: Scheduled<Void>?
    /// Nil before the channel is there and after it is gone.
    private var context: ChannelHandlerContext?
    /// Where an answer that is bytes already passes the encoder by.
    private let beforeEncoder: ChannelHandlerContext

    /// - Parameters:
    ///   - beforeEncoder: the place of the encoder on the same channel.
    ///   - idleTimeout: see ``ConnectionLife``.
    init(checks: SessionCheckRoute, beforeEncoder: ChannelHandlerContext, idleTimeout: TimeAmount) {
        self.checks = checks
        self.beforeEncoder = beforeEncoder
        life = ConnectionLife(idleTimeout: idleTimeout, now: beforeEncoder.eventLoop.now)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        watchIdleness(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        idleTimer?.cancel()
        idleTimer = nil
        held.removeAll()
    }

    // MARK: In

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        if case .underWay = check { held.append(.part(part)) } else { receive(part, context) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if case .underWay = check { held.append(.readComplete) } else { context.fireChannelReadComplete() }
    }

    func read(context: ChannelHandlerContext) {
        if held.count > Self.heldLimit { isReadHeld = true } else { context.read() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if case .underWay = check { held.append(.error(error)) } else { context.fireErrorCaught(error) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent {
            if life.close() { context.close(promise: nil) }
            return
        }
        // The peer has said all it wants to: whoever hears that closes our side too, which has to wait for the answer.
        if case .underWay = check, let closed = event as? ChannelEvent {
            held.append(.event(closed))
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    private func receive(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        guard !isDropping else { return }
        let now = context.eventLoop.now
        switch part {
        case .head(let head):
            // A peer that does not read its answers gets them from the router, which waits for room: answers that nobody
            // reads would fill the memory, one for each check that is asked for.
            let token = life.isQuiet && context.channel.isWritable ? checks.token(in: head) : nil
            guard life.requestBegan(isLast: token == nil && !head.isKeepAlive, now: now) else {
                isDropping = true
                return
            }
            if let token {
                check = .arriving(token)
                return
            }
        case .body:
            life.requestWentOn(now: now)
        case .end:
            life.requestEnded(now: now)
            if case .arriving(let token) = check {
                check = .underWay
                ask(token, started: now, context)
                return
            }
        }
        context.fireChannelRead(wrapInboundOut(part))
    }

    // MARK: A check

    private func ask(_ token: SessionToken, started: NIODeadline, _ context: ChannelHandlerContext) {
        let eventLoop = context.eventLoop
        let handler = NIOLoopBound(self, eventLoop: eventLoop)
        checks.check(token) { found in
            eventLoop.execute { handler.value.answer(found, started: started) }
        }
    }

    private func answer(_ found: SessionCheckRoute.Found, started: NIODeadline) {
        guard let context else { return }
        var buffer = context.channel.allocator.buffer(capacity: SessionCheckRoute.usualAnswerBytes)
        let now = context.eventLoop.now
        checks.write(found, elapsed: now - started, isLast: life.answerBegins(), into: &buffer)
        check = .none
        let next = life.answered(now: now)
        beforeEncoder.writeAndFlush(NIOAny(buffer), promise: nil)
        if next == .close {
            context.close(promise: nil)
        } else if !held.isEmpty || isReadHeld {
            release(context)
        }
    }

    /// Passes on what was held back, up to the next check.
    private func release(_ context: ChannelHandlerContext) {
        while self.context != nil, let next = held.first {
            if case .underWay = check { return }
            held.removeFirst()
            switch next {
            case .part(let part): receive(part, context)
            case .readComplete: context.fireChannelReadComplete()
            case .event(let event): context.fireUserInboundEventTriggered(event)
            case .error(let error): context.fireErrorCaught(error)
            }
        }
        if self.context != nil, isReadHeld {
            isReadHeld = false
            context.read()
        }
    }

    // MARK: Out

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head) where head.status.code >= 200 && life.answerBegins():
            head.headers.replaceOrAdd(name: "Connection", value: "close")
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .end:
            switch life.answered(now: context.eventLoop.now) {
            case .goOn:
                context.write(data, promise: promise)
            case .close:
                context.writeAndFlush(data, promise: promise)
                context.close(promise: nil)
            case .closeOutput:
                context.writeAndFlush(data, promise: promise)
                context.close(mode: .output, promise: nil)
            }
        default:
            context.write(data, promise: promise)
        }
    }

    // MARK: Idleness

    private func watchIdleness(_ context: ChannelHandlerContext) {
        switch life.idleVerdict(now: context.eventLoop.now) {
        case .close:
            context.close(promise: nil)
        case .waitUntil(let deadline):
            let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
            idleTimer = context.eventLoop.scheduleTask(deadline: deadline) {
                let handler = handler.value
                if let context = handler.context { handler.watchIdleness(context) }
            }
        }
    }
}
