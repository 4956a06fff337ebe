import Accounts
import Jobs

/// Pending links and receipts of a store that is always away.
struct NoPendingLinks: PendingLinkStore, ClaimReceiptStore, HeldArrivalStore {
    func waitingLink(in browser: TokenHash) async throws(StoreFailure) -> WaitingLink? { throw .unavailable }
    func waitingLink(_ id: PendingLinkID) async throws(StoreFailure) -> WaitingLink? { throw .unavailable }
    func keepCode(_ code: TokenHash, under key: TokenHash, for id: PendingLinkID) async throws(StoreFailure) -> Bool {
        throw .unavailable
    }
    func tryCode(_ id: PendingLinkID, browser: TokenHash, code: @Sendable (TokenHash) -> TokenHash)
        async throws(StoreFailure) -> PendingCodeVerdict
    { throw .unavailable }
    func prove(_ id: PendingLinkID, browser: TokenHash, knowing credential: FoundCredential)
        async throws(StoreFailure) -> Bool
    { throw .unavailable }
    func prove(
        _ id: PendingLinkID,
        browser: TokenHash,
        holding identity: FederatedIdentityKey,
        lapsesAfter: Duration?
    ) async throws(StoreFailure) -> Bool { throw .unavailable }
    func passSecondStep(
        _ step: SecondStep,
        of id: PendingLinkID,
        browser: TokenHash,
        event: AccountEvent,
        job: Job?
    ) async throws(StoreFailure) -> Bool { throw .unavailable }
    func abandon(_ id: PendingLinkID, browser: TokenHash) async throws(StoreFailure) { throw .unavailable }
    func receipt(_ id: ClaimReceiptID, of user: UserID) async throws(StoreFailure) -> ClaimReceipt? {
        throw .unavailable
    }
    func mailing(
        of receipt: ClaimReceiptID
    ) async throws(StoreFailure) -> (to: EmailAddress, receipt: ClaimReceipt)? { throw .unavailable }
    func heldArrival(of identity: FederatedIdentityKey) async throws(StoreFailure) -> HeldArrival? {
        throw .unavailable
    }
    func heldArrival(_ id: HeldArrivalID) async throws(StoreFailure) -> HeldArrival? { throw .unavailable }
    func heldArrivals(_ status: HeldArrival.Status, limit: Int) async throws(StoreFailure) -> [HeldArrival] {
        throw .unavailable
    }
    func hold(_ link: PendingLinkID, browser: TokenHash, as id: HeldArrivalID)
        async throws(StoreFailure) -> HeldArrival?
    { throw .unavailable }
    func approve(_ id: HeldArrivalID, _ approval: HoldApproval, by administrator: String, jobs: [Job])
        async throws(StoreFailure) -> HoldResult
    { throw .unavailable }
    func deny(_ id: HeldArrivalID, because note: String, by administrator: String, jobs: [Job])
        async throws(StoreFailure) -> HoldResult
    { throw .unavailable }
}
