import InternetAddress

extension ValueType where Value == AddressRange {
    /// A range of addresses.
    static let addressRange = of(
        "range of addresses such as 10.0.0.0/8 or fd00::/8, without bits behind the prefix and not /0",
        write: \.description
    ) { text in
        // A list of all addresses is the same as no check.
        AddressRange(text).flatMap { $0.prefixLength > 0 ? $0 : nil }
    }
}
