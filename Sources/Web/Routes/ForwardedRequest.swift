import HTTPTypes

/// The request that a proxy asks about, as far as its headers tell: what Caddy and Traefik send by themselves, and nginx as
/// docs/forward-auth.md configures it.
///
/// Anybody can send these headers. They decide nothing but where a person comes back to, and ``ReturnAddress`` looks at that.
struct ForwardedRequest: Sendable, Hashable {
    /// Where it went: a path of our own origin, or a URL; nil when that was not said.
    let address: String?
    /// Whether a person follows a link: only then does it help to show the sign-in page instead of what was asked for.
    let isNavigation: Bool

    init(_ headers: HTTPFields, publicOrigin: String) {
        address = Self.address(headers, publicOrigin: publicOrigin)
        let method = headers[.forwardedMethod] ?? "GET"
        let mode = headers[.secFetchMode]
        let readsPages = headers[.accept]?.contains("text/html") ?? false
        isNavigation = ["GET", "HEAD"].contains(method) && (mode.map { $0 == "navigate" } ?? readsPages)
    }

    private static func address(_ headers: HTTPFields, publicOrigin: String) -> String? {
        guard let path = headers[.forwardedURI], path.hasPrefix("/") else { return nil }
        guard let scheme = headers[.forwardedProto], let host = headers[.forwardedHost] else { return path }
        let origin = "\(scheme)://\(host)".lowercased()
        return origin == publicOrigin ? path : origin + path
    }
}

extension HTTPField.Name {
    // All of these are tokens (RFC 9110 §5.6.2), so no initialiser fails and no fallback is ever used.
    static let forwardedURI = HTTPField.Name("X-Forwarded-Uri") ?? .via
    static let forwardedProto = HTTPField.Name("X-Forwarded-Proto") ?? .via
    static let forwardedHost = HTTPField.Name("X-Forwarded-Host") ?? .via
    static let forwardedMethod = HTTPField.Name("X-Forwarded-Method") ?? .via
    static let secFetchMode = HTTPField.Name("Sec-Fetch-Mode") ?? .via
}
