public import Hummingbird
import NIOCore

/// What a handler knows of its request besides the request itself; it never sees the channel.
public struct RequestScope: RequestContext {
    /// Hummingbird's part.
    public var coreContext: CoreRequestContextStorage
    /// 16 hexadecimal digits: in the answer's `X-Request-Id`, in every log line and in every decision record.
    public let requestID: String
    /// Whose key came with a request below `/admin/`; nil everywhere else.
    public internal(set) var administrator: String?
    private let peer: SocketAddress?

    /// Copies what is needed out of the channel, once.
    public init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        requestID = RequestIDs.ofThisProcess.next()
        peer = source.channel.remoteAddress
    }

    /// The peer's address without port, as the kernel saw it; nil for unusual transports.
    public var peerAddress: String? { peer?.ipAddress }
}
