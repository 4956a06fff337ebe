/// A range of IP addresses in CIDR notation (RFC 4632): `10.0.0.0/8`, `fd00::/8`, or one address.
public struct AddressRange: Sendable, Hashable, CustomStringConvertible {
    /// The first address of the range.
    public let base: IPAddress
    /// Leading bits that all its addresses share: 1 to 32, or 1 to 128.
    public let prefixLength: Int
    /// As written.
    public let description: String

    /// Nil when the text is not a range, when bits are set behind the prefix (`10.0.0.1/8` is most likely a mistake), or
    /// for the prefix 0: a list of all addresses is the same as no check.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let base = IPAddress(String(parts[0])) else { return nil }
        let bits = base.bytes.count * 8
        var length = bits
        if parts.count == 2 {
            // A mapped address has lost its 96 leading bits; its prefix would mean something else than it says.
            guard let written = Self.decimal(parts[1]), (1...bits).contains(written),
                base.isVersion6 || !parts[0].contains(":")
            else { return nil }
            length = written
        }
        let isClean = base.bytes.indices.allSatisfy { index in
            base.bytes[index] & ~Self.mask(byte: index, prefixLength: length) == 0
        }
        guard isClean else { return nil }
        self.base = base
        self.prefixLength = length
        self.description = text
    }

    /// Whether the address lies in the range.
    public func contains(_ address: IPAddress) -> Bool {
        guard address.bytes.count == base.bytes.count else { return false }
        return base.bytes.indices.allSatisfy { index in
            address.bytes[index] & Self.mask(byte: index, prefixLength: prefixLength) == base.bytes[index]
        }
    }

    private static func mask(byte index: Int, prefixLength: Int) -> UInt8 {
        let bits = min(max(prefixLength - index * 8, 0), 8)
        // Shifting by 8 is defined for Swift's smart shift and gives 0.
        return UInt8.max << (8 - bits)
    }

    /// Digits only: `Int` would take a sign as well.
    private static func decimal(_ text: Substring) -> Int? {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(text) : nil
    }
}
