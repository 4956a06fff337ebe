/// Marks ``ID``s of claim receipts.
public enum ClaimReceiptKind {}
/// Id of a claim's receipt.
public typealias ClaimReceiptID = ID<ClaimReceiptKind>

/// What a claim removed, for whoever claimed the address.
public struct ClaimReceipt: Sendable, Hashable {
    /// Something that was removed.
    public enum Removal: Sendable, Hashable {
        /// In plain words: `its password`, `its 3 sessions`.
        case words(String)
        /// A way in through a provider, by its id, and the name there.
        case signIn(provider: String, username: String?)
    }

    /// The claimed address.
    public let address: String
    /// What went.
    public let removed: [Removal]
    /// When.
    public let at: Instant

    /// What went, in plain words.
    /// - Parameter name: what people call a provider.
    public func removedWords(_ name: (String) -> String) -> [String] {
        removed.map { removal in
            switch removal {
            case .words(let words): words
            case .signIn(let provider, let username):
                "its sign-in with \(name(provider))" + (username.map { " (\($0))" } ?? "")
            }
        }
    }

    /// Creates a receipt.
    public init(address: String, removed: [Removal], at: Instant) {
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
