import JSON

/// One response, decided as a value; ``Door`` puts it on the wire.
struct Answer: Sendable {
    /// How the body travels. Everything but `plain` is a misbehaviour.
    enum Delivery: Sendable {
        /// At once, with `Content-Length`.
        case plain
        /// Byte by byte, with a pause after each.
        case dripping(pause: Duration)
        /// This many bytes of filler behind the body; chunked, or with an honest `Content-Length`.
        case flood(bytes: Int, declared: Bool)
        /// A gzip stream that unfolds to this many bytes.
        case gzipBomb(bytes: Int)
        /// The connection is reset before the status line.
        case resetBeforeHeaders
        /// The connection is reset after the header fields.
        case resetAfterHeaders
        /// Half of the announced body, then the connection ends.
        case truncated
    }

    /// Status code.
    var status: Int
    /// Header fields in order; repeated names are kept.
    var headers: [(String, String)]
    /// Body.
    var body: [UInt8]
    /// How the body travels.
    var delivery = Delivery.plain
    /// Pause before the status line.
    var delay: Duration?

    init(status: Int, headers: [(String, String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// JSON, with the cache rules of a token response (RFC 6749 §5.1).
    static func json(_ value: JSONValue, status: Int = 200, headers: [(String, String)] = []) -> Answer {
        Answer(
            status: status,
            headers: [("content-type", "application/json; charset=utf-8"), ("cache-control", "no-store")] + headers,
            body: value.serializedBytes()
        )
    }

    /// A page. It may not be framed, and it loads nothing from elsewhere.
    static func html(_ text: String, status: Int = 200) -> Answer {
        Answer(
            status: status,
            headers: [
                ("content-type", "text/html; charset=utf-8"),
                ("cache-control", "no-store"),
                ("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
                ("referrer-policy", "no-referrer"),
            ],
            body: Array(text.utf8)
        )
    }

    /// A redirect.
    static func redirect(_ location: String, status: Int = 302) -> Answer {
        Answer(status: status, headers: [("location", location), ("cache-control", "no-store")])
    }

    /// Nothing but a status.
    static func empty(_ status: Int) -> Answer { Answer(status: status) }

    /// Replaces a header field, whatever its spelling.
    mutating func setHeader(_ name: String, _ value: String?) {
        headers.removeAll { $0.0.lowercased() == name.lowercased() }
        if let value { headers.append((name, value)) }
    }
}
