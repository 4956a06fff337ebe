import Glibc
import InternetAddress

extension IPAddress {
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
            self.init(version6: unsafe withUnsafeBytes(of: address.sin6_addr) { bytes in unsafe Array(bytes) })
        default:
            return nil
        }
    }

    /// The IPv4 address that an IPv6 address stands for, when its prefix says that it stands for one: IPv4-mapped
    /// (RFC 4291 §2.5.5.2), NAT64 (RFC 6052 §2.1) and 6to4 (RFC 3056 §2). A guard that forgets these forms lets
    /// `::ffff:169.254.169.254` through.
    var embeddedIPv4: UInt32? {
        guard case .v6(let number) = self else { return nil }
        if number >> 32 == 0x0064_FF9B << 64 { return UInt32(truncatingIfNeeded: number) }
        if number >> 112 == 0x2002 { return UInt32(truncatingIfNeeded: number >> 80) }
        return nil
    }
}
