import Foundation

/// An IP address in binary.
public struct IPAddress: Sendable, Hashable {
    /// Four bytes, or sixteen.
    public let bytes: [UInt8]

    /// Reads dotted IPv4 or IPv6 text, without zone and brackets. An IPv4-mapped IPv6 address (`::ffff:10.0.0.1`)
    /// becomes the IPv4 address it stands for, so that no range is escaped by spelling.
    public init?(_ text: String) {
        guard text.utf8.count <= 45, !text.utf8.contains(0) else { return nil }
        var version4 = in_addr()
        var version6 = in6_addr()
        if inet_pton(AF_INET, text, &version4) == 1 {
            bytes = withUnsafeBytes(of: version4) { Array($0) }
        } else if inet_pton(AF_INET6, text, &version6) == 1 {
            let all = withUnsafeBytes(of: version6) { Array($0) }
            let isMapped = all.prefix(10).allSatisfy { $0 == 0 } && all[10] == 0xFF && all[11] == 0xFF
            bytes = isMapped ? Array(all.suffix(4)) : all
        } else {
            return nil
        }
    }

    /// Whether it is an IPv6 address that does not stand for an IPv4 one.
    public var isVersion6: Bool { bytes.count == 16 }

    /// The network it is in, as a range: /24 of an IPv4 address, /48 of an IPv6 one. Enough to recognise a place, not a
    /// person.
    public var network: String {
        if bytes.count == 4 { return "\(bytes[0]).\(bytes[1]).\(bytes[2]).0/24" }
        func group(_ index: Int) -> String { String(UInt16(bytes[index]) << 8 | UInt16(bytes[index + 1]), radix: 16) }
        return "\(group(0)):\(group(2)):\(group(4))::/48"
    }
}
