import OAuth

/// Where apps live that are not on a server.
public struct ClientAddresses: Sendable, Hashable {
    /// Origins of apps in a browser: those of the redirect URIs of public clients. Their pages may read the endpoints' answers.
    public let browserOrigins: Set<String>
    /// Where native apps take their answers: schemes of their own, and loopback with any port (RFC 8252 §7). Sources for
    /// `form-action` (CSP).
    public let nativeTargets: [String]

    init(_ clients: [Client]) {
        var origins: Set<String> = []
        for client in clients where client.isPublic {
            for uri in client.redirectURIs {
                guard let url = EndpointURL(uri.description) else { continue }
                let port = url.port.map { ":\($0)" } ?? ""
                origins.insert("\(url.scheme.rawValue)://\(url.host)\(port)")
            }
        }
        browserOrigins = origins
        nativeTargets = Set(clients.flatMap(\.redirectURIs).compactMap(Self.nativeTarget)).sorted()
    }

    private static func nativeTarget(_ uri: RedirectURI) -> String? {
        let scheme = uri.description.prefix { $0 != ":" }
        switch scheme {
        case "https": return nil
        case "http":
            let host = uri.description.dropFirst(7).prefix { $0 != "/" && $0 != "?" }
            return "http://" + (host.last == "]" ? host : host.prefix(upTo: host.lastIndex(of: ":") ?? host.endIndex))
                + ":*"
        default: return scheme + ":"
        }
    }
}
