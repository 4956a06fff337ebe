import InternetAddress

/// The origin of a web server (RFC 6454): scheme, host and port, and nothing else. Compared as browsers compare it.
public struct WebOrigin: Sendable, Hashable, CustomStringConvertible {
    /// `https` or `http`.
    public let scheme: String
    /// Lower-case host name, IPv4 address, or IPv6 address in brackets.
    public let host: String
    /// The port, the scheme's own when none is written.
    public let port: Int

    /// Reads `https://host` or `https://host:port`. Nil for anything with a path, query, fragment, user information or
    /// characters outside ASCII: a name is written as its A-label (`xn--…`), so that what is compared is what is read.
    public init?(_ text: String) {
        let secure = text.hasPrefix("https://")
        guard secure || text.hasPrefix("http://"), text.utf8.count <= 300 else { return nil }
        let authority = text.dropFirst(secure ? 8 : 7)
        let (name, portText) = Self.split(authority)
        guard let host = Self.host(name) else { return nil }
        var port = secure ? 443 : 80
        if let portText {
            guard let value = decimal(portText), (1...65535).contains(value) else { return nil }
            port = value
        }
        self.scheme = secure ? "https" : "http"
        self.host = host
        self.port = port
    }

    init(scheme: String, host: String, port: Int) {
        self.scheme = scheme
        self.host = host
        self.port = port
    }

    /// Whether the scheme is https.
    public var isSecure: Bool { scheme == "https" }

    /// Whether the host is this machine: `localhost`, `127.0.0.1` or `[::1]`, the names browsers treat as trustworthy.
    public var isLoopback: Bool { ["localhost", "127.0.0.1", "[::1]"].contains(host) }

    /// `scheme://host`, with the port unless it is the scheme's own.
    public var description: String {
        port == (isSecure ? 443 : 80) ? "\(scheme)://\(host)" : "\(scheme)://\(host):\(port)"
    }

    private static func split(_ authority: Substring) -> (Substring, Substring?) {
        // The colons of an IPv6 address stand inside the brackets.
        let searched = authority.hasPrefix("[") ? authority.firstIndex(of: "]") ?? authority.startIndex : nil
        guard let colon = authority[(searched ?? authority.startIndex)...].firstIndex(of: ":") else {
            return (authority, nil)
        }
        return (authority[..<colon], authority[authority.index(after: colon)...])
    }

    private static func host(_ name: Substring) -> String? {
        if name.hasPrefix("[") {
            guard name.hasSuffix("]"), IPAddress(String(name.dropFirst().dropLast()))?.isVersion6 == true else {
                return nil
            }
            return name.lowercased()
        }
        guard (1...253).contains(name.utf8.count) else { return nil }
        let labels = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let valid = labels.allSatisfy { label in
            (1...63).contains(label.count) && label.first != 0x2D && label.last != 0x2D
                && label.allSatisfy { byte in
                    (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte)
                        || byte == 0x2D
                }
        }
        guard valid, let last = labels.last else { return nil }
        // `127.1`, `0x7f.1` and `2130706433` are addresses to a resolver and names to a reader: only dotted quads pass.
        let numeric = last.first.map { (0x30...0x39).contains($0) } ?? true
        guard !numeric || IPAddress(String(name)) != nil else { return nil }
        return name.lowercased()
    }
}

extension ValueType where Value == WebOrigin {
    /// An origin; http is for loopback hosts only, and the mode decides whether even there.
    static let origin = of(
        "origin such as https://login.example.org, without path, query, fragment or user "
            + "(http only for localhost, 127.0.0.1 and [::1])",
        write: \.description
    ) { text in
        guard let origin = WebOrigin(text), origin.isSecure || origin.isLoopback else { return nil }
        return origin
    }

    /// The proxy for outbound calls: http or https, without credentials.
    static let proxy = of("proxy such as http://proxy.example.org:3128", write: \.description) { WebOrigin($0) }
}
