import InternetAddress

/// Whose request it is, by network address.
struct ClientAddress: Sendable {
    private let trustedProxies: [AddressRange]

    /// - Parameter trustedProxies: `X-Forwarded-For` is read only behind these (M09, O-2).
    init(trustedProxies: [AddressRange]) {
        self.trustedProxies = trustedProxies
    }

    /// The address of the client: the peer itself, or, while the nearest hop is a trusted proxy, the hop it names.
    /// A hop that is not an address ends the walk: everything further out is hearsay.
    func resolve(peer: String?, forwardedFor: [String]) -> IPAddress? {
        guard var nearest = peer.flatMap({ IPAddress($0) }) else { return nil }
        let hops = forwardedFor.flatMap { $0.split(separator: ",") }
        for hop in hops.reversed() where trusts(nearest) {
            guard let address = IPAddress(hop.filter { $0 != " " }) else { return nearest }
            nearest = address
        }
        return nearest
    }

    private func trusts(_ address: IPAddress) -> Bool {
        trustedProxies.contains { $0.contains(address) }
    }
}
