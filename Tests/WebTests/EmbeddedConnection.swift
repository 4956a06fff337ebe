import Logging
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Synchronization
import Testing

@testable import Web

/// Stands for the router: keeps what reaches it.
final class BehindHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    var targets: [String] = []
    var bodies: [String] = []
    var ends = 0
    var errors = 0
    var isInputClosed = false
    private var context: ChannelHandlerContext?

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            targets.append(head.uri)
            bodies.append("")
        case .body(let bytes): bodies[bodies.count - 1] += String(buffer: bytes)
        case .end: ends += 1
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { errors += 1 }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed { isInputClosed = true }
    }

    func answer(_ words: String) {
        let head = HTTPResponseHead(
            version: .http1_1,
            status: .ok,
            headers: ["Content-Length": String(words.utf8.count)]
        )
        context?.write(wrapOutboundOut(.head(head)), promise: nil)
        context?.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: words)))), promise: nil)
        context?.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
}

/// Keeps the status of each answer in the request log.
final class StatusLog: LogHandler, Sendable {
    private let kept = Mutex<[String]>([])

    var statuses: [String] { kept.withLock { $0 } }
    var logger: Logger { Logger(label: "test") { _ in self } }

    func log(event: LogEvent) {
        if let status = event.metadata?["status"] { kept.withLock { $0.append("\(status)") } }
    }

    var logLevel: Logger.Level {
        get { .debug }
        set {}
    }
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    subscript(metadataKey _: String) -> Logger.MetadataValue? {
        get { nil }
        set {}
    }
}

/// One connection whose peer and router are the test.
struct EmbeddedConnection {
    let channel = EmbeddedChannel()
    let behind = BehindHandler()
    let log = StatusLog()

    init(_ services: WebServices) throws {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.configureHTTPServerPipeline(withPipeliningAssistance: false, withErrorHandling: false)
        try pipeline.addHandler(
            ConnectionHandler(
                routes: ShortRoutes(services, logger: log.logger),
                beforeEncoder: try pipeline.context(handlerType: HTTPResponseEncoder.self),
                idleTimeout: .seconds(30)
            )
        )
        try pipeline.addHandler(behind)
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
    }

    func send(_ text: String) throws { try channel.writeInbound(ByteBuffer(string: text)) }

    /// Everything that has been sent to the peer since the last look.
    func received() throws -> String {
        channel.embeddedEventLoop.run()
        var text = ""
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: buffer) }
        return text
    }
}
