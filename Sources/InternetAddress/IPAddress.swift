import Glibc

/// An IP address in binary.
public enum IPAddress: Sendable, Hashable {
    /// IPv4, 32 bits.
    case v4(UInt32)
    /// IPv6, 128 bits; never one that merely spells an IPv4 address.
    case v6(UInt128)

    /// Reads dotted IPv4 or IPv6 text, without zone and brackets. An IPv4-mapped IPv6 address (`::ffff:10.0.0.1`)
    /// becomes the IPv4 address it stands for, so that no range is escaped by spelling.
    public init?(_ text: String) {
        guard text.utf8.count <= 45, !text.utf8.contains(0) else { return nil }
        if text.utf8.contains(UInt8(ascii: ":")) {
            var address = in6_addr()
            guard unsafe inet_pton(AF_INET6, text, &address) == 1 else { return nil }
            self.init(version6: unsafe withUnsafeBytes(of: address) { bytes in unsafe Array(bytes) })
        } else {
            var address = in_addr()
            guard unsafe inet_pton(AF_INET, text, &address) == 1 else { return nil }
            self = .v4(UInt32(bigEndian: address.s_addr))
        }
    }

    /// An IPv6 address from its bytes in network order, or the IPv4 address it maps; 16 bytes, further ones are ignored.
    public init(version6 bytes: [UInt8]) {
        let number = bytes.prefix(16).reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
        self = number >> 32 == 0xFFFF ? .v4(UInt32(truncatingIfNeeded: number)) : .v6(number)
    }

    /// Whether it is an IPv6 address.
    public var isVersion6: Bool {
        switch self {
        case .v4: false
        case .v6: true
        }
    }

    /// The network it is in, as text: /24 of an IPv4 address, /48 of an IPv6 one. Enough to recognise a place, not a person.
    public var network: String {
        switch self {
        case .v4(let number):
            return "\(number >> 24).\(number >> 16 & 0xFF).\(number >> 8 & 0xFF).0/24"
        case .v6(let number):
            func group(_ shift: UInt128) -> String { String(UInt16(truncatingIfNeeded: number >> shift), radix: 16) }
            return "\(group(112)):\(group(96)):\(group(80))::/48"
        }
    }

    var width: Int {
        switch self {
        case .v4: 32
        case .v6: 128
        }
    }
}
