import InternetAddress
import OAuth

/// A URL the transport agrees to call: absolute, https (or http on loopback where the configuration allows it),
/// without user information and without a fragment. Everything libcurl would have to guess about is refused, so that
/// the checks here and libcurl's own reading cannot differ (L02).
struct RequestURL: Sendable, Hashable {
    /// The URL as it was given.
    let text: String
    /// Whether the scheme is https.
    let isEncrypted: Bool
    /// Whether the host is `localhost`, in 127.0.0.0/8, or `[::1]`, literally.
    let isLoopbackHost: Bool
    /// The host, when it is an IP address.
    let literal: IPAddress?

    private static let maximumBytes = 8192
    private static let forbidden = Set("\"<>\\^`{|}#".utf8)

    init(_ text: String, allowLoopbackHTTP: Bool) throws(TransportFailure) {
        let bytes = Array(text.utf8)
        guard bytes.count <= Self.maximumBytes,
            bytes.allSatisfy({ (0x21...0x7E).contains($0) && !Self.forbidden.contains($0) })
        else { throw .refusedURL }

        let lowercased = text.lowercased()
        let isEncrypted = lowercased.hasPrefix("https://")
        guard isEncrypted || (allowLoopbackHTTP && lowercased.hasPrefix("http://")) else { throw .refusedURL }
        let authority = lowercased.utf8.dropFirst(isEncrypted ? 8 : 7).prefix {
            $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?")
        }
        guard let (host, literal) = Self.host(of: String(decoding: authority, as: UTF8.self)) else {
            throw .refusedURL
        }

        self.text = text
        self.isEncrypted = isEncrypted
        self.literal = literal
        isLoopbackHost =
            host == "localhost"
            || literal.map { AddressGuard.allows($0, policy: AddressPolicy(loopback: .required)) } ?? false
        guard isEncrypted || isLoopbackHost else { throw .refusedURL }
    }

    /// Splits `host`, `host:port`, `[v6]` or `[v6]:port`; user information contains `@`, which no host does.
    private static func host(of authority: String) -> (String, IPAddress?)? {
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            let inner = String(authority[authority.index(after: authority.startIndex)..<end])
            guard isPort(authority[authority.index(after: end)...]), inner.utf8.contains(UInt8(ascii: ":")),
                let address = IPAddress(inner)
            else { return nil }
            return (inner, address)
        }
        let end = authority.firstIndex(of: ":") ?? authority.endIndex
        let host = String(authority[..<end])
        guard isPort(authority[end...]), !host.isEmpty, host.utf8.count <= 253,
            host.utf8.allSatisfy({ isHostByte($0) }), !host.hasPrefix("."), !host.contains("..")
        else { return nil }
        let address = IPAddress(host)
        // 0x7f.1 and 2130706433 are spellings of 127.0.0.1 that some readers take for names.
        let last = host.split(separator: ".").last ?? ""
        let looksNumeric = last.utf8.allSatisfy { (48...57).contains($0) } || last.hasPrefix("0x")
        return looksNumeric && address == nil ? nil : (host, address)
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
            UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default:
            false
        }
    }

    private static func isPort(_ text: Substring) -> Bool {
        guard !text.isEmpty else { return true }
        let digits = text.dropFirst()
        guard text.hasPrefix(":"), digits.utf8.count <= 5, digits.utf8.allSatisfy({ (48...57).contains($0) }),
            let port = Int(digits)
        else { return false }
        return (1...65_535).contains(port)
    }
}
