public import Jobs

/// Marks ``ID``s of pending changes of address.
public enum EmailChangeKind {}
/// Id of a pending change of address.
public typealias EmailChangeID = ID<EmailChangeKind>

/// What became of a change of address.
public enum EmailChangeResult: Sendable, Hashable {
    /// Done.
    case changed
    /// Somebody else has proven that address.
    case addressTaken
    /// The proof, the session or the pending change is not there any more.
    case gone
}

/// Changes of address.
public protocol EmailChangeStore: Sendable {
    /// Stores a pending change in place of a former one, whose proofs are void.
    func begin(
        _ change: EmailChangeID,
        to address: EmailAddress,
        of user: UserID,
        lifetime: Duration,
        event: AccountEvent,
        job: Job
    ) async throws(StoreFailure)
    /// Forgets a pending change.
    func cancelEmailChange(of user: UserID) async throws(StoreFailure)
    /// What to mail about a pending change: nil when it is gone. `isHeld`: somebody else holds the address.
    func mailing(of change: EmailChangeID) async throws(StoreFailure)
        -> (user: UserID, address: EmailAddress, oldAddress: EmailAddress?, isHeld: Bool)?
    /// Makes the new address the account's, proven, in place of the old one; consumes the proof and every other one. Only
    /// for this session of the same user (P-7).
    func complete(
        _ token: TokenHash,
        by session: TokenHash,
        rotatingTo newToken: TokenHash,
        event: AccountEvent,
        job: @Sendable (_ user: UserID, _ old: EmailAddress, _ new: EmailAddress) -> Job
    ) async throws(StoreFailure) -> EmailChangeResult
    /// Takes a change back: the old address returns, every session ends, the password is void, every other proof too.
    func undo(_ token: TokenHash, event: AccountEvent) async throws(StoreFailure) -> EmailChangeResult
}
