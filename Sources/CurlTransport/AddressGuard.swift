public import InternetAddress

/// What a call may connect to beyond the public internet.
public struct AddressPolicy: Sendable, Hashable {
    /// How loopback addresses are treated.
    public enum Loopback: Sendable {
        /// Like every other private address.
        case refused
        /// Allowed, for development.
        case allowed
        /// The only thing allowed: plain http may not leave the machine.
        case required
    }

    /// How loopback addresses are treated.
    public var loopback: Loopback
    /// Ranges the operator opened by hand, for providers on the own premises.
    public var allowedNetworks: [AddressRange]

    /// Creates a policy; without arguments only the public internet is reachable.
    public init(loopback: Loopback = .refused, allowedNetworks: [AddressRange] = []) {
        self.loopback = loopback
        self.allowedNetworks = allowedNetworks
    }
}

/// Decides whether a resolved address may be connected to (SSRF guard, L05, X-11).
///
/// It judges the address the socket is about to be opened for, not the name in the URL: a name that resolved to a
/// public address a moment ago may resolve to 169.254.169.254 now (DNS rebinding).
public enum AddressGuard {
    /// Whether a connection to `address` may be opened.
    public static func allows(_ address: IPAddress, policy: AddressPolicy) -> Bool {
        let meaning = address.embeddedIPv4.map(IPAddress.v4) ?? address
        let isLoopback = loopback.contains { $0.contains(meaning) }
        if policy.loopback == .required { return isLoopback }
        if isLoopback && policy.loopback == .allowed { return true }

        let opened = policy.allowedNetworks.filter { $0.contains(address) || $0.contains(meaning) }
        // A wide range opened for one provider must not hand out the cloud's credentials: the metadata services are
        // reachable only when their own address is listed.
        if metadataServices.contains(meaning) { return opened.contains(where: \.isSingleAddress) }
        return !opened.isEmpty || isPublic(meaning)
    }

    private static func isPublic(_ address: IPAddress) -> Bool {
        switch address {
        case .v4:
            return !specialIPv4.contains { $0.contains(address) }
        case .v6:
            // Only 2000::/3 is handed out as global unicast; naming what is allowed leaves no range forgotten.
            return globalIPv6.contains(address) && !specialIPv6.contains { $0.contains(address) }
        }
    }

    private static func v4(_ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: UInt32, _ length: Int) -> AddressRange {
        AddressRange(base: .v4(a << 24 | b << 16 | c << 8 | d), prefixLength: length)
    }

    /// `groups` are the leading 16-bit groups; the rest is zero.
    private static func v6(_ groups: [UInt16], _ length: Int) -> AddressRange {
        var number: UInt128 = 0
        for group in groups { number = number << 16 | UInt128(group) }
        return AddressRange(base: .v6(number << UInt128(16 * (8 - groups.count))), prefixLength: length)
    }

    private static let loopback = [v4(127, 0, 0, 0, 8), AddressRange(base: .v6(1), prefixLength: 128)]

    /// AWS, Azure, Google, OpenStack and others; Alibaba; AWS over IPv6.
    private static let metadataServices: Set<IPAddress> = [
        v4(169, 254, 169, 254, 32).base, v4(100, 100, 100, 200, 32).base,
        v6([0xFD00, 0x0EC2, 0, 0, 0, 0, 0, 0x0254], 128).base,
    ]

    /// The IANA IPv4 special-purpose registry, plus multicast and the reserved rest.
    private static let specialIPv4 = [
        v4(0, 0, 0, 0, 8),  // this network, unspecified
        v4(10, 0, 0, 0, 8),  // private
        v4(100, 64, 0, 0, 10),  // carrier-grade NAT
        v4(127, 0, 0, 0, 8),  // loopback
        v4(169, 254, 0, 0, 16),  // link-local
        v4(172, 16, 0, 0, 12),  // private
        v4(192, 0, 0, 0, 24),  // protocol assignments
        v4(192, 0, 2, 0, 24),  // documentation
        v4(192, 88, 99, 0, 24),  // 6to4 relays
        v4(192, 168, 0, 0, 16),  // private
        v4(198, 18, 0, 0, 15),  // benchmarking
        v4(198, 51, 100, 0, 24),  // documentation
        v4(203, 0, 113, 0, 24),  // documentation
        v4(224, 0, 0, 0, 4),  // multicast
        v4(240, 0, 0, 0, 4),  // reserved, broadcast
    ]

    private static let globalIPv6 = v6([0x2000], 3)

    /// What lies within 2000::/3 and is not an ordinary host.
    private static let specialIPv6 = [
        v6([0x2001, 0x0000], 23),  // protocol assignments: Teredo, benchmarking, ORCHID
        v6([0x2001, 0x0DB8], 32),  // documentation
        v6([0x3FFF, 0x0000], 20),  // documentation
    ]
}
