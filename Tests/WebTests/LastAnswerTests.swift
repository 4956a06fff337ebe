import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

@testable import Web

/// The end of connections, over real sockets: what a socket does not take at once is not there for an embedded channel.
@Suite("Last answers")
struct LastAnswerTests {
    /// Why a connection ends.
    enum End: CaseIterable {
        case peerWantsIt
        case nodeStopsBeforeTheAnswer
        case nodeStopsWhileTheAnswerIsOnItsWay
        case peerHasClosedItsSide
    }

    /// Answers everything with more than the sockets of both sides hold.
    private final class LongAnswers: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        static let bytes = 64 * 1024 * 1024
        private let end: End

        init(_ end: End) { self.end = end }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard case .end = unwrapInboundIn(data), end != .peerHasClosedItsSide else { return }
            answer(context)
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            guard event as? ChannelEvent == .inputClosed, end == .peerHasClosedItsSide else { return }
            answer(context)
            // As the router does when nothing more will come.
            context.close(mode: .output, promise: nil)
        }

        private func answer(_ context: ChannelHandlerContext) {
            let stop = ChannelShouldQuiesceEvent()
            if end == .nodeStopsBeforeTheAnswer { context.pipeline.fireUserInboundEventTriggered(stop) }
            let head = HTTPResponseHead(
                version: .http1_1,
                status: .ok,
                headers: ["Content-Length": String(Self.bytes)]
            )
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            let body = ByteBuffer(repeating: 0x2E, count: Self.bytes)
            context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            if end == .nodeStopsWhileTheAnswerIsOnItsWay { context.pipeline.fireUserInboundEventTriggered(stop) }
        }
    }

    /// Counts what it is sent until the other side has closed.
    private final class Counting: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private var count = 0
        private let counted: EventLoopPromise<Int>

        init(_ counted: EventLoopPromise<Int>) { self.counted = counted }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            count += unwrapInboundIn(data).readableBytes
        }

        func channelInactive(context: ChannelHandlerContext) { counted.succeed(count) }
    }

    @Test(
        "An answer that the socket does not take at once is sent whole before the connection ends",
        arguments: End.allCases
    )
    func whole(end: End) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        let services = try ContractTests.services(sessions: NoStore())
        let server = try await ServerBootstrap(group: group).childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.configureHTTPServerPipeline(withPipeliningAssistance: false, withErrorHandling: false)
                    try pipeline.addHandler(
                        ConnectionHandler(
                            routes: ShortRoutes(services, logger: StatusLog().logger),
                            beforeEncoder: try pipeline.context(handlerType: HTTPResponseEncoder.self),
                            idleTimeout: .seconds(30)
                        )
                    )
                    try pipeline.addHandler(LongAnswers(end))
                }
            }.bind(host: "127.0.0.1", port: 0).get()
        let counted = group.any().makePromise(of: Int.self)
        let client = try await ClientBootstrap(group: group).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(Counting(counted))
            }
        }.connect(to: try #require(server.localAddress)).get()
        let field = end == .peerWantsIt ? "Connection: close" : "X: y"
        try await client.writeAndFlush(ByteBuffer(string: "GET /x HTTP/1.1\r\nHost: a\r\n\(field)\r\n\r\n"))
        if end == .peerHasClosedItsSide { try await client.close(mode: .output) }
        #expect(try await counted.futureResult.get() > LongAnswers.bytes)
        try await server.close()
        try await group.shutdownGracefully()
    }
}
