import InternetAddress

extension ValueType where Value == AddressRange {
    /// A range of addresses.
    static let addressRange = of(
        "range of addresses such as 10.0.0.0/8 or fd00::/8, without bits behind the prefix and not /0",
        write: \.description
    ) { AddressRange($0) }
}
