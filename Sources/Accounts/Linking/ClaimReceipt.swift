/// Marks ``ID``s of claim receipts.
public enum ClaimReceiptKind {}
/// Id of a claim's receipt.
public typealias ClaimReceiptID = ID<ClaimReceiptKind>

/// What a claim removed, for whoever claimed the address.
public struct ClaimReceipt: Sendable, Hashable {
    /// The claimed address.
    public let address: String
    /// In plain words: `a password`, `a sign-in with github (octocat)`, `3 sessions`.
    public let removed: [String]
    /// When.
    public let at: Instant

    /// Creates a receipt.
    public init(address: String, removed: [String], at: Instant) {
        self.address = address
        self.removed = removed
        self.at = at
    }
}

/// Receipts of claims.
public protocol ClaimReceiptStore: Sendable {
    /// A receipt, only for the user who claimed.
    func receipt(_ id: ClaimReceiptID, of user: UserID) async throws(StoreFailure) -> ClaimReceipt?
    /// A receipt and the address to send it to, for the mail about it.
    func mailing(of receipt: ClaimReceiptID) async throws(StoreFailure) -> (to: EmailAddress, receipt: ClaimReceipt)?
}
