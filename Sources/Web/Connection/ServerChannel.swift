public import HummingbirdCore
public import Logging
public import NIOCore
import NIOHTTP1
public import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// One connection of the service: HTTP/1.1, with checks of sessions and tokens answered ahead of the router, see ``ConnectionHandler``.
public struct ServerChannel: HTTPChannelHandler {
    /// The bounds of what a peer may send and how long it may take.
    public struct Limits: Sendable {
        /// How long a connection may be idle.
        public var idleTimeout: TimeAmount
        /// Bytes of one header field.
        public var headerFieldBytes: Int
        /// Bytes of all header fields together.
        public var headerListBytes: Int
        /// Number of header fields.
        public var headerFields: Int

        /// Creates the bounds.
        public init(idleTimeout: TimeAmount, headerFieldBytes: Int, headerListBytes: Int, headerFields: Int) {
            self.idleTimeout = idleTimeout
            self.headerFieldBytes = headerFieldBytes
            self.headerListBytes = headerListBytes
            self.headerFields = headerFields
        }
    }

    /// What the router's requests are read from and answered to.
    public typealias Value = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

    /// The router.
    public let responder: Responder
    private let limits: Limits
    private let routes: ShortRoutes
    private let handlers: @Sendable () -> [any RemovableChannelHandler]

    /// - Parameters:
    ///   - services: what checks are answered from.
    ///   - limits: what a peer may send.
    ///   - handlers: further handlers, behind the one for checks.
    ///   - logger: for the request log.
    ///   - responder: the router.
    public init(
        _ services: WebServices,
        limits: Limits,
        handlers: @escaping @Sendable () -> [any RemovableChannelHandler],
        logger: Logger,
        responder: @escaping Responder
    ) {
        self.responder = responder
        self.limits = limits
        self.handlers = handlers
        routes = ShortRoutes(services, logger: logger)
    }

    /// Puts the handlers on a new connection.
    public func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            var decoder = NIOHTTPDecoderLimitConfiguration()
            decoder.maxHeaderFieldSize = limits.headerFieldBytes
            decoder.maxHeaderListSize = limits.headerListBytes
            decoder.maxHeaderFieldCount = limits.headerFields
            // Requests that wait for others are held back by the handlers that follow, errors are theirs as well, and the
            // answers' fields are checked where they are made.
            try pipeline.configureHTTPServerPipeline(
                withPipeliningAssistance: false,
                withErrorHandling: false,
                withOutboundHeaderValidation: false,
                withEncoderConfiguration: .init(),
                withDecoderLimitConfiguration: decoder
            )
            let encoder = try pipeline.context(handlerType: HTTPResponseEncoder.self)
            try pipeline.addHandler(
                ConnectionHandler(routes: routes, beforeEncoder: encoder, idleTimeout: limits.idleTimeout)
            )
            try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
            try pipeline.addHandlers(handlers())
            return try NIOAsyncChannel(
                wrappingChannelSynchronously: channel,
                configuration: .init(isOutboundHalfClosureEnabled: true)
            )
        }
    }

    /// Serves the router's requests of one connection.
    public func handle(value: Value, logger: Logger) async { await handleHTTP(asyncChannel: value, logger: logger) }
}
