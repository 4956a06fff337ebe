extension StringProtocol {
    /// Whether both texts have the same bytes. Swift's `==` compares by Unicode equivalence, under which the kelvin
    /// sign is a `K`; issuers, audiences and parameter names are compared byte by byte (RFC 3986 §6.2.1, RFC 9207 §2.4).
    @inlinable
    public func isExactly(_ other: some StringProtocol) -> Bool {
        utf8.count == other.utf8.count && utf8.elementsEqual(other.utf8)
    }
}
