public import Cryptography

/// The port through which Latchkey calls providers. The adapter (`CurlTransport`) refuses redirects, private
/// addresses, plain http, and answers that are too large or too slow; a caller never has to.
public protocol HTTPTransport: Sendable {
    /// Sends one request and returns the whole answer, whatever its status.
    /// A request is never repeated once a byte of it was sent: authorization codes are single-use (RFC 6749 §4.1.2).
    func send(_ request: OutboundRequest) async throws(TransportFailure) -> OutboundResponse
}

/// One outbound request.
public struct OutboundRequest: Sendable {
    /// The methods providers are called with.
    public enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case delete = "DELETE"
    }

    /// A header; the value may be secret (`Authorization`), so it is one.
    public struct Header: Sendable {
        /// Field name, as it goes on the wire.
        public let name: String
        /// Field value.
        public let value: Secret

        /// Creates a header.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = Secret(value)
        }
    }

    /// Method.
    public var method: Method
    /// Absolute URL; https, or http on loopback where the configuration allows it. Never holds a secret.
    public var url: String
    /// Header fields in order.
    public var headers: [Header]
    /// Body, already encoded; may hold a code or a client secret, so it is one.
    public var body: Secret?
    /// The bulkhead and circuit breaker this request counts against: the provider's id.
    public var bulkhead: String
    /// Largest accepted body after decompression, in bytes.
    public var maximumBodyBytes: Int
    /// Budget for everything, name resolution included.
    public var timeout: Duration

    /// Creates a request. 256 KiB and 10 s suit every token, profile, discovery and key-set endpoint
    /// (E09, L04); X's codes live 30 s, so the budget has to stay well below that (C12).
    public init(
        _ method: Method,
        _ url: String,
        headers: [Header] = [],
        body: Secret? = nil,
        bulkhead: String,
        maximumBodyBytes: Int = 262_144,
        timeout: Duration = .seconds(10)
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.bulkhead = bulkhead
        self.maximumBodyBytes = maximumBodyBytes
        self.timeout = timeout
    }
}

/// A complete answer.
public struct OutboundResponse: Sendable {
    /// HTTP status, 100 to 599. A redirect arrives here as itself (3xx) and is never followed.
    public let status: Int
    /// Header fields in order of arrival, names lower-cased.
    public let headers: [(name: String, value: String)]
    /// The body after decompression.
    public let body: [UInt8]

    /// Creates an answer.
    public init(status: Int, headers: [(name: String, value: String)], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The first value of a header; `name` in lower case.
    public func header(_ name: String) -> String? {
        headers.first { $0.name == name }?.value
    }

    /// Media type of the body without parameters, lower-cased; nil when the header is absent.
    public var mediaType: String? {
        guard let value = header("content-type") else { return nil }
        let end = value.firstIndex(of: ";") ?? value.endIndex
        return value[..<end].filter { $0 != " " && $0 != "\t" }.lowercased()
    }
}

/// Why no answer came. Carries no URL, header or body: safe to log.
public enum TransportFailure: String, Error, Sendable, CaseIterable {
    /// The URL is malformed, or its scheme is not allowed.
    case refusedURL = "refused_url"
    /// The host resolved to a private, link-local, loopback or metadata address (SSRF guard, L05).
    case refusedAddress = "refused_address"
    /// Name resolution or connecting failed: nothing was sent.
    case unreachable
    /// TLS could not be established or verified: nothing was sent.
    case tls
    /// The budget ran out.
    case timedOut = "timed_out"
    /// The body or the headers exceeded their cap.
    case tooLarge = "too_large"
    /// The peer broke off or spoke something that is not HTTP.
    case broken
    /// This provider's share of connections is used up (bulkhead).
    case busy
    /// The provider failed repeatedly a moment ago and is not asked again yet (circuit breaker).
    case circuitOpen = "circuit_open"
    /// The transport is shutting down.
    case stopped
}
