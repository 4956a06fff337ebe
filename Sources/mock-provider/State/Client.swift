import JSON

/// An app registered with a stand-in.
struct Client: Sendable {
    let id: String
    let secret: String
    /// Registered addresses, compared byte by byte. None: any address on this machine.
    let redirectURIs: [String]

    /// Whether an address is registered. Nothing is normalised: a trailing slash makes another address.
    func allows(_ redirectURI: String) -> Bool {
        redirectURIs.isEmpty
            ? Self.isLoopback(redirectURI)
            : redirectURIs.contains { Array($0.utf8) == Array(redirectURI.utf8) }
    }

    /// `http` or `https` on this machine, without user info or fragment.
    static func isLoopback(_ address: String) -> Bool {
        guard !address.contains("#") else { return false }
        for prefix in ["http://", "https://"] where address.hasPrefix(prefix) {
            let authority = address.dropFirst(prefix.count).prefix { $0 != "/" && $0 != "?" }
            return ["127.0.0.1", "localhost", "[::1]"].contains { host in
                guard authority.hasPrefix(host) else { return false }
                let port = authority.dropFirst(host.count)
                return port.isEmpty || (port.first == ":" && UInt16(port.dropFirst()) != nil)
            }
        }
        return false
    }
}
