import Glibc

/// An IPv4 or IPv6 address, as a number: ranges are compared with shifts, never with text.
public enum IPAddress: Sendable, Hashable {
    /// IPv4, in host order: 127.0.0.1 is `0x7F00_0001`.
    case v4(UInt32)
    /// IPv6, in host order: ::1 is `1`.
    case v6(UInt128)

    /// Parses the strict textual forms only: four decimal parts, or RFC 4291 §2.2 without a zone.
    /// Octal, hexadecimal and shortened IPv4 spellings are nil, because resolvers disagree about them.
    public init?(_ text: String) {
        guard !text.utf8.contains(0) else { return nil }
        if text.utf8.contains(UInt8(ascii: ":")) {
            var address = in6_addr()
            guard unsafe inet_pton(AF_INET6, text, &address) == 1 else { return nil }
            self = .v6(unsafe withUnsafeBytes(of: address, IPAddress.number))
        } else {
            var address = in_addr()
            guard unsafe inet_pton(AF_INET, text, &address) == 1 else { return nil }
            self = .v4(UInt32(bigEndian: address.s_addr))
        }
    }

    /// Reads a resolved socket address; nil for every family but IPv4 and IPv6, and when it is shorter than its family.
    init?(socketAddress: UnsafeRawBufferPointer) {
        guard socketAddress.count >= MemoryLayout<sa_family_t>.size else { return nil }
        switch Int32(unsafe socketAddress.loadUnaligned(as: sa_family_t.self)) {
        case AF_INET:
            guard socketAddress.count >= MemoryLayout<sockaddr_in>.size else { return nil }
            let address = unsafe socketAddress.loadUnaligned(as: sockaddr_in.self)
            self = .v4(UInt32(bigEndian: address.sin_addr.s_addr))
        case AF_INET6:
            guard socketAddress.count >= MemoryLayout<sockaddr_in6>.size else { return nil }
            let address = unsafe socketAddress.loadUnaligned(as: sockaddr_in6.self)
            self = .v6(unsafe withUnsafeBytes(of: address.sin6_addr, IPAddress.number))
        default:
            return nil
        }
    }

    private static func number(_ bytes: UnsafeRawBufferPointer) -> UInt128 {
        unsafe bytes.reduce(0) { number, byte in number << 8 | UInt128(byte) }
    }

    /// The IPv4 address that an IPv6 address stands for, when its prefix says that it stands for one: IPv4-mapped
    /// (RFC 4291 §2.5.5.2), NAT64 (RFC 6052 §2.1) and 6to4 (RFC 3056 §2). A guard that forgets these forms lets
    /// `::ffff:169.254.169.254` through.
    var embeddedIPv4: UInt32? {
        guard case .v6(let number) = self else { return nil }
        if number >> 32 == 0xFFFF { return UInt32(truncatingIfNeeded: number) }
        if number >> 32 == 0x0064_FF9B << 64 { return UInt32(truncatingIfNeeded: number) }
        if number >> 112 == 0x2002 { return UInt32(truncatingIfNeeded: number >> 80) }
        return nil
    }
}
