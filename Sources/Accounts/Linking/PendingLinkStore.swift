public import Jobs

/// How a code typed for a pending link compares.
public enum PendingCodeVerdict: Sendable, Hashable {
    /// It is right, and the link is proven by it.
    case right
    /// It is wrong.
    case wrong
    /// None was mailed, or it was tried too often, or the link is gone.
    case gone
}

/// Decisions that wait for a proof. A pending link is stored together with its decision's row, and consumed together with the
/// change it allows; see ``AccountChange``.
public protocol PendingLinkStore: Sendable {
    /// What waits in a browser, in time and with its account in good standing. Changes nothing.
    func waitingLink(in browser: TokenHash) async throws(StoreFailure) -> WaitingLink?
    /// What waits under an id, for the mail about it. Changes nothing.
    func waitingLink(_ id: PendingLinkID) async throws(StoreFailure) -> WaitingLink?
    /// Keeps the hash of a code that is about to be mailed, in place of a former one, with five attempts. False when the link is
    /// gone or proven already.
    func keepCode(_ code: TokenHash, under key: TokenHash, for id: PendingLinkID) async throws(StoreFailure) -> Bool
    /// Compares a code, at most five times for each (P-11); the right one proves the link and is used up. `code` makes the typed
    /// code's hash under the key it is compared with.
    func tryCode(_ id: PendingLinkID, browser: TokenHash, code: @Sendable (TokenHash) -> TokenHash)
        async throws(StoreFailure) -> PendingCodeVerdict
    /// Marks a link as proven by the password of its very account, as long as `credential` is in force. False otherwise.
    func prove(_ id: PendingLinkID, browser: TokenHash, knowing credential: FoundCredential)
        async throws(StoreFailure) -> Bool
    /// Marks a link as proven by an identity, if exactly the link's account owns it, is not disabled, and has used it lately.
    /// False otherwise.
    func prove(
        _ id: PendingLinkID,
        browser: TokenHash,
        holding identity: FederatedIdentityKey,
        lapsesAfter: Duration?
    ) async throws(StoreFailure) -> Bool
    /// Passes the second step of a proven link's account: the step is used up. False when it is used up already, or the link gone.
    func passSecondStep(
        _ step: SecondStep,
        of id: PendingLinkID,
        browser: TokenHash,
        event: AccountEvent,
        job: Job?
    ) async throws(StoreFailure) -> Bool
    /// Voids a link.
    func abandon(_ id: PendingLinkID, browser: TokenHash) async throws(StoreFailure)
}
