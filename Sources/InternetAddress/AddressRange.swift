/// A range of IP addresses in CIDR notation (RFC 4632): `10.0.0.0/8`, `fd00::/8`, or one address.
public struct AddressRange: Sendable, Hashable, CustomStringConvertible {
    /// The first address of the range.
    public let base: IPAddress
    /// Leading bits that all its addresses share: 0 to 32, or 0 to 128.
    public let prefixLength: Int
    /// As written.
    public let description: String

    /// Nil when the text is not a range, or when bits are set behind the prefix (`10.0.0.1/8` is most likely a mistake).
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let first = parts.first, parts.count <= 2, let base = IPAddress(String(first)) else { return nil }
        var length = base.width
        if parts.count == 2 {
            let digits = parts[1]
            // A mapped address has lost its 96 leading bits; its prefix would mean something else than it says.
            guard base.isVersion6 || !first.contains(":"), (1...3).contains(digits.utf8.count),
                digits == "0" || digits.utf8.first != UInt8(ascii: "0"),
                digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(digits), number <= base.width
            else { return nil }
            length = number
        }
        self.init(base: base, prefixLength: length, description: text)
        guard isZeroBehindPrefix else { return nil }
    }

    /// A range from its parts; bits behind the prefix are up to the caller.
    public init(base: IPAddress, prefixLength: Int, description: String = "") {
        self.base = base
        self.prefixLength = prefixLength
        self.description = description
    }

    /// Whether the address lies in the range.
    public func contains(_ address: IPAddress) -> Bool {
        switch (base, address) {
        case (.v4(let base), .v4(let other)):
            prefixLength == 0 || base >> UInt32(32 - prefixLength) == other >> UInt32(32 - prefixLength)
        case (.v6(let base), .v6(let other)):
            prefixLength == 0 || base >> UInt128(128 - prefixLength) == other >> UInt128(128 - prefixLength)
        default:
            false
        }
    }

    /// Whether it is one address only.
    public var isSingleAddress: Bool { prefixLength == base.width }

    private var isZeroBehindPrefix: Bool {
        switch base {
        case .v4(let number): prefixLength == 32 || number << UInt32(prefixLength) == 0
        case .v6(let number): prefixLength == 128 || number << UInt128(prefixLength) == 0
        }
    }
}
