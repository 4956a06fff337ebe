import OAuth

/// A redirect URI an app registered. A request's has to be the same character by character; the one exception is the port of a
/// native app on loopback, which the system chooses anew each time (RFC 8252 §7.3; RFC 9700 §2.1, J01).
public struct RedirectURI: Sendable, Hashable, CustomStringConvertible {
    /// As it was registered.
    public let description: String
    private let loopback: Loopback?

    private struct Loopback: Hashable {
        let host: String
        let rest: String
    }

    /// Why a text cannot be registered.
    public enum Fault: String, Error, Sendable, CaseIterable {
        /// Longer than 512 bytes, or with characters other than visible ASCII.
        case malformed
        /// With a fragment (RFC 6749 §3.1.2).
        case fragment
        /// With a user or a password before the host: readers would mistake it for the host.
        case userInformation = "user_information"
        /// Plain http to another host than loopback: the code would travel in the clear.
        case plainHTTP = "plain_http"
        /// A scheme that runs or shows what it is given.
        case dangerousScheme = "dangerous_scheme"
        /// A scheme of an app's own without a dot: anybody's app can claim a short one (RFC 8252 §7.1).
        case schemeWithoutDot = "scheme_without_dot"
    }

    /// Reads a URI that is to be registered.
    public init(_ text: String) throws(Fault) {
        guard (1...512).contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && ![0x5C, 0x22, 0x3C, 0x3E].contains($0) }),
            let colon = text.firstIndex(of: ":")
        else { throw .malformed }
        guard !text.contains("#") else { throw .fragment }
        let scheme = text[..<colon]
        switch scheme {
        case "https", "http":
            guard text[colon...].hasPrefix("://") else { throw .malformed }
            let authority = text[colon...].dropFirst(3).prefix { $0 != "/" && $0 != "?" }
            guard !authority.contains("@") else { throw .userInformation }
            guard EndpointURL(text) != nil else { throw .malformed }
            loopback = scheme == "http" ? Self.loopback(text) : nil
            guard scheme == "https" || loopback != nil || authority.prefix(while: { $0 != ":" }) == "localhost" else {
                throw .plainHTTP
            }
        case "javascript", "data", "vbscript", "blob", "file", "about", "filesystem": throw .dangerousScheme
        default:
            guard let first = scheme.utf8.first, (0x61...0x7A).contains(first),
                scheme.utf8.allSatisfy({
                    (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || [0x2B, 0x2D, 0x2E].contains($0)
                })
            else { throw .malformed }
            guard scheme.contains(".") else { throw .schemeWithoutDot }
            loopback = nil
        }
        description = text
    }

    /// Whether a request's `redirect_uri` is this one.
    public func matches(_ requested: String) -> Bool {
        if requested.isExactly(description) { return true }
        guard let loopback else { return false }
        return Self.loopback(requested) == loopback
    }

    /// `http://127.0.0.1` or `http://[::1]`, without its port. Never `localhost`, which a name server may answer (RFC 8252 §8.3).
    private static func loopback(_ text: String) -> Loopback? {
        for host in ["127.0.0.1", "[::1]"] {
            let start = "http://" + host
            guard text.hasPrefix(start), EndpointURL(text) != nil else { continue }
            var rest = text.dropFirst(start.count)
            if rest.hasPrefix(":") {
                let digits = rest.dropFirst().prefix { $0.isASCII && $0.isNumber }
                guard (1...5).contains(digits.count), let port = UInt16(digits), port > 0 else { return nil }
                rest = rest.dropFirst(1 + digits.count)
            }
            guard rest.isEmpty || rest.hasPrefix("/") || rest.hasPrefix("?") else { return nil }
            return Loopback(host: host, rest: String(rest))
        }
        return nil
    }
}
