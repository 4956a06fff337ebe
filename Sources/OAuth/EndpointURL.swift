/// An absolute http or https URL in the one strict form that leaves two parsers nothing to disagree about: visible
/// ASCII only, no user information, no fragment, no backslash, a plain host.
///
/// What this type reads as the host is what the transport connects to; a URL such as `https://good.example\@evil.example`
/// or `https://good.example#@evil.example` is not one.
public struct EndpointURL: Sendable, Hashable, CustomStringConvertible {
    /// The schemes.
    public enum Scheme: String, Sendable {
        /// Plain http; for loopback in development only.
        case http
        /// https.
        case https
    }

    /// Scheme, read without regard to case.
    public let scheme: Scheme
    /// Host in lower case: a DNS name, an IPv4 address, or an IPv6 address in brackets.
    public let host: String
    /// Port as written; nil when it is left out or is the scheme's own.
    public let port: UInt16?
    /// Path, empty or starting with `/`, as written.
    public let path: String
    /// Query without the `?`, as written; nil when there is none.
    public let query: String?

    /// Longest accepted URL, in bytes.
    public static let maximumBytes = 2048

    /// Nil when the text is not exactly such a URL.
    public init?(_ text: String) {
        guard (1...Self.maximumBytes).contains(text.utf8.count), text.utf8.allSatisfy(Self.isAllowed) else {
            return nil
        }
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")),
            let scheme = Scheme(rawValue: text[..<colon].lowercased()), text[colon...].hasPrefix("://")
        else { return nil }
        let rest = text[colon...].dropFirst(3)
        let authorityEnd = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        guard let (host, port) = Self.authority(rest[..<authorityEnd].lowercased()) else { return nil }
        let tail = rest[authorityEnd...]
        let queryStart = tail.firstIndex(of: "?")
        self.scheme = scheme
        self.host = host
        self.port = port == (scheme == .https ? 443 : 80) ? nil : port
        self.path = String(tail[..<(queryStart ?? tail.endIndex)])
        self.query = queryStart.map { String(tail[tail.index(after: $0)...]) }
    }

    /// `scheme://host` and the port where one is needed, without a final slash.
    public var origin: String { scheme.rawValue + "://" + host + (port.map { ":\($0)" } ?? "") }

    /// The whole URL.
    public var description: String { origin + path + (query.map { "?" + $0 } ?? "") }

    /// Whether the host is the machine itself by name or literal address, as RFC 8252 §8.3 means it.
    public var isLoopback: Bool {
        host == "localhost" || host == "[::1]" || Self.isIPv4(host) && host.hasPrefix("127.")
    }

    /// Whether secrets may be sent there: https, or http on loopback where that is allowed.
    public func isSecure(allowingLoopbackHTTP: Bool) -> Bool {
        scheme == .https || (allowingLoopbackHTTP && isLoopback)
    }

    /// The same path and query at another origin.
    public func moved(to other: EndpointURL) -> EndpointURL {
        EndpointURL(scheme: other.scheme, host: other.host, port: other.port, path: path, query: query)
    }

    private init(scheme: Scheme, host: String, port: UInt16?, path: String, query: String?) {
        self.scheme = scheme
        self.host = host
        self.port = port
        self.path = path
        self.query = query
    }

    // Visible ASCII without the fragment sign, and without what RFC 3986 §2 does not allow anywhere in a URL.
    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "#"), UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"),
            UInt8(ascii: "^"), UInt8(ascii: "`"), UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"):
            false
        default: (0x21...0x7E).contains(byte)
        }
    }

    private static func authority(_ text: String) -> (host: String, port: UInt16?)? {
        var host = text[...]
        var port: UInt16?
        let bracketEnd = text.hasPrefix("[") ? text.firstIndex(of: "]") : nil
        let portSearch = text[(bracketEnd ?? text.startIndex)...]
        if let colon = portSearch.firstIndex(of: ":") {
            let digits = portSearch[portSearch.index(after: colon)...]
            guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let number = UInt16(digits), number > 0
            else { return nil }
            port = number
            host = text[..<colon]
        }
        guard isIPv6(host) || isName(host) else { return nil }
        return (String(host), port)
    }

    private static func isName(_ host: Substring) -> Bool {
        let labels = host.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard (1...253).contains(host.utf8.count),
            labels.allSatisfy({ label in
                (1...63).contains(label.count)
                    && label.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
            })
        else { return false }
        // A last label of digits (or 0x…) is an IPv4 address to some parsers: only the plain dotted form is accepted.
        guard let last = labels.last, let first = last.first, (0x30...0x39).contains(first) else { return true }
        return isIPv4(host)
    }

    private static func isIPv4(_ host: some StringProtocol) -> Bool {
        let parts = host.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                guard (1...3).contains(part.count), part.allSatisfy({ (0x30...0x39).contains($0) }),
                    part.count == 1 || part.first != 0x30
                else { return false }
                return part.reduce(0) { $0 * 10 + Int($1 - 0x30) } <= 255
            }
    }

    private static func isIPv6(_ host: Substring) -> Bool {
        guard host.hasPrefix("["), host.hasSuffix("]") else { return false }
        let inner = host.dropFirst().dropLast()
        return (2...45).contains(inner.utf8.count) && inner.utf8.contains(UInt8(ascii: ":"))
            && inner.utf8.allSatisfy {
                (0x61...0x66).contains($0) || (0x30...0x39).contains($0) || $0 == 0x3A || $0 == 0x2E
            }
    }
}
