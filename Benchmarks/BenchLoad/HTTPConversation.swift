import NIOCore
import NIOPosix

/// One keep-alive HTTP/1.1 connection with one request at a time: bytes out, an answer in, and as little as possible in
/// between, because the load shares the machine with what it measures.
final class HTTPConversation: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var received = ByteBuffer()
    private var waiting: CheckedContinuation<HTTPAnswer, any Error>?
    private var context: ChannelHandlerContext?

    /// Connects to a port of this machine; the conversation belongs to the loop.
    static func connect(port: Int, on loop: any EventLoop) async throws -> NIOLoopBound<HTTPConversation> {
        let channel = try await ClientBootstrap(group: loop)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(HTTPConversation())
                }
            }
            .connect(host: "127.0.0.1", port: port)
            .get()
        return try await loop.submit {
            NIOLoopBound(try channel.pipeline.syncOperations.handler(type: HTTPConversation.self), eventLoop: loop)
        }.get()
    }

    /// Sends a request; the continuation gets the answer. On the loop only.
    func exchange(_ request: ByteBuffer, _ continuation: CheckedContinuation<HTTPAnswer, any Error>) {
        guard let context, context.channel.isActive, waiting == nil else {
            continuation.resume(throwing: HTTPFault.closed)
            return
        }
        waiting = continuation
        context.writeAndFlush(wrapOutboundOut(request), promise: nil)
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        fail(.closed)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        received.writeBuffer(&bytes)
        do throws(HTTPFault) {
            guard let answer = try HTTPAnswer.take(from: &received) else { return }
            if received.readableBytes == 0 { received.clear() }
            let continuation = waiting
            waiting = nil
            continuation?.resume(returning: answer)
        } catch {
            fail(error)
            context.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelInactive(context: ChannelHandlerContext) { fail(.closed) }

    private func fail(_ fault: HTTPFault) {
        let continuation = waiting
        waiting = nil
        continuation?.resume(throwing: fault)
    }
}
