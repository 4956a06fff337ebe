import Accounts
import NIOCore
import NIOHTTP1

/// Stands on every connection between the HTTP/1.1 codec and the router. It closes connections that are idle or no longer
/// wanted, and answers what this service is asked most, checks of sessions and of access tokens, itself (``ShortRoutes``): the
/// way through the router, with a task, its hops between threads and a generic answer, costs several times as much as the check.
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
        case arriving(ShortRoutes.Request)
        /// Postgres is being asked.
        case underWay
    }

    private enum Held {
        case part(HTTPServerRequestPart)
        case readComplete
        case event(any Sendable)
        case error(any Error)
    }

    /// How long a peer that was told of the end may take to close its side. Closing both sides at once would reset the connection
    /// where something has arrived that was not read, and the last answer could be lost on its way (RFC 9112 §9.6).
    private static let lingering = TimeAmount.seconds(2)
    /// How many parts of further requests are read before the peer has to wait.
    private static let heldLimit = 16

    private let routes: ShortRoutes
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
    init(routes: ShortRoutes, beforeEncoder: ChannelHandlerContext, idleTimeout: TimeAmount) {
        self.routes = routes
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
        if case .underWay = check { held.append(.error(error)) } else { pass(error, context) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent {
            if !isDropping, life.close() { closeBehindAnswers(context) }
            return
        }
        // The peer has said all it wants to: whoever hears that closes our side too, which has to wait for the answer.
        if case .underWay = check, let closed = event as? ChannelEvent {
            held.append(.event(closed))
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    private func pass(_ error: any Error, _ context: ChannelHandlerContext) {
        guard !isDropping else { return }
        if error as? HTTPParserError == .closedConnection {
            // Something came behind the last request of a connection. It gets no answer.
            isDropping = true
        } else {
            context.fireErrorCaught(error)
        }
    }

    private func receive(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        guard !isDropping else { return }
        let now = context.eventLoop.now
        switch part {
        case .head(let head):
            // A peer that does not read its answers gets them from the router, which waits for room: answers that nobody
            // reads would fill the memory, one for each check that is asked for.
            //
            // Whether the connection goes on is what the parser says: it has more names for that than `Connection`, and takes no
            // further request once it says no.
            let isPlain = life.isQuiet && head.isKeepAlive && context.channel.isWritable
            let request = isPlain ? routes.request(head) : nil
            guard life.requestBegan(isLast: !head.isKeepAlive, now: now) else {
                isDropping = true
                return
            }
            if let request {
                check = .arriving(request)
                return
            }
        case .body(let bytes):
            if case .arriving(.introspection(var request)) = check {
                // The peer's time goes on running: a form that drips in would hold the connection for as long as it likes.
                check = .none
                request.body.writeImmutableBuffer(bytes)
                check = .arriving(.introspection(request))
                return
            }
            life.requestWentOn(now: now)
        case .end:
            life.requestEnded(now: now)
            if case .arriving(let request) = check {
                if let question = routes.question(request) {
                    check = .underWay
                    ask(question, started: now, context)
                    return
                }
                check = .none
                passOn(request, context)
            }
        }
        context.fireChannelRead(wrapInboundOut(part))
    }

    // MARK: A check

    private func ask(_ question: ShortRoutes.Question, started: NIODeadline, _ context: ChannelHandlerContext) {
        let eventLoop = context.eventLoop
        let handler = NIOLoopBound(self, eventLoop: eventLoop)
        routes.ask(question) { found in
            eventLoop.execute { handler.value.answer(found, started: started) }
        }
    }

    /// Gives the router what was kept of a request, except its end.
    private func passOn(_ request: ShortRoutes.Request, _ context: ChannelHandlerContext) {
        guard case .introspection(let request) = request else { return }
        context.fireChannelRead(wrapInboundOut(.head(request.head)))
        context.fireChannelRead(wrapInboundOut(.body(request.body)))
    }

    private func answer(_ found: ShortRoutes.Found, started: NIODeadline) {
        let now = NIODeadline.now()
        let requestID = RequestIDs.ofThisProcess.next()
        // A peer that did not wait is an answer as well: of a database that is away nothing else would tell.
        routes.record(found, elapsed: now - started, requestID: requestID)
        guard let context else { return }
        var buffer = context.channel.allocator.buffer(capacity: AnswerWriter.usualBytes)
        routes.write(found, requestID: requestID, isLast: life.answerBegins(), into: &buffer)
        check = .none
        let isLast = life.answered(now: now)
        beforeEncoder.writeAndFlush(NIOAny(buffer), promise: nil)
        if isLast {
            closeOutput(context)
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
            case .error(let error): pass(error, context)
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
        case .end where life.answered(now: context.eventLoop.now):
            context.writeAndFlush(data, promise: promise)
            closeOutput(context)
        default:
            context.write(data, promise: promise)
        }
    }

    // MARK: The end

    /// Closes our side behind everything that was written, and the other when the peer has closed it or takes too long.
    private func closeOutput(_ context: ChannelHandlerContext) {
        dropTheRest(context)
        let isClosed = context.eventLoop.makePromise(of: Void.self)
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        isClosed.futureResult.whenComplete { _ in
            guard let context = handler.value.context else { return }
            context.eventLoop.scheduleTask(in: Self.lingering) { handler.value.context?.close(promise: nil) }
        }
        close(context: context, mode: .output, promise: isClosed)
    }

    /// Closes both sides behind everything that was written, of a peer that has nothing under way.
    private func closeBehindAnswers(_ context: ChannelHandlerContext) {
        dropTheRest(context)
        whenWritten(context) { $0.close(promise: nil) }
    }

    /// Whoever closes one side means to do so behind what was written; where the peer has closed the other, NIO would close at once.
    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .output else { return context.close(mode: mode, promise: promise) }
        whenWritten(context) { $0.close(mode: .output, promise: promise) }
    }

    private func whenWritten(_ context: ChannelHandlerContext, then work: @escaping (ChannelHandlerContext) -> Void) {
        let isWritten = context.eventLoop.makePromise(of: Void.self)
        let bound = NIOLoopBound((context, work), eventLoop: context.eventLoop)
        isWritten.futureResult.whenComplete { _ in
            let (context, work) = bound.value
            work(context)
        }
        beforeEncoder.writeAndFlush(NIOAny(ByteBuffer()), promise: isWritten)
    }

    /// Looks at nothing any more, and lets it come, so that the peer can finish what it is saying.
    private func dropTheRest(_ context: ChannelHandlerContext) {
        isDropping = true
        held.removeAll()
        guard isReadHeld else { return }
        isReadHeld = false
        context.read()
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
