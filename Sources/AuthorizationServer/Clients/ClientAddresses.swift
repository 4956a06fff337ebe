import OAuth

/// Where apps live that are not on a server.
public struct ClientAddresses: Sendable, Hashable {
    /// Origins of apps in a browser: those of the redirect URIs of public clients. Their pages may read the endpoints' answers.
    public let browserOrigins: Set<String>
    /// Where native apps take their answers: schemes of their own, and loopback with any port (RFC 8252 §7). Sources for
    /// `form-action` (CSP).
    ///
    /// They are in a header of every page, so there are 4,096 bytes of them at most.
    public let nativeTargets: [String]
    /// How many more there would be.
    public let leftOutTargets: Int

    /// Proxies and browsers bound the headers of an answer; most to 8 KiB together.
    static let maximumTargetBytes = 4096

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
        let targets = Set(clients.flatMap(\.redirectURIs).compactMap(Self.nativeTarget)).sorted()
        var left = Self.maximumTargetBytes
        nativeTargets = targets.filter { target in
            guard target.utf8.count < left else { return false }
            left -= target.utf8.count + 1
            return true
        }
        leftOutTargets = targets.count - nativeTargets.count
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
