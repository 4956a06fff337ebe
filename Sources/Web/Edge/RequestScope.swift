public import Hummingbird
import NIOCore

/// What a handler knows of its request besides the request itself; it never sees the channel.
public struct RequestScope: RequestContext {
    /// Hummingbird's part.
    public var coreContext: CoreRequestContextStorage
    /// 16 hexadecimal digits: in the answer's `X-Request-Id`, in every log line and in every decision record.
    public let requestID: String
    /// The peer's address without port, as the kernel saw it; nil for unusual transports.
    public let peerAddress: String?

    /// Copies what is needed out of the channel, once.
    public init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        requestID = Self.freshRequestID()
        peerAddress = source.channel.remoteAddress?.ipAddress
    }

    // A correlation id, not a secret.
    private static func freshRequestID() -> String {
        let digits = String(UInt64.random(in: .min ... .max), radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
