import Cryptography
import OAuth

/// The rules for headers a caller may set.
enum RequestHeaders {
    /// Fields that frame the message or steer the connection: the transport's own business. A second opinion about
    /// them is request smuggling.
    private static let reserved: Set<String> = [
        "connection", "content-length", "expect", "host", "keep-alive", "proxy-authorization", "proxy-connection", "te",
        "trailer", "transfer-encoding", "upgrade",
    ]

    /// Refuses names that are not tokens (RFC 9110 §5.1), values with line breaks or other control characters, which
    /// would start a header of their own, reserved fields, and a body where the method has none.
    static func check(_ request: OutboundRequest) throws(TransportFailure) {
        for header in request.headers {
            guard !header.name.isEmpty, header.name.utf8.allSatisfy(ResponseHead.isTokenByte),
                !reserved.contains(header.name.lowercased()),
                header.value.reveal().utf8.allSatisfy({ ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 })
            else { throw .refusedURL }
        }
        guard request.method != .get || request.body == nil else { throw .refusedURL }
    }
}
