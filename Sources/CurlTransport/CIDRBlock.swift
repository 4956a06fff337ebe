/// A range of addresses: `10.20.0.0/16`, `fd12:3456::/32`; an address without a length stands for itself alone.
public struct CIDRBlock: Sendable, Hashable {
    /// First address of the range; the bits after the prefix are zero.
    public let base: IPAddress
    /// Length of the prefix in bits: 0 to 32 or 0 to 128.
    public let prefixLength: Int

    /// Parses `address/length` or `address`; nil when it is malformed or when bits after the prefix are set, since
    /// `10.1.2.3/8` is more often a slip than a wish.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let first = parts.first, parts.count <= 2, let address = IPAddress(String(first)) else { return nil }
        let width = address.width
        var length = width
        if parts.count == 2 {
            let digits = parts[1]
            guard (1...3).contains(digits.utf8.count), digits.utf8.allSatisfy({ (48...57).contains($0) }),
                let number = Int(digits), number <= width
            else { return nil }
            length = number
        }
        self.init(base: address, prefixLength: length)
        guard contains(address), address.isZero(after: length) else { return nil }
    }

    init(base: IPAddress, prefixLength: Int) {
        self.base = base
        self.prefixLength = prefixLength
    }

    /// Whether the address lies in the range. The families never match each other.
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

    /// Whether the range is this one address.
    var isSingleAddress: Bool { prefixLength == base.width }
}

extension IPAddress {
    fileprivate var width: Int {
        switch self {
        case .v4: 32
        case .v6: 128
        }
    }

    fileprivate func isZero(after prefixLength: Int) -> Bool {
        switch self {
        case .v4(let number): prefixLength == 32 || number << UInt32(prefixLength) == 0
        case .v6(let number): prefixLength == 128 || number << UInt128(prefixLength) == 0
        }
    }
}
